// Shows that the bench measures fairly, and that its sink tells lost documents from double ones.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';

import { runRow } from '../../tools/bench/harness.ts';
import { seededRandom } from '../../tools/bench/random.ts';
import type { BenchRow, Peer } from '../../tools/bench/row.ts';
import { showRow } from '../../tools/bench/show.ts';
import { digestOf, openSink, type Sink } from '../../tools/bench/sink.ts';
import { summarise } from '../../tools/bench/statistics.ts';
import { atEnd } from '../at-end.ts';

describe('figures', () => {
  test('median, spread and deviation of an odd and an even number of values', () => {
    assert.deepEqual(summarise([5, 1, 100]), { median: 5, min: 1, max: 100, mad: 4 });
    assert.deepEqual(summarise([1, 2, 3, 10]), { median: 2.5, min: 1, max: 10, mad: 1 });
  });

  test('nothing measured is an error', () => {
    assert.throws(() => summarise([]), /no measurement/);
  });

  test('a seed gives the same numbers again, another seed others', () => {
    const first = seededRandom(7).bytes(64);
    assert.deepEqual(first, seededRandom(7).bytes(64));
    assert.notDeepEqual(first, seededRandom(8).bytes(64));
    const items = [1, 2, 3, 4, 5, 6];
    assert.deepEqual(seededRandom(3).shuffled(items), seededRandom(3).shuffled(items));
    assert.deepEqual(
      seededRandom(3)
        .shuffled(items)
        .toSorted((a, b) => a - b),
      items,
    );
  });
});

describe('a row', () => {
  test('peers take turns with the same seeds, and warm-ups do not count', async (t) => {
    const calls: string[] = [];
    const row = makeRow([fakePeer('a', [9, 1, 2, 3], calls), fakePeer('b', [9, 2, 4, 6], calls)]);
    const result = await runRow(row, await makeOptions(t, 3));
    assert.deepEqual(
      result.peers.map(({ peer, median, ratio, rates }) => [peer, median, ratio, rates]),
      [
        ['a', 2, 1, [1, 2, 3]],
        ['b', 4, 2, [2, 4, 6]],
      ],
    );
    const turns = calls.filter((call) => call.startsWith('round'));
    assert.equal(turns.length, 8);
    for (let turn = 0; turn < turns.length; turn += 2) {
      const [first, second] = [turns[turn]?.split(' '), turns[turn + 1]?.split(' ')];
      assert.equal(first?.[2], second?.[2]);
      assert.notEqual(first?.[1], second?.[1]);
    }
    assert.deepEqual(calls.filter((call) => call.startsWith('stop')).toSorted(), [
      'stop a',
      'stop b',
    ]);
  });

  test('all peers are stopped when one can not be prepared, or fails in a round', async (t) => {
    const broken: Peer = { name: 'c', prepare: () => Promise.reject(new Error('no c')) };
    for (const last of [broken, fakePeer('c', [], [])]) {
      const calls: string[] = [];
      const row = makeRow([fakePeer('a', [1, 1], calls), fakePeer('b', [1, 1], calls), last]);
      await assert.rejects(runRow(row, await makeOptions(t, 1)), /no c|no rate/);
      const stopped = calls.filter((call) => call.startsWith('stop'));
      assert.deepEqual(stopped, ['stop a', 'stop b']);
    }
  });

  test('is shown with its peers side by side', () => {
    const peer = {
      rates: [1],
      besides: { 'CPU ms/job': 0.5 },
      median: 10,
      min: 9,
      max: 11,
      mad: 1,
      ratio: 1,
    };
    const row = { row: 'a/b', what: 'work', unit: 'jobs/s', seed: 4 };
    const shown = showRow({ ...row, peers: [{ ...peer, peer: 'one' }] });
    assert.deepEqual(shown.split('\n'), [
      'a/b: work, jobs/s (seed 4)',
      '       median  min   max  MAD  ratio  CPU ms/job',
      '  one    10.0  9.0  11.0  1.0   1.00        0.50',
    ]);
  });
});

describe('the sink', () => {
  test('sees each connection as a document, and ignores empty ones', async (t) => {
    const sink = await makeSink(t);
    await Promise.all([send(sink, 'one'), send(sink, ''), send(sink, 'two')]);
    await sink.waitFor(['two', 'one'].map(digest), 1000);
  });

  test('a document that comes twice is told', async (t) => {
    const sink = await makeSink(t);
    await send(sink, 'one');
    await send(sink, 'one');
    await send(sink, 'two');
    await assert.rejects(
      sink.waitFor(['one', 'two'].map(digest), 1000),
      /1 documents .* than once/,
    );
  });

  test('a document that does not come is told in time', async (t) => {
    const sink = await makeSink(t);
    await send(sink, 'one');
    await assert.rejects(sink.waitFor(['one', 'two'].map(digest), 30), /1 of 2 documents did not/);
  });
});

function digest(text: string): string {
  return digestOf(Buffer.from(text));
}

function makeRow(peers: readonly [Peer, ...Peer[]]): BenchRow {
  return { name: 'fake/row', what: 'nothing', unit: 'a/s', peers };
}

function fakePeer(name: string, rates: readonly number[], calls: string[]): Peer {
  const waiting = [...rates];
  return {
    name,
    prepare: async () => ({
      async round(seed) {
        calls.push(`round ${name} ${seed}`);
        const rate = waiting.shift();
        if (rate === undefined) throw new Error('no rate');
        return rate;
      },
      async stop() {
        calls.push(`stop ${name}`);
      },
    }),
  };
}

async function makeOptions(t: TestContext, rounds: number): Promise<Parameters<typeof runRow>[1]> {
  const folder = await mkdtemp(join(tmpdir(), 'platen-bench-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  return { rounds, warmUps: 1, seed: 5, folder, report: () => undefined };
}

async function makeSink(t: TestContext): Promise<Sink> {
  const sink = await openSink();
  atEnd(t, () => sink.close());
  return sink;
}

/** Resolves when the sink has closed, too: by then it has counted the document. */
function send(sink: Sink, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(sink.port, '127.0.0.1', () => socket.end(text));
    socket.resume();
    socket.once('error', reject);
    socket.once('close', () => resolve());
  });
}
