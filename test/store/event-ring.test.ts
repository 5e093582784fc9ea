// The event ring: listeners hear what was committed, in order and after it is durable; reports ride
// along.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EventDraft, PlatenEvent } from '../../firmware/events/event.ts';
import { createEventRing } from '../../firmware/events/ring.ts';
import { storeLimits } from '../../firmware/limits/store-limits.ts';
import { StoreError } from '../../firmware/store/contract.ts';
import { VirtualClock } from '../world/clock.ts';
import { at, committed, jobUnit, openRig, printer, spooler, unit } from './rig.ts';

async function ringRig() {
  const rig = await openRig();
  const clock = new VirtualClock();
  const listenerErrors: unknown[] = [];
  const onListenerError = (error: unknown) => void listenerErrors.push(error);
  const ring = createEventRing({ store: rig.store, clock, onListenerError });
  const heard: PlatenEvent[] = [];
  const stop = ring.events.subscribe((event) => void heard.push(event));
  const created = { type: 'printer.created', payload: { printer: printer() } } as const;
  committed(await ring.store.commit(unit(created)));
  return { ...rig, ...ring, clock, heard, stop, listenerErrors };
}

const report: EventDraft = {
  type: 'port-status-changed',
  portName: 'port-1',
  spooler,
  at,
  facts: { state: 'waiting' },
};

describe('listeners', () => {
  test('hear each event once, in order, after it is durable', async () => {
    const { store, events, heard } = await ringRig();
    await Promise.all(['a', 'b', 'c'].map((id) => store.commit(jobUnit(id))));
    assert.deepEqual(
      heard.map(({ id }) => id),
      [1, 2, 3, 4, 5, 6, 7],
    );
    assert.deepEqual(await events.since(0, 100), { events: heard, gap: false });
    assert.deepEqual((await events.since(3, 2)).events, heard.slice(3, 5));
  });

  test('hear nothing of a commit that failed, nor after they stopped', async () => {
    const { store, disk, heard, stop } = await ringRig();
    disk.faults.add({ operation: 'commit', code: 'io-error', times: 1 });
    await assert.rejects(store.commit(jobUnit('a')), StoreError);
    assert.equal(heard.length, 1);
    stop();
    await store.commit(jobUnit('b'));
    assert.equal(heard.length, 1);
  });

  test('that throw keep no others from hearing', async () => {
    const { store, events, heard, listenerErrors } = await ringRig();
    const bug = new Error('a bug');
    events.subscribe(() => {
      throw bug;
    });
    const late: PlatenEvent[] = [];
    events.subscribe((event) => void late.push(event));
    await store.commit(jobUnit('a'));
    assert.deepEqual(late, heard.slice(1));
    assert.deepEqual(listenerErrors, [bug, bug]);
  });
});

describe('a report', () => {
  test('shares the next transaction', async () => {
    const { store, events, disk, heard } = await ringRig();
    const before = disk.count('commit');
    events.report(report);
    await store.commit(jobUnit('a'));
    assert.equal(disk.count('commit') - before, 1);
    assert.deepEqual(
      heard.map(({ type }) => type),
      ['printer-created', 'job-created', 'job-state-changed', 'port-status-changed'],
    );
  });

  test('is stored by itself when no commit comes', async () => {
    const { clock, events, heard } = await ringRig();
    events.report(report);
    events.report(report);
    await clock.advance(storeLimits.reportDelayMs - 1);
    assert.equal(heard.length, 1);
    await clock.advance(1);
    assert.deepEqual(heard.slice(1), [
      { ...report, id: 2 },
      { ...report, id: 3 },
    ]);
    assert.deepEqual((await events.since(1, 10)).events, heard.slice(1));
  });

  test('waits longer where another was stored just now', async () => {
    const { clock, events, disk, heard } = await ringRig();
    events.report(report);
    await clock.advance(storeLimits.reportDelayMs);
    const before = disk.count('commit');
    events.report(report);
    await clock.advance(storeLimits.reportDelayMs);
    events.report(report);
    await clock.advance(storeLimits.reportRestMs - storeLimits.reportDelayMs - 1);
    assert.equal(heard.length, 2);
    await clock.advance(1);
    assert.equal(heard.length, 4);
    assert.equal(disk.count('commit') - before, 1);
  });

  test('is stored before the store closes, and never fails', async () => {
    const { store, events, heard, disk, flush } = await ringRig();
    events.report(report);
    // Once with the journal, once with the database alone.
    disk.faults.add({ operation: 'commit', code: 'io-error', times: 2 });
    await flush();
    assert.equal(heard.length, 1);
    events.report(report);
    await store.close();
    assert.equal(heard.length, 2);
  });
});
