// The one door in: checks, receives, commits, asks the permit, and only then says accepted.
import type { Clock, Random } from '../../hal/contract.ts';
import type { HalErrorCode } from '../../hal/errors.ts';
import type { MonitorLog } from '../../monitors/contract.ts';
import { type ErrorCode, type Refusal, RefusedError, refused } from '../errors/codes.ts';
import { isEnded, type Job } from '../jobs/job.ts';
import { newJobId } from '../jobs/job-id.ts';
import { intakeLimits } from '../limits/intake-limits.ts';
import type { Printer } from '../printers/printer.ts';
import type { Permit } from '../spooler/permit.ts';
import type { SpoolHeaderDraft } from '../spool/header.ts';
import type { ReceivedDocument } from '../spool/receive.ts';
import type { Spool } from '../spool/spool.ts';
import {
  type CommitOutcome,
  type DocumentToStore,
  faultIn,
  type Store,
  StoreError,
} from '../store/contract.ts';
import type { Change } from '../store/records/table.ts';
import {
  checkIncoming,
  createdPayload,
  emptyEnd,
  emptyRefusal,
  headerOf,
  type UploadPlace,
} from './admission.ts';
import { checkDocument, checkJob } from './checks.ts';
import type { Accepted, DocumentRequest, Intake } from './contract.ts';
import {
  createEarlyStart,
  type EarlyPrinting,
  type EarlyStart,
  isAccepted,
  mayStartEarly,
} from './early-start.ts';
import { expand } from './expand.ts';
import { createIncomingJobs } from './incoming.ts';
import { atMost, noting } from './passing.ts';
import { pulled, UploadBrokenError } from './pulled.ts';
import { liveAgain } from './lapse.ts';
import { quietUploads } from './quiet.ts';
import { endUnacknowledged } from './unacknowledged.ts';

export interface IntakeRoomOptions {
  readonly spooler: string;
  readonly store: Pick<Store, 'query'>;
  readonly spool: Pick<Spool, 'receive'>;
  readonly commit: (
    changes: readonly Change[],
    documents?: readonly DocumentToStore[],
  ) => Promise<CommitOutcome>;
  readonly permit: Permit;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: MonitorLog;
  readonly printerById: (id: string) => Printer | undefined;
  /** document-format-supported of the printer. */
  readonly offeredBy: (printer: Printer) => readonly string[];
  /** The job may print now. */
  readonly onReady: (job: Job) => void;
  /** The job waits for a time. */
  readonly onHeld: (job: Job) => void;
  /** Prints what still arrives; none where everything is spooled first. */
  readonly printing?: EarlyPrinting;
  /** What is kept of ended jobs gives way to a new one; false where nothing is left that could. */
  readonly makeRoom: (bytes: number) => Promise<boolean>;
  /** The spool could not take a document. */
  readonly onSpoolFault: (fault: HalErrorCode) => void;
  readonly limits: {
    readonly concurrentUploads: number;
    readonly multipleOperationTimeoutMs: number;
  };
}

export interface IntakeRoom {
  readonly service: Intake;
  /** A job that was incoming when the spooler started again. */
  resume(job: Job): void;
  /** The job ended otherwise. */
  forget(jobId: string): void;
  /**
   * Refuses from now on; resolves once the uploads that run have ended. With `closeDoor` first the
   * uploads of now end, then it is called, and what comes by the connections of then is taken.
   */
  drain(closeDoor?: () => Promise<void>): Promise<void>;
  /** Refuses from now on; uploads that run break off. */
  stop(): Promise<void>;
}

