// The job's state machine: each change from each state, and what is refused.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Job } from '../../firmware/jobs/job.ts';
import { changedJob, createdJob, refusesRemoval } from '../../firmware/jobs/transitions.ts';
import { type JobChange, jobPayloads } from '../../firmware/store/records/job-payloads.ts';
import { at, documentOf, jobCreated } from './rig.ts';

const jobId = 'a';
const document = documentOf(Buffer.from('x'));
const changes = {
  add: { type: 'job.document-added', payload: { jobId, document, last: false, at } },
  addLast: { type: 'job.document-added', payload: { jobId, document, last: true, at } },
  close: { type: 'job.closed', payload: { jobId, at } },
  start: { type: 'job.started', payload: { jobId, portName: 'p', at } },
  restart: interruption('restart', 0),
  restartAfterBytes: interruption('restart', 1),
  hold: interruption('hold', 1),
  release: { type: 'job.released', payload: { jobId, at } },
  complete: ending('completed'),
  abort: ending('aborted'),
  cancel: ending('canceled'),
} as const satisfies Record<string, JobChange>;

type Step = keyof typeof changes;

function interruption(decision: 'restart' | 'hold', deliveredBytes: number): JobChange {
  const reasons = ['job-interrupted-by-device-failure'] as const;
  return {
    type: 'job.interrupted',
    payload: { jobId, deliveredBytes, decision, reasons, message: 'the cable', at },
  };
}

function ending(state: 'completed' | 'aborted' | 'canceled'): JobChange {
  return {
    type: 'job.ended',
    payload: { jobId, state, outcome: 'printed', reasons: [], message: '', at },
  };
}

function newJob(more: Parameters<typeof jobCreated>[1] = {}): Job {
  return createdJob('local', 1, jobPayloads['job.created'].parse(jobCreated(jobId, more).payload));
}

function after(job: Job, ...steps: readonly Step[]): Job {
  return steps.reduce((now, step) => {
    const transition = changedJob(now, changes[step]);
    if (transition.kind === 'refused') assert.fail(`${step}: ${transition.message}`);
    return transition.job;
  }, job);
}

describe('a job', () => {
  test('arrives, prints and is completed', () => {
    const job = newJob();
    assert.deepEqual([job.state, job.reasons], ['pending', ['job-incoming']]);
    const ready = after(job, 'addLast');
    assert.deepEqual([ready.incoming, ready.reasons], [false, ['job-queued']]);
    const printing = after(ready, 'start');
    assert.deepEqual([printing.state, printing.attempts], ['processing', 1]);
    const done = after(printing, 'complete');
    assert.deepEqual([done.state, done.outcome, done.reasons], ['completed', 'printed', ['none']]);
    assert.deepEqual(done.endedAt, at);
  });

  test('that was held waits until it is released', () => {
    const held = after(newJob({ hold: true }), 'addLast');
    assert.deepEqual([held.state, held.reasons], ['pending-held', ['job-hold-until-specified']]);
    assert.equal(after(held, 'release', 'start').state, 'processing');
  });

  test('is marked once bytes may have been delivered, and stays marked', () => {
    const clean = after(newJob(), 'addLast', 'start', 'restart');
    assert.deepEqual([clean.state, clean.possiblyPrintedTwice], ['pending', false]);
    const marked = after(clean, 'start', 'restartAfterBytes', 'start', 'restart');
    assert.deepEqual([marked.possiblyPrintedTwice, marked.attempts], [true, 3]);
    const held = after(newJob(), 'addLast', 'start', 'hold');
    assert.deepEqual(
      [held.state, held.possiblyPrintedTwice, held.message],
      ['pending-held', true, 'the cable'],
    );
  });

  test('tells an outcome only when it was completed', () => {
    assert.equal(after(newJob(), 'cancel').outcome, undefined);
    assert.equal(after(newJob(), 'cancel').incoming, false);
  });

  const refusals: readonly (readonly [readonly Step[], Step, string])[] = [
    [['addLast'], 'addLast', 'job-incoming-closed'],
    [['close'], 'close', 'job-incoming-closed'],
    [['add'], 'addLast', 'job-not-possible'],
    [[], 'start', 'job-not-possible'],
    [['addLast', 'start'], 'start', 'job-not-possible'],
    [['addLast'], 'restart', 'job-not-possible'],
    [['addLast'], 'release', 'job-not-possible'],
    [['addLast'], 'complete', 'job-not-possible'],
  ];
  for (const [steps, step, code] of refusals) {
    test(`after ${steps.join(', ') || 'its creation'} refuses ${step}: ${code}`, () => {
      const transition = changedJob(after(newJob(), ...steps), changes[step]);
      assert.ok(transition.kind === 'refused');
      assert.equal(transition.code, code);
    });
  }

  test('that has ended refuses everything, but may be forgotten', () => {
    assert.equal(refusesRemoval(newJob())?.code, 'job-not-possible');
    for (const end of ['abort', 'cancel', 'complete'] as const) {
      const ended = after(newJob(), 'addLast', 'start', end);
      assert.equal(refusesRemoval(ended), undefined);
      for (const change of Object.values(changes)) {
        const transition = changedJob(ended, change);
        assert.ok(transition.kind === 'refused' && transition.code === 'job-not-possible');
      }
    }
  });
});
