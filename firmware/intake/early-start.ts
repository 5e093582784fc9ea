// A document that prints while it arrives: its job is made as soon as there are bytes, offered to
// the printer's ports, and ended as interrupted where the document breaks off.
import type { WallTime } from '../../hal/contract.ts';
import { type Refusal, RefusedError } from '../errors/codes.ts';
import type { Job } from '../jobs/job.ts';
import type { Arrival } from '../printers/arrivals.ts';
import { jobWithArriving } from '../printers/arrivals.ts';
import { Arriving } from '../spool/arriving.ts';
import type { CommitOutcome } from '../store/contract.ts';
import type { Change } from '../store/records/table.ts';
import { headerOf, type UploadPlace } from './admission.ts';
import type { DocumentRequest } from './contract.ts';

/** Who prints what still arrives. */
export interface EarlyPrinting {
  offer(arrival: Arrival): void;
  /** Resolves once no port works on it any more. */
  end(jobId: string): Promise<void>;
}

export interface EarlyStart {
  /** The job exists; its creation is not to be committed again. */
  readonly isCreated: boolean;
  /** Even the smallest document is not kept back in memory. */
  readonly fromFirstByte: boolean;
  /** The file has so many bytes; rejects with a RefusedError where the job is refused. */
  onWritten(name: string, sizeBytes: number): Promise<void>;
  /** The document's record is durable. */
  whole(): void;
  /** Resolves once the job has ended as interrupted. Rejects as the commit does. */
  broke(why: string): Promise<void>;
}

/** One document, one copy, nothing that waits: only that can print before its end. */
export function mayStartEarly({ printer, job, number, last, straight }: UploadPlace): boolean {
  const isPlain = job.copies === 1 && !job.hold && number === 1 && last;
  const isWanted = straight !== undefined || printer.startPrinting === 'at-once';
  return isWanted && printer.enabled && isPlain;
}

export function createEarlyStart(options: {
  readonly spooler: string;
  readonly place: UploadPlace;
  readonly document: DocumentRequest;
  readonly commit: (changes: readonly Change[]) => Promise<CommitOutcome>;
  readonly printing: EarlyPrinting;
  readonly wall: () => WallTime;
}): EarlyStart {
  const { place, printing, wall } = options;
  const { id: jobId } = place.job;
  const { straight } = place;
  const arriving = new Arriving(straight?.onWords);
  let job: Job | undefined;

  const begin = async () => {
    job = place.known ?? (await createJob());
    const header = headerOf(options.spooler, options.document, place, wall());
    printing.offer({ job: jobWithArriving(job, header.document), arriving });
  };

  const createJob = async (): Promise<Job> => {
    const outcome = await options.commit(place.before);
    if (outcome.kind === 'refused') throw new RefusedError(outcome);
    const created = outcome.jobs.find((one) => one.id === jobId);
    if (created === undefined) throw new Error('the store did not answer with the job');
    return created;
  };

  return {
    fromFirstByte: straight !== undefined,
    get isCreated() {
      return job !== undefined;
    },
    async onWritten(name, sizeBytes) {
      arriving.wrote(name, sizeBytes);
      if (job === undefined) await begin();
    },
    whole() {
      arriving.whole();
      void printing.end(jobId).then(() => straight?.onEnd());
    },
    async broke(why) {
      if (job === undefined) return straight?.onEnd();
      arriving.broke(why);
      await printing.end(jobId);
      straight?.onEnd();
      await options.commit([brokenOff(jobId, why, wall())]);
    },
  };
}

/** The job will never be whole; where it printed already, a part of it may be on paper. */
export function brokenOff(jobId: string, why: string, at: WallTime): Change {
  return {
    type: 'job.ended',
    payload: {
      jobId,
      state: 'aborted',
      reasons: ['aborted-by-system', 'submission-interrupted'],
      message: `Interrupted: ${why}. Send it again.`,
      at,
    },
  };
}

export function isAccepted(
  answer: { readonly kind: 'accepted' } | Refusal | 'empty',
): answer is { readonly kind: 'accepted' } {
  return answer !== 'empty' && answer.kind === 'accepted';
}
