// The tests of the power cut test: each shortcut that a store could take is found.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Files } from '../../hal/contract.ts';
import type { Store } from '../../firmware/store/contract.ts';
import type { BenchOptions } from '../spooler/bench.ts';
import { runPowerCut } from './power-cut.ts';

const seeds = 200;

describe('power cuts', () => {
  for (const [name, fault] of Object.entries(shortcuts())) {
    test(`find that ${name}`, async () => {
      for (let seed = 1; seed <= seeds; seed += 1) {
        if ((await runPowerCut(seed, fault)).failures.length > 0) return;
      }
      assert.fail(`${seeds} power cuts found nothing`);
    });
  }
});

function shortcuts(): Readonly<Record<string, BenchOptions>> {
  return {
    "the segment's sync was left out": withoutSyncOf('/segments/'),
    "the document file's sync was left out": withoutSyncOf('/documents/'),
    'the acknowledgement came before the commit': { wrapStore: acknowledgingEarly },
    'the start was not committed before its first byte': { wrapStore: startingEarly },
  };
}

function withoutSyncOf(part: string): BenchOptions {
  const unsynced = (files: Files): Files => ({
    ...files,
    async open(path, mode) {
      const file = await files.open(path, mode);
      return path.includes(part) ? { ...file, sync: () => Promise.resolve() } : file;
    },
  });
  return { wrapDisk: ({ files, databases }) => ({ files: unsynced(files), databases }) };
}

/** Says that a document is durable while its commit is still to come. */
function acknowledgingEarly(store: Store): Store {
  const later: Promise<unknown>[] = [];
  return {
    ...store,
    async commit(unit) {
      if (!unit.changes.some(({ type }) => type === 'job.document-added')) {
        await Promise.all(later.splice(0));
        return await store.commit(unit);
      }
      const [created] = unit.changes;
      const before = await store.logEnds();
      const committing = store.commit(unit);
      later.push(committing);
      if (created?.type !== 'job.created') return await committing;
      const { id, hold: _held, ...payload } = created.payload;
      return {
        kind: 'committed',
        lastSeq: before[0]?.seq ?? 0,
        jobs: [
          {
            ...payload,
            id,
            spooler: 'local',
            number: 0,
            state: 'pending',
            reasons: [],
            hold: undefined,
            message: '',
            incoming: false,
            documents: unit.changes.flatMap((change) =>
              change.type === 'job.document-added' ? [change.payload.document] : [],
            ),
            attempts: 0,
            possiblyPrintedTwice: false,
            outcome: undefined,
            pages: undefined,
            retained: false,
            reprintOf: undefined,
            createdAt: payload.at,
            processingAt: undefined,
            endedAt: undefined,
          },
        ],
        printers: [],
        events: [],
      };
    },
  };
}

/**
 * Keeps the record of a start back until the job's next one: bytes leave, and nothing says so. It
 * must not race: a commit that is only not waited for is on the disk before the document was read.
 */
function startingEarly(store: Store): Store {
  const later = new Map<string, () => Promise<unknown>>();
  return {
    ...store,
    async commit(unit) {
      const [change] = unit.changes;
      if (change?.type === 'job.started') {
        later.set(change.payload.jobId, () => store.commit(unit));
        return { kind: 'committed', lastSeq: 0, jobs: [], printers: [], events: [] };
      }
      if (change?.type === 'job.ended' || change?.type === 'job.interrupted') {
        const { jobId } = change.payload;
        const start = later.get(jobId);
        later.delete(jobId);
        await start?.();
      }
      return await store.commit(unit);
    },
  };
}
