// The virtual clock: time stands until it is moved, timers fire in order, the wall is another
// matter.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sleep } from '../../hal/time.ts';
import { VirtualClock } from './clock.ts';

test('timers fire in order, each at its moment, what they cause settled in between', async () => {
  const clock = new VirtualClock({ startMs: 0 });
  const seen: string[] = [];
  const note = (name: string) => void seen.push(`${name}@${clock.monotonicMs()}`);
  clock.startTimer(20, () => note('late'));
  clock.startTimer(10, () => note('early'));
  const cancelled = clock.startTimer(15, () => note('never'));
  cancelled.cancel();
  const chain = (async () => {
    await sleep(clock, 5);
    await sleep(clock, 7);
    note('chain');
  })();
  await clock.advance(25);
  await chain;
  assert.deepEqual(seen, ['early@10', 'chain@12', 'late@20']);
  assert.equal(clock.monotonicMs(), 25);
  assert.equal(clock.pendingTimers, 0);
});

test('the wall jumps and is distrusted while monotonic time goes on', async () => {
  const clock = new VirtualClock({ startMs: 0, wallMs: 1_000, trusted: false });
  await clock.advance(100);
  assert.deepEqual(clock.wall(), { ms: 1_100, trusted: false });
  clock.setWall(5_000);
  clock.jumpWall(-2_000);
  assert.deepEqual(clock.wall(), { ms: 3_000, trusted: true });
  assert.equal(clock.monotonicMs(), 100);
});
