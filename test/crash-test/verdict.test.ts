// The judge of the crash test, as tables: what it counts, and what it lets pass.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  judge,
  type PrinterSession,
  type RunFacts,
  type SeenJob,
} from '../../tools/crash-test/verdict.ts';

const killedAtMs = 1_000;
const restartedAtMs = 1_100;
const document = { id: 'a', door: 'ipp', digest: 'd', bytes: 100, acknowledged: true } as const;

function session(firstByteAtMs: number, whole = true): PrinterSession {
  const digest = whole ? 'd' : 'part';
  return { documentId: 'a', bytes: whole ? 100 : 50, digest, firstByteAtMs, end: 'fin' };
}

function job(state: string, possiblyPrintedTwice = false): SeenJob {
  return { digest: 'd', state, possiblyPrintedTwice };
}

function facts(more: Partial<RunFacts>): RunFacts {
  return {
    documents: [document],
    sessions: [],
    jobs: [],
    completedBefore: new Set(),
    killedAtMs,
    restartedAtMs,
    ...more,
  };
}

const before = killedAtMs - 10;
const after = restartedAtMs + 10;

const rows: readonly (readonly [string, Partial<RunFacts>, readonly string[]])[] = [
  ['printed after the kill', { jobs: [job('completed')], sessions: [session(after)] }, []],
  ['no job at all', {}, ['lost']],
  ['completed, and nothing arrived', { jobs: [job('completed')] }, ['lost']],
  [
    'completed, and a part arrived',
    { jobs: [job('completed')], sessions: [session(after, false)] },
    ['lost'],
  ],
  ['arrived, and still waiting', { jobs: [job('pending')], sessions: [session(before)] }, ['lost']],
  [
    'twice, with a mark',
    { jobs: [job('completed', true)], sessions: [session(before, false), session(after)] },
    [],
  ],
  [
    'twice, without a mark',
    { jobs: [job('completed')], sessions: [session(before, false), session(after)] },
    ['doubled'],
  ],
  [
    'once, with a mark, and the kill in between',
    { jobs: [job('pending-held', true)], sessions: [session(before, false)] },
    [],
  ],
  [
    'once, with a mark, and nothing before the kill',
    { jobs: [job('completed', true)], sessions: [session(after)] },
    ['marked'],
  ],
  [
    'shown as completed, and printed again',
    {
      jobs: [job('completed', true)],
      sessions: [session(before), session(after)],
      completedBefore: new Set(['d']),
    },
    ['completed and printed again'],
  ],
  ['not acknowledged and not printed', { documents: [{ ...document, acknowledged: false }] }, []],
];

describe('the judge', () => {
  for (const [when, given, expected] of rows) {
    test(when, () => {
      const { failures } = judge(facts(given));
      assert.equal(failures.length, expected.length, failures.join());
      for (const [index, start] of expected.entries()) {
        assert.ok(failures[index]?.startsWith(start), failures.join());
      }
    });
  }
});
