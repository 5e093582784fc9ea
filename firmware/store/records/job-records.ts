// Records of jobs: each asks the state machine, stores what it says and tells the event ring.
import { type Refusal, refused } from '../../errors/codes.ts';
import type { Job, Moment } from '../../jobs/job.ts';
import { changedJob, createdJob, refusesRemoval } from '../../jobs/transitions.ts';
import {
  deleteJob,
  findAttemptPort,
  findJob,
  insertJob,
  type JobFacts,
  updateJob,
} from '../job-rows.ts';
import type { Printer } from '../../printers/printer.ts';
import { forgetLingering, noteLingering } from '../lingering-rows.ts';
import { findPrinter } from '../printer-rows.ts';
import { refusesDocument, refusesJob } from '../quotas.ts';
import {
  type JobChange,
  type JobPayload,
  jobPayloads,
  portLeftOpen,
  type PortLeftOpen,
} from './job-payloads.ts';
import { type ApplyContext, recordRow } from './row.ts';

export const jobRecords = [
  recordRow({ type: 'job.created', payload: jobPayloads['job.created'], apply: create }),
  recordRow({
    type: 'job.document-added',
    payload: jobPayloads['job.document-added'],
    apply: addDocument,
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
  recordRow({
    type: 'job.held',
    payload: jobPayloads['job.held'],
    apply: (context, payload) =>
      change(context, { type: 'job.held', payload }, { holdEndMs: payload.untilMs }),
  }),
  recordRow({ type: 'job.moved', payload: jobPayloads['job.moved'], apply: move }),
  recordRow({
    type: 'job.changed',
    payload: jobPayloads['job.changed'],
    apply: (context, payload) => change(context, { type: 'job.changed', payload }),
  }),
  recordRow({
    type: 'job.documents-dropped',
    payload: jobPayloads['job.documents-dropped'],
    apply: dropDocuments,
  }),
  recordRow({ type: 'job.ended', payload: jobPayloads['job.ended'], apply: end }),
  recordRow({ type: 'job.removed', payload: jobPayloads['job.removed'], apply: remove }),
  recordRow({ type: 'port.left-open', payload: portLeftOpen, apply: leaveOpen }),
] as const;

/** What a start says of its connection, where the start itself counts for nothing. */
function leaveOpen({ sql, spooler, seq }: ApplyContext, payload: PortLeftOpen): undefined {
  noteLingering(sql, { spooler, ...payload }, seq);
}

function create(context: ApplyContext, payload: JobPayload<'job.created'>): Refusal | undefined {
  const { sql, spooler } = context;
  const printer = findPrinter(sql, spooler, payload.printerId);
  if (printer === undefined) {
    return refused('printer-not-found', `there is no printer ${payload.printerId}`);
  }
  const full =
    payload.handedOver === true ? undefined : refusesJob(sql, printer, payload.origin.userName);
  if (full !== undefined) return full;
  if (sql.held.jobs.find(payload.id) !== undefined) {
    return refused('job-not-possible', `there is a job ${payload.id} already`);
  }
  const job = createdJob(spooler, context.nextJobNumber(), payload);
  insertJob(sql, job);
  context.touchJob(job.id);
  emit(context, 'job-created', job, payload.at);
  return undefined;
}

function start(context: ApplyContext, payload: JobPayload<'job.started'>): Refusal | undefined {
  const port = { name: payload.portName, localPort: payload.localPort };
  const refusal = change(context, { type: 'job.started', payload }, { port });
  if (refusal !== undefined) return refusal;
  if (payload.localPort !== undefined) {
    const { portName, localPort } = payload;
    noteLingering(context.sql, { spooler: context.spooler, portName, localPort }, context.seq);
  }
  return undefined;
}

function addDocument(
  context: ApplyContext,
  payload: JobPayload<'job.document-added'>,
): Refusal | undefined {
  const job = findJob(context.sql, context.spooler, payload.jobId);
  if (job === undefined) return unknownJob(payload.jobId);
  const printer = findPrinter(context.sql, context.spooler, job.printerId);
  const full =
    payload.handedOver === true || printer === undefined
      ? undefined
      : refusesDocument(context.sql, printer, job, payload.document.sizeBytes);
  return full ?? change(context, { type: 'job.document-added', payload });
}

/** Documents of a job whose printer keeps them stay where they are. */
function end(context: ApplyContext, payload: JobPayload<'job.ended'>): Refusal | undefined {
  const { sql, spooler } = context;
  const job = findJob(sql, spooler, payload.jobId);
  if (job === undefined) return unknownJob(payload.jobId);
  const printer = findPrinter(sql, spooler, job.printerId);
  const refusal = change(context, { type: 'job.ended', payload }, { printer });
  if (refusal !== undefined) return refusal;
  // What was completed elsewhere says nothing of a connection that broke here.
  if (payload.state === 'completed') forgetLingering(sql, spooler, findAttemptPort(sql, job.id));
  if (findJob(sql, spooler, job.id)?.retained !== true) context.dropDocuments(job.id);
  return undefined;
}

function move(context: ApplyContext, payload: JobPayload<'job.moved'>): Refusal | undefined {
  const printer = findPrinter(context.sql, context.spooler, payload.printerId);
  if (printer === undefined) {
    return refused('printer-not-found', `there is no printer ${payload.printerId}`);
  }
  return change(context, { type: 'job.moved', payload });
}

function dropDocuments(
  context: ApplyContext,
  payload: JobPayload<'job.documents-dropped'>,
): Refusal | undefined {
  const refusal = change(context, { type: 'job.documents-dropped', payload });
  if (refusal !== undefined) return refusal;
  context.dropDocuments(payload.jobId);
  return undefined;
}

function remove(context: ApplyContext, payload: JobPayload<'job.removed'>): Refusal | undefined {
  const job = findJob(context.sql, context.spooler, payload.jobId);
  if (job === undefined) return unknownJob(payload.jobId);
  const refusal = refusesRemoval(job);
  if (refusal !== undefined) return refusal;
  if (job.retained) {
    const dropped = { jobId: job.id, at: payload.at };
    const stays = dropDocuments(context, dropped);
    if (stays !== undefined) return stays;
  }
  deleteJob(context.sql, job.id);
  emit(context, 'job-removed', job, payload.at);
  return undefined;
}

interface ChangeFacts extends Omit<JobFacts, 'seq'> {
  readonly printer?: Printer | undefined;
}

function change(
  context: ApplyContext,
  change: JobChange,
  { printer, ...facts }: ChangeFacts = {},
): Refusal | undefined {
  const before = findJob(context.sql, context.spooler, change.payload.jobId);
  if (before === undefined) return unknownJob(change.payload.jobId);
  const transition = changedJob(before, change, printer);
  if (transition.kind === 'refused') return transition;
  const { job } = transition;
  updateJob(context.sql, before, job, { seq: context.seq, ...facts });
  context.touchJob(job.id);
  if (showsDifferently(before, job)) emit(context, 'job-state-changed', job, change.payload.at);
  return undefined;
}

function showsDifferently(before: Job, after: Job): boolean {
  return (
    before.state !== after.state ||
    before.message !== after.message ||
    before.printerId !== after.printerId ||
    before.priority !== after.priority ||
    before.copies !== after.copies ||
    before.name !== after.name ||
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
