// Records of jobs: each asks the state machine, stores what it says and tells the event ring.
import { type Refusal, refused } from '../../errors/codes.ts';
import type { Job, Moment } from '../../jobs/job.ts';
import { changedJob, createdJob, refusesRemoval } from '../../jobs/transitions.ts';
import { deleteJob, findJob, insertJob, updateJob } from '../job-rows.ts';
import { findPrinter } from '../printer-rows.ts';
import { type JobChange, type JobPayload, jobPayloads } from './job-payloads.ts';
import { type ApplyContext, recordRow } from './row.ts';

export const jobRecords = [
  recordRow({ type: 'job.created', payload: jobPayloads['job.created'], apply: create }),
  recordRow({
    type: 'job.document-added',
    payload: jobPayloads['job.document-added'],
    apply: (context, payload) => change(context, { type: 'job.document-added', payload }),
  }),
  recordRow({
    type: 'job.closed',
    payload: jobPayloads['job.closed'],
    apply: (context, payload) => change(context, { type: 'job.closed', payload }),
  }),
  recordRow({ type: 'job.started', payload: jobPayloads['job.started'], apply: start }),
  recordRow({
    type: 'job.interrupted',
    payload: jobPayloads['job.interrupted'],
    apply: (context, payload) => change(context, { type: 'job.interrupted', payload }),
  }),
  recordRow({
    type: 'job.released',
    payload: jobPayloads['job.released'],
    apply: (context, payload) => change(context, { type: 'job.released', payload }),
  }),
  recordRow({ type: 'job.ended', payload: jobPayloads['job.ended'], apply: end }),
  recordRow({ type: 'job.removed', payload: jobPayloads['job.removed'], apply: remove }),
] as const;

function create(context: ApplyContext, payload: JobPayload<'job.created'>): Refusal | undefined {
  const { sql, spooler } = context;
  if (findPrinter(sql, spooler, payload.printerId) === undefined) {
    return refused('printer-not-found', `there is no printer ${payload.printerId}`);
  }
  if (sql.get('SELECT 1 AS found FROM jobs WHERE id = ?', payload.id) !== undefined) {
    return refused('job-not-possible', `there is a job ${payload.id} already`);
  }
  const job = createdJob(spooler, context.nextJobNumber(), payload);
  insertJob(sql, job);
  context.touchJob(job.id);
  emit(context, 'job-created', job, payload.at);
  return undefined;
}

function start(context: ApplyContext, payload: JobPayload<'job.started'>): Refusal | undefined {
  const refusal = change(context, { type: 'job.started', payload });
  if (refusal !== undefined) return refusal;
  context.sql.run(
    'UPDATE jobs SET port_name = ?, local_port = ? WHERE id = ?',
    payload.portName,
    payload.localPort ?? null,
    payload.jobId,
  );
  return undefined;
}

function end(context: ApplyContext, payload: JobPayload<'job.ended'>): Refusal | undefined {
  const refusal = change(context, { type: 'job.ended', payload });
  if (refusal !== undefined) return refusal;
  context.dropDocuments(payload.jobId);
  return undefined;
}

function remove(context: ApplyContext, payload: JobPayload<'job.removed'>): Refusal | undefined {
  const job = findJob(context.sql, context.spooler, payload.jobId);
  if (job === undefined) return unknownJob(payload.jobId);
  const refusal = refusesRemoval(job);
  if (refusal !== undefined) return refusal;
  deleteJob(context.sql, job.id);
  emit(context, 'job-removed', job, payload.at);
  return undefined;
}

function change(context: ApplyContext, change: JobChange): Refusal | undefined {
  const before = findJob(context.sql, context.spooler, change.payload.jobId);
  if (before === undefined) return unknownJob(change.payload.jobId);
  const transition = changedJob(before, change);
  if (transition.kind === 'refused') return transition;
  const { job } = transition;
  updateJob(context.sql, before, job, context.seq);
  context.touchJob(job.id);
  if (showsDifferently(before, job)) emit(context, 'job-state-changed', job, change.payload.at);
  return undefined;
}

function showsDifferently(before: Job, after: Job): boolean {
  return (
    before.state !== after.state ||
    before.message !== after.message ||
    before.reasons.join() !== after.reasons.join()
  );
}

function emit(
  context: ApplyContext,
  type: 'job-created' | 'job-state-changed' | 'job-removed',
  job: Job,
  at: Moment,
): void {
  context.emit({
    type,
    jobId: job.id,
    at,
    spooler: job.spooler,
    printerId: job.printerId,
    facts: {
      number: job.number,
      name: job.name,
      userName: job.origin.userName,
      state: job.state,
      reasons: job.reasons,
      message: job.message,
      possiblyPrintedTwice: job.possiblyPrintedTwice,
      ...(job.outcome === undefined ? {} : { outcome: job.outcome }),
    },
  });
}

function unknownJob(id: string): Refusal {
  return refused('job-not-found', `there is no job ${id}`);
}
