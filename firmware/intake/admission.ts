// What intake writes: the records of a job on its way in, and the header that goes into the spool
// beside its bytes; pure.
import { refused, type Refusal } from '../errors/codes.ts';
import { isEnded, type Job, type Moment } from '../jobs/job.ts';
import { intakeLimits } from '../limits/intake-limits.ts';
import type { Printer } from '../printers/printer.ts';
import { anyFormat } from '../printers/settings.ts';
import type { SpoolHeaderDraft } from '../spool/header.ts';
import type { Change, RecordPayload } from '../store/records/table.ts';
import { bounded, boundedJobName, boundedOrigin } from './checks.ts';
import type { DocumentRequest, JobRequest, Straight } from './contract.ts';

export type CreatedPayload = RecordPayload<'job.created'>;

/** RFC 8011 5.2.1: job-priority where the client names none. */
export const usualPriority = 50;

/**
 * Where a document goes: the job as far as it is known, and what is committed before the document.
 */
export interface UploadPlace {
  readonly printer: Printer;
  readonly job: Pick<
    CreatedPayload,
    'id' | 'name' | 'origin' | 'priority' | 'copies' | 'hold' | 'holdUntil' | 'attributes'
  > & { readonly number?: number };
  readonly number: number;
  /** The job where it was made before. */
  readonly known?: Job;
  /** Of the job's documents that came before. */
  readonly takenBytes: number;
  readonly last: boolean;
  readonly before: readonly Change[];
  readonly straight?: Straight | undefined;
}

export function headerOf(
  spooler: string,
  document: DocumentRequest,
  { printer, job, number, last }: UploadPlace,
  at: Moment,
): SpoolHeaderDraft {
  return {
    spooler,
    printer: { id: printer.id, name: printer.name },
    job: {
      id: job.id,
      ...(job.number === undefined ? {} : { number: job.number }),
      name: job.name,
      origin: job.origin,
      priority: job.priority,
      copies: job.copies,
      hold: job.hold,
      ...(job.holdUntil === undefined ? {} : { holdUntil: job.holdUntil }),
      attributes: job.attributes,
    },
    document: {
      number,
      name: bounded(document.name, intakeLimits.textOctets),
      format: bounded(document.format, intakeLimits.textOctets) || anyFormat,
    },
    last,
    at,
  };
}

export function checkIncoming(job: Job | undefined, jobId: string): Refusal | undefined {
  if (job === undefined) return refused('job-not-found', `there is no job ${jobId}`);
  if (isEnded(job.state)) return refused('job-not-possible', `job ${job.number} has ended`);
  if (!job.incoming) {
    return refused('job-incoming-closed', `job ${job.number} takes no more documents`);
  }
  return undefined;
}

/** A job that was closed without any document. */
export function emptyEnd(jobId: string, at: Moment): Change {
  return abortion(jobId, 'No document came.', at);
}

/** The client heard no success and sends again: this copy must not print besides. */
export function unacknowledgedEnd(jobId: string, at: Moment): Change {
  return abortion(
    jobId,
    'Stored, but not acknowledged: this appliance might not answer at that moment.',
    at,
  );
}

function abortion(jobId: string, message: string, at: Moment): Change {
  const reasons = ['aborted-by-system', 'submission-interrupted'] as const;
  return { type: 'job.ended', payload: { jobId, state: 'aborted', reasons, message, at } };
}

export function emptyRefusal(): Refusal {
  return refused('document-incomplete', 'the document has no bytes');
}

export function createdPayload(
  id: string,
  request: JobRequest,
  printer: Pick<Printer, 'holdNewJobs' | 'defaults'>,
  at: Moment,
): CreatedPayload {
  const { hold, reprintOf } = request;
  return {
    id,
    printerId: request.printerId,
    name: boundedJobName(request.name),
    origin: boundedOrigin(request.origin),
    priority: request.priority ?? wholeNumber(printer.defaults['job-priority']) ?? usualPriority,
    copies: request.copies ?? wholeNumber(printer.defaults['copies']) ?? 1,
    hold: hold !== undefined || printer.holdNewJobs,
    ...(hold === undefined ? {} : { holdUntil: hold }),
    ...(printer.holdNewJobs ? { heldOnCreate: true } : {}),
    ...(reprintOf === undefined ? {} : { reprintOf }),
    incoming: true,
    attributes: { ...templateDefaults(printer.defaults), ...request.attributes },
    at,
  };
}

/** What the job itself holds as a member is no attribute besides. */
const membersOfJobs: ReadonlySet<string> = new Set(['copies', 'job-priority', 'job-hold-until']);

function templateDefaults(defaults: Printer['defaults']): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(defaults).filter(([name]) => !membersOfJobs.has(name)));
}

/** Settings were checked when they were made; a number is the only thing that counts here. */
function wholeNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
