// Power cuts from a recording of real SQLite and real spool files: the same zeros, and each sync
// that is left out is found.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { record, type RecordedFault, type Recording, runRecordedCut } from './recorded/cuts.ts';

const cuts = 20;
const mostCutsToFind = 60;

const faults: readonly (readonly [string, RecordedFault])[] = [
  ['the database', { skipsSync: (path) => path.endsWith('-wal') }],
  ['segments', { skipsSync: (path) => path.includes('/segments/') }],
  ['documents', { skipsSync: (path) => path.includes('/documents/') }],
];

describe('recorded power cuts', () => {
  let folder = '';
  let recording: Recording;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'platen-recorded-'));
    recording = await record(folder, 1);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test(`${cuts} of them lose nothing and double nothing unmarked`, async () => {
    for (let seed = 1; seed <= cuts; seed += 1) {
      const { failures } = await runRecordedCut(recording, seed, folder);
      assert.deepEqual(failures, [], `cut ${seed}`);
    }
  });

  for (const [what, fault] of faults) {
    test(`find that no sync of ${what} was done`, () => finds(fault));
  }

  test('find that clients heard success early', () => finds({ acknowledgesBeforeSync: true }));

  async function finds(fault: RecordedFault): Promise<void> {
    for (let seed = 1; seed <= mostCutsToFind; seed += 1) {
      const { failures } = await runRecordedCut(recording, seed, folder, fault);
      if (failures.length > 0) return;
    }
    assert.fail(`${mostCutsToFind} cuts found nothing`);
  }
});