export function createIntake(options: IntakeRoomOptions): IntakeRoom {
  const { spooler, store, clock, limits } = options;
  const stopping = new AbortController();
  let draining = false;
  const running = new Set<Promise<unknown>>();
  const incoming = createIncomingJobs({
    clock,
    timeoutMs: limits.multipleOperationTimeoutMs,
    onTimeout: (jobId) => void closeInTime(jobId),
  });

  const service: Intake = {
    async accept(stream, request, signal) {
      const printer = options.printerById(request.printerId);
      const refusal = checkJob(request, printer) ?? checkUpload(request.document, printer);
      if (refusal !== undefined) return await giveBack(stream, refusal);
      if (printer === undefined) return refused('internal', 'the printer was checked and is gone');
      const job = createdPayload(newJobId(clock, options.random), request, printer, clock.wall());
      const answer = await upload(stream, request.document, signal, {
        printer,
        job,
        number: 1,
        takenBytes: 0,
        last: true,
        before: [{ type: 'job.created', payload: job }],
        straight: request.straight,
      });
      return answer === 'empty' ? emptyRefusal() : answer;
    },

    async validate(request) {
      const printer = options.printerById(request.printerId);
      const refusal = refuseAll() ?? checkJob(request, printer);
      if (refusal !== undefined || printer === undefined) return refusal;
      return request.document === undefined
        ? undefined
        : checkDocument(request.document, printer, options.offeredBy(printer));
    },

    async create(request) {
      const printer = options.printerById(request.printerId);
      const refusal = refuseAll() ?? checkJob(request, printer);
      if (refusal !== undefined) return refusal;
      if (printer === undefined) return refused('internal', 'the printer was checked and is gone');
      const job = createdPayload(newJobId(clock, options.random), request, printer, clock.wall());
      const answer = await admit(job.id, [{ type: 'job.created', payload: job }], []);
      if (answer.kind === 'accepted') incoming.arm(job.id);
      return answer;
    },

    async add(jobId, stream, request, signal) {
      const found = await store.query('jobs.get', { spooler, id: jobId });
      const refusal = checkIncoming(found, jobId) ?? refuseAll();
      if (refusal !== undefined || found === undefined) {
        return await giveBack(
          stream,
          refusal ?? refused('job-not-found', `there is no job ${jobId}`),
        );
      }
      if (!incoming.beginUpload(jobId)) {
        return await giveBack(
          stream,
          refused('busy', `job ${found.number} gets a document just now`),
        );
      }
      let closed = false;
      try {
        const answer = await addDocument(found, stream, request, signal);
        closed = answer.kind === 'accepted' && !answer.job.incoming;
        return answer;
      } finally {
        incoming.endUpload(jobId, closed);
      }
    },
  };

  async function addDocument(
    found: Job,
    stream: AsyncIterable<Uint8Array> | undefined,
    request: { readonly document: DocumentRequest; readonly last: boolean },
    signal: AbortSignal | undefined,
  ): Promise<Accepted | Refusal> {
    // Another upload may have ended between the look and the turn.
    const job = (await store.query('jobs.get', { spooler, id: found.id })) ?? found;
    if (stream === undefined) {
      return request.last
        ? await closeJob(job)
        : refused('document-incomplete', 'there is no document, and the job is not closed');
    }
    const printer = options.printerById(job.printerId);
    const refusal = checkUpload(request.document, printer);
    if (refusal !== undefined || printer === undefined) {
      return await giveBack(stream, refusal ?? refused('printer-not-found', 'the printer is gone'));
    }
    const answer = await upload(stream, request.document, signal, {
      printer,
      job: {
        id: job.id,
        number: job.number,
        name: job.name,
        origin: job.origin,
        priority: job.priority,
        copies: job.copies,
        attributes: job.attributes,
        hold: job.state === 'pending-held',
        ...(job.hold === undefined ? {} : { holdUntil: job.hold }),
      },
      number: job.documents.length + 1,
      known: job,
      takenBytes: job.documents.reduce((sum, each) => sum + each.sizeBytes, 0),
      last: request.last,
      before: [],
    });
    if (answer !== 'empty') return answer;
    // RFC 8011 4.3.1: a last Send-Document without data closes the job and is no error.
    return request.last ? await closeJob(job) : emptyRefusal();
  }

  /**
   * Receives the bytes, then commits; whatever goes wrong before the commit leaves nothing behind.
   */
  async function upload(
    stream: AsyncIterable<Uint8Array>,
    document: DocumentRequest,
    signal: AbortSignal | undefined,
    place: UploadPlace,
  ): Promise<Accepted | Refusal | 'empty'> {
    if (running.size >= limits.concurrentUploads) {
      return await giveBack(stream, refused('busy', `${running.size} uploads run already`));
    }
    const ends = signal ? AbortSignal.any([signal, stopping.signal]) : stopping.signal;
    const work = receiveAndCommit(stream, document, ends, place);
    running.add(work);
    try {
      return await work;
    } finally {
      running.delete(work);
    }
  }

  async function receiveAndCommit(
    stream: AsyncIterable<Uint8Array>,
    document: DocumentRequest,
    signal: AbortSignal,
    place: UploadPlace,
  ): Promise<Accepted | Refusal | 'empty'> {
    const early = earlyStart(place, document);
    const answer = await receiveThenCommit(stream, document, signal, place, early);
    if (early === undefined) {
      place.straight?.onEnd();
      return answer;
    }
    if (isAccepted(answer)) early.whole();
    else await endEarly(early, place.job.id, answer);
    return answer;
  }

  function earlyStart(place: UploadPlace, document: DocumentRequest): EarlyStart | undefined {
    const { printing } = options;
    if (printing === undefined || !mayStartEarly(place)) return undefined;
    const { commit } = options;
    return createEarlyStart({
      spooler,
      place,
      document,
      commit,
      printing,
      wall: () => clock.wall(),
    });
  }

  async function endEarly(early: EarlyStart, jobId: string, answer: Refusal | 'empty') {
    try {
      await early.broke(answer === 'empty' ? 'the document is empty' : answer.message);
    } catch (error) {
      options.log.warn('an interrupted job could not be ended', { jobId, message: textOf(error) });
      incoming.arm(jobId, intakeLimits.retryMs);
    }
  }

  async function receiveThenCommit(
    stream: AsyncIterable<Uint8Array>,
    document: DocumentRequest,
    signal: AbortSignal,
    place: UploadPlace,
    early: EarlyStart | undefined,
  ): Promise<Accepted | Refusal | 'empty'> {
    const at = clock.wall();
    const mostBytes = mostBytesOf(place);
    if ((document.sizeBytes ?? 0) > mostBytes && (document.compression ?? 'none') === 'none') {
      return await giveBack(stream, tooLarge(place.printer));
    }
    const received = await receive(
      stream,
      { ...document, mostBytes, tooLarge: tooLarge(place.printer) },
      signal,
      headerOf(spooler, document, place, at),
      early,
    );
    if (received.kind === 'refused') return received;
    if (received.document.sizeBytes === 0) {
      await received.discard();
      return 'empty';
    }
    if (signal.aborted) {
      await received.discard();
      return stopped() ?? refused('document-incomplete', 'the client gave up');
    }
    const added: Change = {
      type: 'job.document-added',
      payload: { jobId: place.job.id, document: received.document, last: place.last, at },
    };
    const { id: jobId } = place.job;
    const toStore = { jobId, number: place.number, source: received.source };
    const before = early?.isCreated === true ? [] : place.before;
    const answer = await admit(jobId, [...before, added], [toStore]);
    // After a fault of the store nobody knows whether a record names the file: it stays.
    const isUnwanted = answer.kind === 'refused' && !keptCodes.has(answer.code);
    if (isUnwanted) await received.discard();
    else received.keep();
    return answer;
  }

  async function receive(
    stream: AsyncIterable<Uint8Array>,
    document: DocumentRequest & { readonly mostBytes: number; readonly tooLarge: Refusal },
    signal: AbortSignal,
    header: SpoolHeaderDraft,
    early: EarlyStart | undefined,
  ): Promise<ReceivedDocument | Refusal> {
    const compression = document.compression ?? 'none';
    const raw = pulled(stream, signal);
    const expanded = compression === 'none' ? raw : expand(raw, compression, intakeLimits);
    let cause: unknown;
    const bounded = atMost(expanded, document.mostBytes, document.tooLarge);
    const bytes = noting(bounded, (error) => {
      cause = error;
    });
    // What a compressed document will need is not known before its end.
    const announced = compression === 'none' ? document.sizeBytes : undefined;
    try {
      const received = await options.spool.receive(bytes, {
        header,
        makeRoom: options.makeRoom,
        ...(announced === undefined ? {} : { sizeBytes: announced }),
        ...(early === undefined
          ? {}
          : {
              onWritten: (name, sizeBytes) => early.onWritten(name, sizeBytes),
              fromFirstByte: early.fromFirstByte,
            }),
      });
      if (received.kind === 'refused' && received.code === 'spool-full') {
        options.onSpoolFault('no-space');
      }
      // The spool knows that the stream broke; why it broke is known here.
      if (received.kind === 'refused' && cause instanceof RefusedError) return cause.refusal;
      if (received.kind === 'refused' && cause instanceof UploadBrokenError) {
        return stopped() ?? refused('document-incomplete', cause.message);
      }
      return received;
    } catch (error) {
      if (error instanceof RefusedError) return error.refusal;
      options.log.warn('a document could not be spooled', { message: textOf(error) });
      const fault = faultIn(error);
      if (fault !== undefined) options.onSpoolFault(fault);
      return failed(error, 'the document could not be stored');
    }
  }

  /** The commit, then the permit, then the answer: nobody hears success before. */
  async function admit(
    jobId: string,
    changes: readonly Change[],
    documents: readonly DocumentToStore[],
  ): Promise<Accepted | Refusal> {
    const created = changes.some((change) => change.type === 'job.created');
    let outcome: CommitOutcome;
    try {
      outcome = await options.commit(changes, documents);
    } catch (error) {
      options.log.warn('a job could not be stored', { jobId, message: textOf(error) });
      // Nobody knows whether it was; its client is told that it was not.
      if (created) void markUnacknowledged(jobId);
      return failed(error, 'the job could not be stored');
    }
    if (outcome.kind === 'refused') return outcome;
    const job = outcome.jobs.find((one) => one.id === jobId);
    if (job === undefined) return refused('internal', 'the store did not answer with the job');
    const isLive = await liveAgain({ ...options, signal: stopping.signal });
    const unsaid = isLive ? options.permit.refuseStored?.() : notLive;
    if (unsaid !== undefined) {
      options.log.warn('a job was stored and not acknowledged', { jobId });
      if (created) void markUnacknowledged(jobId);
      return unsaid;
    }
    if (!job.incoming) options.onReady(job);
    if (job.hold?.kind === 'time' || job.hold?.kind === 'period') options.onHeld(job);
    return { kind: 'accepted', job };
  }

  const markUnacknowledged = (jobId: string): Promise<void> =>
    endUnacknowledged({ ...options, signal: stopping.signal }, jobId);

  /** Closes a job: with documents it prints, without it can not. */
  async function closeJob(job: Job): Promise<Accepted | Refusal> {
    const at = clock.wall();
    const close: Change = { type: 'job.closed', payload: { jobId: job.id, at } };
    return await admit(job.id, job.documents.length > 0 ? [close] : [emptyEnd(job.id, at)], []);
  }

  /** RFC 8011 4.3.1 and 5.4.37: the time for the next document is over. */
  async function closeInTime(jobId: string): Promise<void> {
    try {
      const job = await store.query('jobs.get', { spooler, id: jobId });
      if (job === undefined || isEnded(job.state) || !job.incoming) return;
      const answer = await closeJob(job);
      if (answer.kind === 'accepted' || stopping.signal.aborted) return;
      options.log.warn('an incoming job could not be closed', { jobId, message: answer.message });
    } catch (error) {
      options.log.warn('an incoming job could not be closed', { jobId, message: textOf(error) });
    }
    incoming.arm(jobId, intakeLimits.retryMs);
  }

  function checkUpload(
    document: DocumentRequest,
    printer: Printer | undefined,
  ): Refusal | undefined {
    if (printer === undefined) return refused('printer-not-found', 'there is no such printer');
    return refuseAll() ?? checkDocument(document, printer, options.offeredBy(printer));
  }

  function refuseAll(): Refusal | undefined {
    return stopped() ?? options.permit.refuseJobs?.();
  }

  function stopped(): Refusal | undefined {
    if (!stopping.signal.aborted && !draining) return undefined;
    return refused('shutting-down', 'the appliance is stopping');
  }

  return {
    service,
    resume: (job) => incoming.arm(job.id),
    forget: (jobId) => incoming.forget(jobId),
    async drain(closeDoor) {
      if (closeDoor !== undefined) {
        await Promise.allSettled(running);
        await closeDoor();
        await quietUploads({ clock, running, signal: stopping.signal });
      }
      draining = true;
      await Promise.allSettled(running);
    },
    async stop() {
      stopping.abort();
      incoming.stop();
      await Promise.allSettled(running);
    },
  };
}

