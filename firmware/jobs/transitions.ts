// The job's state machine: what each record makes of a job, or why it can not be. Pure.
import { type ErrorCode, type Refusal, refused } from '../errors/codes.ts';
import { spoolLimits } from '../limits/spool-limits.ts';
import type { JobChange, JobPayload } from '../store/records/job-payloads.ts';
import type { Printer } from '../printers/printer.ts';
import { isEnded, type Job, type JobHold, type JobReason } from './job.ts';

/** What of its printer counts when a job ends. */
export type EndRules = Pick<Printer, 'documentRetention'>;

const heldReasons = ['job-hold-until-specified', 'job-held-on-create'] as const;
type HeldReason = (typeof heldReasons)[number];

export type Transition = { readonly kind: 'changed'; readonly job: Job } | Refusal;

/** The job that job.created makes. */
export function createdJob(
  spooler: string,
  number: number,
  payload: JobPayload<'job.created'>,
): Job {
  const { id, printerId, name, origin, priority, copies, incoming, attributes, at } = payload;
  const hold = holdOf(payload);
  return {
    id,
    spooler,
    number,
    printerId,
    name,
    origin,
    state: payload.hold ? 'pending-held' : 'pending',
    reasons: waitingReasons(heldReason(payload), incoming),
    hold,
    message: '',
    priority,
    copies,
    incoming,
    documents: [],
    attempts: 0,
    possiblyPrintedTwice: false,
    outcome: undefined,
    pages: undefined,
    retained: false,
    reprintOf: payload.reprintOf,
    createdAt: at,
    processingAt: undefined,
    endedAt: undefined,
    attributes,
  };
}

/** Undefined too where only the printer holds the job. */
function holdOf(payload: JobPayload<'job.created'>): JobHold | undefined {
  const { hold, holdUntil, heldOnCreate } = payload;
  if (!hold || holdUntil !== undefined) return holdUntil;
  return heldOnCreate === true ? undefined : { kind: 'indefinite' };
}

function heldReason({ hold, heldOnCreate }: JobPayload<'job.created'>): HeldReason | undefined {
  if (!hold) return undefined;
  return heldOnCreate === true ? 'job-held-on-create' : 'job-hold-until-specified';
}

/** What the change makes of the job. An ended job only loses its documents. */
export function changedJob(job: Job, change: JobChange, printer?: EndRules): Transition {
  if (change.type === 'job.documents-dropped') return documentsDropped(job);
  if (isEnded(job.state)) return refuse(job, 'job-not-possible', `is ${job.state} already`);
  switch (change.type) {
    case 'job.document-added':
      return withDocument(job, change.payload);
    case 'job.closed':
      return closed(job);
    case 'job.started':
      return started(job, change.payload);
    case 'job.interrupted':
      return interrupted(job, change.payload);
    case 'job.held':
      return held(job, change.payload);
    case 'job.released':
      return released(job);
    case 'job.moved':
      return moved(job, change.payload);
    case 'job.changed':
      return edited(job, change.payload);
    case 'job.ended':
      return ended(job, change.payload, printer);
  }
}

/** Why the job can't be forgotten now; undefined when it can. */
export function refusesRemoval(job: Job): Refusal | undefined {
  return isEnded(job.state) ? undefined : refuse(job, 'job-not-possible', 'has not ended');
}

function withDocument(job: Job, payload: JobPayload<'job.document-added'>): Transition {
  if (!job.incoming) return refuse(job, 'job-incoming-closed', 'has all its documents');
  const next = job.documents.length + 1;
  if (next > spoolLimits.documentsPerJob) {
    return refuse(
      job,
      'too-large',
      `has ${spoolLimits.documentsPerJob} documents, which is the most`,
    );
  }
  if (payload.document.number !== next) {
    return refuse(
      job,
      'job-not-possible',
      `takes document ${next} next, not ${payload.document.number}`,
    );
  }
  return settled(job, {
    documents: [...job.documents, payload.document],
    incoming: !payload.last,
  });
}

function closed(job: Job): Transition {
  if (!job.incoming) return refuse(job, 'job-incoming-closed', 'is closed already');
  return settled(job, { incoming: false });
}

function started(job: Job, payload: JobPayload<'job.started'>): Transition {
  if (job.state !== 'pending') {
    return refuse(job, 'job-not-possible', `can not start: it is ${job.state}`);
  }
  if (job.incoming && payload.arriving !== true) {
    return refuse(job, 'job-not-possible', 'can not start: it is still arriving');
  }
  return changed(job, {
    state: 'processing',
    reasons: ['job-printing'],
    message: '',
    attempts: job.attempts + 1,
    processingAt: job.processingAt ?? payload.at,
  });
}

