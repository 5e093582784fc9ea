// Work in turn: one after the other, and what fails holds up nobody.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTurns } from '../../firmware/pair/turns.ts';

test('a turn that fails is told to whoever took it, and the next one is taken', async () => {
  const turns = createTurns();
  const order: string[] = [];
  const first = Promise.withResolvers<void>();
  const done = turns.take(async () => {
    await first.promise;
    order.push('first');
  });
  const failed = assert.rejects(
    turns.take(async () => {
      order.push('second');
      throw new Error('it does not work');
    }),
    /it does not work/,
  );
  const third = turns.take(async () => {
    order.push('third');
    return order.length;
  });
  first.resolve();
  await done;
  await failed;
  assert.equal(await third, 3);
  await turns.over();
  assert.deepEqual(order, ['first', 'second', 'third']);
});