const notLive = refused('not-live', 'this appliance may not answer now; send the document again');

/** A transaction without room was never begun on the disk: nothing names the document. */
function failed(error: unknown, message: string): Refusal {
  const fault = faultIn(error);
  if (fault === 'no-space') return refused('spool-full', `${message}: the disk is full`);
  if (fault === 'no-descriptors') return refused('busy', `${message}: no descriptors are left`);
  return error instanceof StoreError && error.code === 'not-live'
    ? notLive
    : refused('store-failed', message);
}

/** Refusals after which the document may be named by a record. */
const keptCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['not-live', 'store-failed']);

/** The stream is not wanted: it is told so, and the refusal is the answer. */
async function giveBack(
  stream: AsyncIterable<Uint8Array> | undefined,
  refusal: Refusal,
): Promise<Refusal> {
  try {
    await stream?.[Symbol.asyncIterator]().return?.();
  } catch {
    // How an unwanted stream ends concerns nobody; the refusal is what counts.
  }
  return refusal;
}

/** What the job may still grow by; the quota of its printer counts all its documents. */
function mostBytesOf({ printer, takenBytes }: UploadPlace): number {
  const { jobBytes } = printer.quotas;
  return jobBytes === undefined ? Number.POSITIVE_INFINITY : Math.max(0, jobBytes - takenBytes);
}

function tooLarge({ name, quotas }: Printer): Refusal {
  return refused('job-too-large', `${name} takes jobs of at most ${quotas.jobBytes} bytes`);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
