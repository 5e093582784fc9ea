// The job's state machine: what each record makes of a job, or why it can not be. Pure.
import { type ErrorCode, type Refusal, refused } from '../errors/codes.ts';
import { spoolLimits } from '../limits/spool-limits.ts';
import type { JobChange, JobPayload } from '../store/records/job-payloads.ts';
import { isEnded, type Job, type JobReason } from './job.ts';

export type Transition = { readonly kind: 'changed'; readonly job: Job } | Refusal;

/** The job that job.created makes. */
export function createdJob(
  spooler: string,
  number: number,
  payload: JobPayload<'job.created'>,
): Job {
  const { id, printerId, name, origin, priority, copies, hold, incoming, attributes, at } = payload;
  return {
    id,
    spooler,
    number,
    printerId,
    name,
    origin,
    state: hold ? 'pending-held' : 'pending',
    reasons: waitingReasons(hold, incoming),
    message: '',
    priority,
    copies,
    incoming,
    documents: [],
    attempts: 0,
    possiblyPrintedTwice: false,
    outcome: undefined,
    createdAt: at,
    processingAt: undefined,
    endedAt: undefined,
    attributes,
  };
}

/** What the change makes of the job. An ended job never changes again. */
export function changedJob(job: Job, change: JobChange): Transition {
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
    case 'job.released':
      return released(job);
    case 'job.ended':
      return ended(job, change.payload);
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
  if (job.incoming) return refuse(job, 'job-not-possible', 'can not start: it is still arriving');
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

function released(job: Job): Transition {
  if (job.state !== 'pending-held') {
    return refuse(job, 'job-not-possible', `is not held: it is ${job.state}`);
  }
  return changed(job, {
    state: 'pending',
    reasons: waitingReasons(false, job.incoming),
    message: '',
  });
}

function ended(job: Job, payload: JobPayload<'job.ended'>): Transition {
  if (payload.state === 'completed' && !isProcessing(job)) {
    return refuse(job, 'job-not-possible', `can not be completed: it is ${job.state}`);
  }
  return changed(job, {
    state: payload.state,
    reasons: payload.reasons.length === 0 ? ['none'] : payload.reasons,
    message: payload.message,
    incoming: false,
    outcome: payload.state === 'completed' ? payload.outcome : undefined,
    endedAt: payload.at,
  });
}

function isProcessing(job: Job): boolean {
  return job.state === 'processing' || job.state === 'processing-stopped';
}

function settled(job: Job, patch: { documents?: Job['documents']; incoming: boolean }): Transition {
  const held = job.state === 'pending-held';
  return changed(job, { ...patch, reasons: waitingReasons(held, patch.incoming) });
}

/** RFC 8011 5.3.8: why a job that does not print yet waits. */
function waitingReasons(held: boolean, incoming: boolean): readonly JobReason[] {
  const reasons: JobReason[] = [];
  if (incoming) reasons.push('job-incoming');
  if (held) reasons.push('job-hold-until-specified');
  return reasons.length === 0 ? ['job-queued'] : reasons;
}

function changed(job: Job, patch: Partial<Job>): Transition {
  return { kind: 'changed', job: { ...job, ...patch } };
}

function refuse(job: Job, code: ErrorCode, what: string): Refusal {
  return refused(code, `job ${job.number} ${what}`);
}
