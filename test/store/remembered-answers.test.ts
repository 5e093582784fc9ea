// Answers that are remembered hold exactly until something is written.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storeLimits } from '../../firmware/limits/store-limits.ts';
import { RememberedAnswers } from '../../firmware/store/remembered-answers.ts';
import { spooler } from './rig.ts';

const input = { spooler };

function rig() {
  const remembered = new RememberedAnswers();
  let asked = 0;
  const ask = async () => {
    asked += 1;
    return { printer: asked };
  };
  const counts = (which: { readonly spooler: string } = input) =>
    remembered.answer('jobs.counts', which, ask);
  return { remembered, counts, asked: () => asked };
}

test('the same question is asked once, another one for itself', async () => {
  const { counts, asked } = rig();
  assert.equal(await counts(), await counts());
  assert.equal(asked(), 1);
  await counts({ spooler: 'another' });
  assert.equal(asked(), 2);
});

test('an answer from before a write is forgotten as it begins and as it ends', async () => {
  const { remembered, counts, asked } = rig();
  await counts();
  const write = Promise.withResolvers<void>();
  const writing = remembered.during(() => write.promise);
  await counts();
  await counts();
  assert.equal(asked(), 3, 'while it is written, each asks for itself');
  write.resolve();
  await writing;
  await counts();
  await counts();
  assert.equal(asked(), 4);
});

test('a write that fails may have changed something', async () => {
  const { remembered, counts, asked } = rig();
  await counts();
  await assert.rejects(remembered.during(() => Promise.reject(new Error('the disk'))));
  await counts();
  assert.equal(asked(), 2);
});

test('a failure is no answer', async () => {
  const remembered = new RememberedAnswers();
  const fail = () => Promise.reject(new Error('gone'));
  await assert.rejects(remembered.answer('jobs.counts', input, fail));
  assert.deepEqual(await remembered.answer('jobs.counts', input, async () => ({})), {});
});

test('what else may change a row is always asked', async () => {
  const remembered = new RememberedAnswers();
  let asked = 0;
  const ask = async () => {
    asked += 1;
    return undefined;
  };
  const next = { jobId: 'a', number: 1 };
  await remembered.answer('documents.locate', next, ask);
  await remembered.answer('documents.locate', next, ask);
  assert.equal(asked, 2);
});

test('only so many are kept', async () => {
  const { remembered, counts, asked } = rig();
  await counts();
  for (let number = 0; number <= storeLimits.rememberedAnswers; number += 1) {
    const which = { spooler: `other-${number}` };
    await remembered.answer('jobs.counts', which, async () => ({}));
  }
  await counts();
  assert.equal(asked(), 2);
});