function interrupted(job: Job, payload: JobPayload<'job.interrupted'>): Transition {
  if (!isProcessing(job)) {
    return refuse(job, 'job-not-possible', `can not be interrupted: it is ${job.state}`);
  }
  return changed(job, {
    state: payload.decision === 'hold' ? 'pending-held' : 'pending',
    reasons: payload.reasons.length === 0 ? ['none'] : payload.reasons,
    message: payload.message,
    possiblyPrintedTwice: job.possiblyPrintedTwice || payload.deliveredBytes > 0,
  });
}

function held(job: Job, payload: JobPayload<'job.held'>): Transition {
  if (isProcessing(job)) return refuse(job, 'job-not-possible', 'prints already');
  const { hold } = payload;
  // A job that was interrupted goes on being one; only its time is new.
  if (job.state === 'pending-held' && job.hold === undefined) return changed(job, { hold });
  return changed(job, {
    state: 'pending-held',
    reasons: waitingReasons('job-hold-until-specified', job.incoming),
    hold,
  });
}

function moved(job: Job, payload: JobPayload<'job.moved'>): Transition {
  if (isProcessing(job)) return refuse(job, 'job-not-possible', 'prints already');
  if (job.incoming) return refuse(job, 'job-not-possible', 'is still arriving');
  return changed(job, { printerId: payload.printerId });
}

function edited(job: Job, payload: JobPayload<'job.changed'>): Transition {
  if (isProcessing(job)) return refuse(job, 'job-not-possible', 'prints already');
  const { jobId: _named, at: _told, ...patch } = payload;
  return changed(job, patch);
}

function documentsDropped(job: Job): Transition {
  if (!job.retained) return refuse(job, 'job-not-possible', 'has no documents that were kept');
  return changed(job, { retained: false });
}

function released(job: Job): Transition {
  if (job.state !== 'pending-held') {
    return refuse(job, 'job-not-possible', `is not held: it is ${job.state}`);
  }
  return changed(job, {
    state: 'pending',
    reasons: waitingReasons(undefined, job.incoming),
    hold: undefined,
    message: '',
  });
}

function ended(
  job: Job,
  payload: JobPayload<'job.ended'>,
  printer: EndRules | undefined,
): Transition {
  if (payload.state === 'completed' && !isProcessing(job)) {
    return refuse(job, 'job-not-possible', `can not be completed: it is ${job.state}`);
  }
  return changed(job, {
    state: payload.state,
    reasons: payload.reasons.length === 0 ? ['none'] : payload.reasons,
    message: payload.message,
    incoming: false,
    hold: undefined,
    retained: !job.incoming && job.documents.length > 0 && keepsDocuments(printer),
    pages: payload.pages ?? job.pages,
    outcome: payload.state === 'completed' ? payload.outcome : undefined,
    endedAt: payload.at,
  });
}

function isProcessing(job: Job): boolean {
  return job.state === 'processing' || job.state === 'processing-stopped';
}

function settled(job: Job, patch: { documents?: Job['documents']; incoming: boolean }): Transition {
  // What printed already, while it arrived, goes on being that.
  if (job.attempts > 0) return changed(job, patch);
  const why = heldReasons.find((reason) => job.reasons.includes(reason));
  return changed(job, { ...patch, reasons: waitingReasons(why, patch.incoming) });
}

/** RFC 8011 5.3.8: why a job that does not print yet waits. */
function waitingReasons(held: HeldReason | undefined, incoming: boolean): readonly JobReason[] {
  const reasons: JobReason[] = [];
  if (incoming) reasons.push('job-incoming');
  if (held !== undefined) reasons.push(held);
  return reasons.length === 0 ? ['job-queued'] : reasons;
}

function changed(job: Job, patch: Partial<Job>): Transition {
  return { kind: 'changed', job: { ...job, ...patch } };
}

function refuse(job: Job, code: ErrorCode, what: string): Refusal {
  return refused(code, `job ${job.number} ${what}`);
}

/** A bound of zero keeps nothing; time and space are asked later. */
function keepsDocuments(printer: EndRules | undefined): boolean {
  const { jobs, bytes, seconds } = printer?.documentRetention ?? { jobs: 0 };
  return jobs !== 0 && bytes !== 0 && seconds !== 0;
}
