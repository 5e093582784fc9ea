// What a takeover and a rejoining peer's tail mean for jobs: rules R6 and J2 as changes of the log,
// and nothing else.
import type { JobReason, Moment } from '../jobs/job.ts';
import type { LogRecord, Term } from '../store/contract.ts';
import type { Change } from '../store/records/table.ts';
import { compareTerms, formatTerm } from './term.ts';

/** What the rules need to know of a job, from the tables of this node. */
export interface KnownJob {
  readonly id: string;
  readonly state: 'waiting' | 'held' | 'printing' | 'ended';
  /** It was interrupted after bytes may have been delivered. */
  readonly interrupted: boolean;
  /** The printer's policy. */
  readonly policy: 'restart' | 'hold';
  /** The most bytes that a device may have taken of it. */
  readonly sizeBytes: number;
}

export interface Marks {
  readonly at: Moment;
  readonly message: string;
}

/**
 * R6, clean: a job that printed where the owner died starts from its first byte, by the printer's
 * policy, once, and marked; a second interruption holds it.
 */
export function interruptedBy(job: KnownJob, { at, message }: Marks): Change {
  const harmless = job.sizeBytes === 0;
  const again = harmless || (job.policy === 'restart' && !job.interrupted);
  const reasons: readonly JobReason[] = ['job-interrupted-by-device-failure'];
  return {
    type: 'job.interrupted',
    payload: {
      jobId: job.id,
      deliveredBytes: job.sizeBytes,
      decision: again ? 'restart' : 'hold',
      reasons,
      message,
      at,
    },
  };
}

export interface HandOver {
  /** What the owner commits, in one unit with the mark. */
  readonly changes: readonly Change[];
  /** Changes of printers and registry that were made on the other side: for the administrator. */
  readonly listed: readonly LogRecord[];
}

export interface HandOverOptions {
  readonly records: readonly LogRecord[];
  /** What was taken in before, of records of this term. */
  readonly handedThrough: (term: Term) => number;
  readonly job: (id: string) => KnownJob | undefined;
  readonly marks: Marks;
}

/**
 * Registry path that says through which record of which term a tail was taken in; kept for ever.
 */
export const handedPath = ['Cluster', 'Handed'] as const;

/**
 * J2: accepted jobs are appended, a completion keeps a job from ever being printed, what was
 * started there counts as interrupted, and each record counts once.
 */
export function planHandOver(options: HandOverOptions): HandOver {
  const { records, handedThrough, marks } = options;
  const fresh = records.filter(({ term, seq }) => seq > handedThrough(term));
  const added = new Set<string>();
  const changes: Change[] = [];
  const listed: LogRecord[] = [];
  for (const record of fresh) {
    const { change } = record;
    if (change.type.startsWith('printer.') || change.type.startsWith('registry.')) {
      if (!isMark(change)) listed.push(record);
      continue;
    }
    changes.push(...taken(change, options.job, added, marks));
  }
  return { changes: [...changes, ...marksOf(fresh)], listed };
}

function isMark(change: Change): boolean {
  return (
    change.type === 'registry.values-set' &&
    handedPath.every((name, index) => change.payload.path[index] === name)
  );
}

function taken(
  change: Change,
  jobOf: HandOverOptions['job'],
  added: Set<string>,
  marks: Marks,
): readonly Change[] {
  if (change.type === 'job.created') {
    if (jobOf(change.payload.id) !== undefined) return [];
    added.add(change.payload.id);
    return [change];
  }
  if (change.type === 'job.document-added' || change.type === 'job.closed') {
    return added.has(change.payload.jobId) ? [change] : [];
  }
  if (change.type === 'job.ended' || change.type === 'job.removed') {
    const job = jobOf(change.payload.jobId);
    const open = added.has(change.payload.jobId) || (job !== undefined && job.state !== 'ended');
    return open ? [change] : [];
  }
  const attempted =
    change.type === 'job.started' ||
    change.type === 'job.interrupted' ||
    change.type === 'job.released';
  return attempted ? startedThere(change, jobOf, added, marks) : [];
}

/**
 * An attempt on the other side: of a job that only that side knew it is repeated as it was; of a
 * known one it counts as interrupted, and keeps the port it came from, which may still occupy the
 * device. One that prints here meanwhile was released by a person.
 */
function startedThere(
  change: Extract<Change, { type: 'job.started' | 'job.interrupted' | 'job.released' }>,
  jobOf: HandOverOptions['job'],
  added: ReadonlySet<string>,
  marks: Marks,
): readonly Change[] {
  const { jobId } = change.payload;
  if (added.has(jobId)) return [change];
  const job = jobOf(jobId);
  const waits = job?.state === 'waiting' || job?.state === 'held';
  if (change.type !== 'job.started' || job === undefined || !waits) return [];
  return [change, interruptedBy(job, marks)];
}

function marksOf(records: readonly LogRecord[]): readonly Change[] {
  const through = new Map<string, LogRecord>();
  for (const record of records) {
    const name = formatTerm(record.term);
    const known = through.get(name);
    if (known === undefined || known.seq < record.seq) through.set(name, record);
  }
  const last = [...through.values()].sort((a, b) => compareTerms(a.term, b.term));
  if (last.length === 0) return [];
  const values = last.map((record) => ({
    name: formatTerm(record.term),
    value: { type: 'dword', data: record.seq } as const,
  }));
  return [{ type: 'registry.values-set', payload: { path: [...handedPath], values } }];
}
