// What needs a person: begun once, told again when it changes, ended once; bursts are one look.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EventBody, PlatenEvent } from '../../firmware/events/event.ts';
import { tellingLimits } from '../../firmware/limits/telling-limits.ts';
import type { PrinterStatus } from '../../firmware/spooler/contract.ts';
import { type Notice, needsPerson, watchNeeds } from '../../firmware/telling/needs.ts';
import { FakeSpooler } from '../fakes/fake-spooler.ts';
import { VirtualClock } from '../world/clock.ts';

const idle: PrinterStatus = { state: 'idle', reasons: ['none'], message: '', queuedJobCount: 0 };
const empty: PrinterStatus = {
  state: 'stopped',
  reasons: ['media-empty-error'],
  message: 'Out of labels',
  queuedJobCount: 2,
};

function watch() {
  const clock = new VirtualClock();
  const spooler = new FakeSpooler({ printers: ['labels'] });
  const notices: Notice[] = [];
  const listeners = new Set<(event: PlatenEvent) => void>();
  const stop = watchNeeds({
    clock,
    events: {
      subscribe(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    directory: { byId: () => spooler, all: () => [spooler] },
    onNotice: (notice) => void notices.push(notice),
  });
  const say = async (
    body: EventBody,
    facts: PlatenEvent['facts'] = {},
    printerId?: string,
  ): Promise<void> => {
    const at = { ms: 0, trusted: true };
    const printer = printerId === undefined ? {} : { printerId };
    const event = { ...body, id: 1, at, spooler: 'local', facts, ...printer };
    for (const listener of listeners) listener(event);
    await clock.advance(tellingLimits.settleMs);
  };
  const printerId = async () => (await spooler.printers.list())[0]?.id ?? '';
  const printerIs = async (status: PrinterStatus): Promise<void> => {
    spooler.status = status;
    await say({ type: 'printer-state-changed' }, { name: 'labels' }, await printerId());
  };
  const told = () => notices.map(({ what, kind, message }) => `${what} ${kind}: ${message}`);
  return { say, printerIs, printerId, told, stop, clock, spooler };
}

describe('what needs a person', () => {
  test('a printer, from when it waits until it goes on', async () => {
    const { printerIs, told } = watch();
    await printerIs(idle);
    await printerIs(empty);
    await printerIs(empty);
    await printerIs({ ...empty, message: 'Still out of labels' });
    await printerIs(idle);
    await printerIs(idle);
    assert.deepEqual(told(), [
      'began printer: Out of labels',
      'began printer: Still out of labels',
      'ended printer: Still out of labels',
    ]);
  });

  test('what lasts already is told at once', async () => {
    const { clock, spooler, told } = watch();
    spooler.status = empty;
    await clock.advance(tellingLimits.settleMs);
    assert.deepEqual(told(), ['began printer: Out of labels']);
  });

  test('a printer that is removed needs nobody more', async () => {
    const { printerIs, printerId, say, told } = watch();
    await printerIs(empty);
    await say({ type: 'printer-deleted' }, {}, await printerId());
    assert.deepEqual(told(), ['began printer: Out of labels', 'ended printer: Out of labels']);
  });

  test('troubles, and groups that go on alone', async () => {
    const { say, told } = watch();
    await say({ type: 'trouble-began' }, { kind: 'no-space', message: 'The disk is full' });
    await say({ type: 'group-failed-over' }, { group: 'accounts' });
    await say({ type: 'group-exposed' }, { group: 'accounts' });
    await say({ type: 'group-in-step' }, { group: 'accounts' });
    await say({ type: 'trouble-ended' });
    assert.deepEqual(
      told().map((line) => line.split(':')[0]),
      ['began trouble', 'happened group', 'began group', 'ended group', 'ended trouble'],
    );
  });

  test('groups that failed, and jobs that wait for a word about the other box', async () => {
    const { say, told } = watch();
    await say({ type: 'group-failed' }, { group: 'accounts', reason: 'restarted 3 times' });
    await say({ type: 'group-jobs-held' }, { group: 'accounts', jobs: 2 });
    await say({ type: 'group-jobs-released' }, { group: 'accounts', jobs: 0 });
    await say({ type: 'group-online' }, { group: 'accounts' });
    assert.deepEqual(told(), [
      'began group: The group does not serve: restarted 3 times.',
      'began group: 2 jobs may have been printed by the other box.',
      'ended group: 2 jobs may have been printed by the other box.',
      'ended group: The group does not serve: restarted 3 times.',
    ]);
  });

  test('nobody is told after the end', async () => {
    const { printerIs, told, stop } = watch();
    stop();
    await printerIs(empty);
    assert.deepEqual(told(), []);
  });

  test('a paused printer needs nobody; one that does not answer, only while jobs wait', () => {
    assert.ok(!needsPerson({ ...idle, state: 'stopped', reasons: ['paused'] }));
    const away = { ...idle, reasons: ['connecting-to-device-warning'] };
    assert.ok(!needsPerson(away));
    assert.ok(needsPerson({ ...away, queuedJobCount: 1 }));
    // By USB an empty printer takes nothing in the middle of a job; an empty second tray does.
    const tray = { ...away, reasons: ['media-empty-warning'], queuedJobCount: 1 };
    assert.ok(!needsPerson(tray));
    assert.ok(needsPerson({ ...tray, waiting: true }));
  });
});
