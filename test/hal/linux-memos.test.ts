// The machine's memory for notes: what one process leaves the next one finds, and another owner
// does not.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { isHalError } from '../../hal/errors.ts';
import { openLinuxMemos } from '../../hal/linux/memos.ts';

test('notes are there for whoever opens them next, the newest of each key', () => {
  const owner = `test ${randomUUID()}`;
  const first = openLinuxMemos(owner);
  assert.deepEqual(first.before, []);
  first.write('a', 'one');
  first.write('b', 'two');
  first.write('a', 'x'.repeat(256));
  assert.throws(
    () => first.write('a', 'x'.repeat(257)),
    (error) => isHalError(error, 'too-large'),
  );
  const second = openLinuxMemos(owner);
  assert.deepEqual([...second.before].sort(), ['two', 'x'.repeat(256)]);
  const other = openLinuxMemos(`test ${randomUUID()}`);
  assert.deepEqual(other.before, []);
  other.close();
  second.close();
  assert.deepEqual(openLinuxMemos(owner).before, []);
  first.close();
});
