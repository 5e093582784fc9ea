// Stories of long queues: a start asks the same few questions, and a new job costs the same.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Store } from '../../firmware/store/contract.ts';
import { Bench } from './bench.ts';

/** Questions that a start asks, and what they bring, for a queue of this length. */
async function costOf(jobs: number): Promise<{ readonly asked: number; readonly rows: number }> {
  let [asked, rows] = [0, 0];
  const counted = (store: Store): Store => ({
    ...store,
    async query(name, input) {
      asked += 1;
      const answer = await store.query(name, input);
      rows += Array.isArray(answer) ? answer.length : 1;
      return answer;
    },
  });
  const bench = new Bench({ wrapStore: counted });
  await bench.boot();
  await bench.addPrinter();
  bench.device.power = 'off';
  for (let done = 0; done < jobs; done += 100) {
    await Promise.all(Array.from({ length: 100 }, () => bench.print(Uint8Array.of(1))));
  }
  bench.kill();
  [asked, rows] = [0, 0];
  await bench.boot();
  return { asked, rows };
}

describe('a long queue', () => {
  test('does not make the start longer', async () => {
    const [short, long] = [await costOf(100), await costOf(2_000)];
    assert.ok(long.asked <= short.asked + 2, `${long.asked} questions, ${short.asked} before`);
    assert.ok(long.rows <= short.rows + 5, `${long.rows} rows, ${short.rows} before`);
  });
});
