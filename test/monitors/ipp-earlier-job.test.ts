// A group's job that was interrupted, perhaps on the other appliance: the printer is asked what
// became of it before it gets the document again.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { nameAtPrinter } from '../../monitors/ipp/earlier-job.ts';
import type { Behaviour } from '../../tools/emulators/ipp-printer/behaviour.ts';
import { createFakeNetwork } from '../fakes/network.ts';
import { createFakeRegistry } from '../fakes/registry.ts';
import { VirtualClock } from '../world/clock.ts';
import { makeIppRig } from './ipp-rig.ts';
import {
  addPort,
  docOf,
  never,
  openPort,
  pattern,
  startInstance,
  writeAll,
} from './port-monitor-suite.ts';
import { atEnd } from '../at-end.ts';

const sizeBytes = 3_000;
const doc = docOf(sizeBytes);
const again = { ...doc, mayBeThere: true };

/** Two instances of the monitor at one printer, as the two appliances of a group have them. */
async function makePair(t: TestContext, behaviour: Behaviour = {}, local = false) {
  const clock = new VirtualClock();
  const tcp = createFakeNetwork({ clock });
  const rig = await makeIppRig({ clock, tcp, floodBytes: 1024 * 1024, behaviour });
  atEnd(t, () => rig.dispose());
  const port = async () => {
    const instance = await startInstance(rig, createFakeRegistry(), { local });
    atEnd(t, () => instance.shutdown());
    await addPort(instance.monitor, 'Desk', rig.portInput);
    return await openPort(instance.monitor, 'Desk');
  };
  return { ...rig, dead: await port(), survivor: await port() };
}

describe('before a group’s job is sent again', () => {
  for (const noCreateJob of [false, true]) {
    const by = noCreateJob ? 'Print-Job' : 'Create-Job';
    test(`one that the printer completed is done, and nothing is sent (${by})`, async (t) => {
      const { dead, survivor, printer } = await makePair(t, { noCreateJob });
      await dead.startDocPort(doc, never());
      await writeAll(dead, pattern(sizeBytes));
      await dead.endDocPort({ discard: false }, never());
      const started = await survivor.startDocPort(again, never());
      assert.deepEqual(started, { kind: 'done', end: { outcome: 'printed', reasons: [] } });
      assert.equal(printer.jobs().length, 1);
      // The port is as free as before.
      const next = await survivor.startDocPort({ ...doc, jobId: 8 }, never());
      assert.equal(next.kind, 'started');
    });
  }

  test('one that the printer is at is waited for', async (t) => {
    const { dead, survivor, printer } = await makePair(t, { hold: true });
    await dead.startDocPort(doc, never());
    void dead.writePort(pattern(sizeBytes), never());
    await printer.until((jobs) => jobs.some(({ state }) => state === 5));
    const started = await survivor.startDocPort(again, never());
    assert.equal(started.kind, 'waiting');
    assert.match(started.kind === 'waiting' ? started.message : '', /still has this job/);
    assert.equal(printer.jobs().length, 1);
  });

  test('one whose data did not come to its end is cancelled there, and sent', async (t) => {
    const { dead, survivor, printer } = await makePair(t);
    await dead.startDocPort(doc, never());
    await dead.writePort(pattern(100), never());
    await printer.until((jobs) => jobs.some(({ bytes }) => bytes > 0));
    const started = await survivor.startDocPort(again, never());
    assert.equal(started.kind, 'started');
    const [first, second] = printer.jobs();
    assert.equal(first?.cancelled, true);
    assert.equal(second?.name, first?.name);
  });

  test('one that the printer gave up, or does not know, is sent', async (t) => {
    const { dead, survivor, printer } = await makePair(t, { jobEnd: 8 });
    assert.equal((await survivor.startDocPort(again, never())).kind, 'started');
    await survivor.endDocPort({ discard: true }, never());
    await dead.startDocPort(doc, never());
    await writeAll(dead, pattern(sizeBytes));
    await dead.endDocPort({ discard: true }, never());
    await printer.until((jobs) => jobs.every(({ state }) => state >= 7));
    assert.equal((await survivor.startDocPort(again, never())).kind, 'started');
  });

  test('one that it completed short, or with errors, is sent', async (t) => {
    const { dead, survivor } = await makePair(t, { jobReasons: ['job-completed-with-errors'] });
    await dead.startDocPort(doc, never());
    await writeAll(dead, pattern(sizeBytes));
    await dead.endDocPort({ discard: false }, never());
    assert.equal((await survivor.startDocPort(again, never())).kind, 'started');
    const other = await makePair(t);
    await other.dead.startDocPort(docOf(100), never());
    await writeAll(other.dead, pattern(100));
    await other.dead.endDocPort({ discard: false }, never());
    assert.equal((await other.survivor.startDocPort(again, never())).kind, 'started');
  });

  test('a job that was not interrupted is not asked for, nor is one of no group', async (t) => {
    const getJobs = 0x000a;
    const { survivor, printer } = await makePair(t);
    await survivor.startDocPort(doc, never());
    assert.equal(printer.requests.get(getJobs), undefined);
    const own = await makePair(t, {}, true);
    await own.survivor.startDocPort(again, never());
    assert.equal(own.printer.requests.get(getJobs), undefined);
    assert.equal(own.printer.jobs()[0]?.name, 'letter');
  });
});

test('the name at the printer keeps its mark, however long the document’s is', () => {
  const long = { ...doc, documentName: 'ü'.repeat(300) };
  const name = nameAtPrinter(long, true);
  assert.ok(Buffer.byteLength(name) <= 255);
  assert.ok(name.endsWith(' (7-000007)'));
});
