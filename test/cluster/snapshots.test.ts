// Logs that begin with snapshots, on simulated boxes: no invariant is broken, and a box in the
// place of a dead one begins with one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStandby } from '../../firmware/cluster/host/standby.ts';
import { storePart } from '../../firmware/cluster/host/store-part.ts';
import { noWishes } from '../../firmware/cluster/host/wishes.ts';
import type { LogRecord } from '../../firmware/store/contract.ts';
import { snapshotFormat } from '../../firmware/store/snapshot-body.ts';
import { unusedStore } from '../fakes/unused-store.ts';
import { VirtualClock } from '../world/clock.ts';
import { runPair } from '../world/pair/run.ts';
import { createTemplate } from '../world/pair/template.ts';
import { createRandom } from '../world/seeded-random.ts';
import { record, term } from './rules/subject.ts';

const template = await createTemplate();

for (const witness of [true, false]) {
  const what = witness ? 'with a witness' : 'without';

  test(`each few records are a snapshot, ${what}, and no seed breaks an invariant`, async () => {
    let begun = 0;
    for (let seed = 1; seed <= 15; seed += 1) {
      const recordsPerSnapshot = 1 + (seed % 6);
      const run = await runPair({ seed, witness, template, recordsPerSnapshot });
      assert.deepEqual(run.violations, [], `seed ${seed}`);
      begun += run.snapshots;
    }
    assert.equal(begun, 30);
  });

  test(`a box in the place of a dead one begins with a snapshot, ${what}`, async () => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const random = createRandom(seed, 'replaced');
      const atMs = Math.round(random.between(6_000, 9_000));
      const node = random.pick(['a', 'b'] as const);
      const faults = [{ kind: 'replace', node, atMs, forMs: 3_000 }] as const;
      // Once before it is replaced, and never again in this run.
      const run = await runPair({ seed, witness, template, faults, recordsPerSnapshot: 20 });
      assert.deepEqual(run.violations, [], `seed ${seed}`);
      assert.equal(run.snapshots, 2, `seed ${seed}`);
    }
  });
}

test('a standby stores nothing where a payload is none, and goes on', async () => {
  const none = { ...record(4, term(7)), change: { type: 'log.snapshot', payload: null } };
  const standby = createStandby({
    id: 'group',
    store: unusedStore,
    fetcher: {
      documentsOf: () => assert.fail('nothing is fetched'),
      snapshotBody: () => assert.fail('nothing is fetched'),
    },
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
    clock: new VirtualClock(),
    logEnd: async () => ({ term: term(7), seq: 3 }),
    wishes: () => noWishes,
    onStored: () => assert.fail('nothing is stored'),
  });
  // As a peer may send it: the wire carries payloads, and does not check them.
  const records: readonly LogRecord[] = JSON.parse(JSON.stringify([none]));
  assert.deepEqual((await standby.store(records)).records, []);
});

test('a standby stores a snapshot by itself, and none of a newer release', () => {
  const snapshot = (format: number): LogRecord => ({
    ...record(4, term(7)),
    change: {
      type: 'log.snapshot',
      payload: { format, terms: [], digest: `sha256:${'0'.repeat(64)}` },
    },
  });
  const own = snapshot(snapshotFormat);
  const newer = snapshot(snapshotFormat + 1);
  const next = record(5, term(7));
  assert.deepEqual(storePart([own, next], 1_000), { records: [own], unknown: undefined });
  assert.deepEqual(storePart([newer, next], 1_000), { records: [], unknown: newer });
});
