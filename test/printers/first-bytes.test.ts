// Notes of first bytes: what a kill leaves of them, and what a memory that takes none means.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFirstBytes } from '../../firmware/printers/first-bytes.ts';
import { HalError } from '../../hal/errors.ts';
import type { Memos } from '../../hal/contract.ts';
import { SimulatedMemory } from '../world/memos.ts';

const job = { id: 'a', attempts: 1 };

test('a kill leaves the notes: an attempt without one has sent nothing', () => {
  const memory = new SimulatedMemory();
  const first = createFirstBytes(memory.open());
  first.begin();
  first.note('lp', job);
  const second = createFirstBytes(memory.open());
  assert.equal(second.mayHaveSent(job), true);
  assert.equal(second.mayHaveSent({ ...job, attempts: 2 }), false);
});

test('after a power cut, or without such memory, nothing is certain', () => {
  const memory = new SimulatedMemory();
  createFirstBytes(memory.open()).begin();
  memory.powerCut();
  assert.equal(createFirstBytes(memory.open()).mayHaveSent(job), true);
  assert.equal(createFirstBytes(undefined).mayHaveSent(job), true);
});

test('a memory that is full takes the notes away, and the byte leaves', () => {
  const memory = new SimulatedMemory();
  const full = (memos: Memos): Memos => ({
    ...memos,
    write(key, text) {
      if (key.startsWith('port')) throw new HalError('no-space', key);
      memos.write(key, text);
    },
  });
  const first = createFirstBytes(full(memory.open()));
  first.begin();
  first.note('lp', job);
  assert.equal(createFirstBytes(memory.open()).mayHaveSent({ ...job, attempts: 2 }), true);
});
