// One attempt at a job on one open port: start is a commit, then every document and copy in order,
// byte by byte.
import type { Clock } from '../../hal/contract.ts';
import type { DeviceReason, DocInfo, PortOutcome } from '../../monitors/contract.ts';
import type { Refusal } from '../errors/codes.ts';
import type { Job, JobDocument } from '../jobs/job.ts';
import type { HostedPort } from '../spooler/hosted-port.ts';
import type { Permit } from '../spooler/permit.ts';
import type { Bell } from './bell.ts';
import { type AttemptEnd, nextBackoffMs } from './decisions.ts';
import { listenTo } from './listening.ts';
import type { ChunkStream, NextChunk } from './read-ahead.ts';

export interface AttemptOptions {
  readonly job: Job;
  readonly printerName: string;
  readonly port: HostedPort;
  readonly permit: Permit;
  readonly clock: Clock;
  readonly limits: {
    readonly backoffFirstMs: number;
    readonly backoffLastMs: number;
    readonly writeChunkBytes: number;
  };
  readonly readDocument: (job: Job, document: JobDocument) => ChunkStream;
  /** Commits job.started; throws when the store failed, and then nothing is known. */
  readonly commitStart: (localPort: number | undefined) => Promise<Refusal | undefined>;
  /** From here on a kill is taken for one after the first byte. Never throws. */
  readonly noteFirstByte: () => void;
  /** False while the document still arrives. */
  readonly sizeKnown: boolean;
  /** Ends the attempt: cancelled by a person, broken off on its way in, or the spooler stops. */
  readonly signal: AbortSignal;
  readonly cancelled: () => boolean;
  /** Rings when the device shows itself or a person asks. */
  readonly bell: Bell;
  readonly onWaiting: (reasons: readonly DeviceReason[], message: string) => void;
  readonly onProgress: () => void;
  /** So many bytes more are with the monitor. */
  readonly onSent?: (bytes: number) => void;
  /** Hears what the device says while the document is on the port; undefined: nobody asks. */
  readonly onWords?: ((bytes: Uint8Array) => void) | undefined;
}

export type AttemptResult =
  /** The device is not there; nothing was committed or sent. */
  | {
      readonly kind: 'waiting';
      readonly reasons: readonly DeviceReason[];
      readonly message: string;
    }
  /** The port can not work now; nothing was committed or sent. */
  | { readonly kind: 'port-failed'; readonly message: string }
  /** The job changed before its start was committed. */
  | { readonly kind: 'gone' }
  /** The document can't be read just now; nothing was committed or sent. */
  | { readonly kind: 'unreadable-now'; readonly message: string }
  /** The store failed at the start: whether the job counts as started is to be asked. */
  | { readonly kind: 'start-unknown'; readonly message: string }
  | {
      readonly kind: 'ended';
      readonly end: AttemptEnd;
      /** The port must be opened again. */
      readonly portFault: boolean;
    };

/** Why the bytes of a document stopped before its end. */
type Stop =
  | { readonly kind: 'device'; readonly message: string }
  /** The monitor threw: its own count is not believed below what it was handed. */
  | { readonly kind: 'fault'; readonly message: string; readonly cutOff: boolean }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'not-live' }
  | { readonly kind: 'spool'; readonly message: string; readonly gone: boolean };

export function runAttempt(options: AttemptOptions): Promise<AttemptResult> {
  return new Attempt(options).run();
}

class Attempt {
  readonly #options: AttemptOptions;
  #committed = false;
  #noteAwaited = false;
  /** Upper bound of what the device took, over documents and copies. */
  #deliveredBytes = 0;
  /** Bytes of the current document that were handed to the monitor. */
  #handedBytes = 0;
  #allPrinted = true;
  /** Over documents and copies; undefined once one was not counted. */
  #pages: number | undefined = 0;
  readonly #reasons: DeviceReason[] = [];

  constructor(options: AttemptOptions) {
    this.#options = options;
  }

  async run(): Promise<AttemptResult> {
    const { job } = this.#options;
    for (let copy = 1; copy <= job.copies; copy += 1) {
      for (const document of job.documents) {
        const result = await this.#document(document);
        if (result !== undefined) return result;
      }
    }
    return ended({
      kind: 'completed',
      outcome: this.#allPrinted ? 'printed' : 'sent',
      reasons: this.#reasons,
      ...(this.#pages === undefined ? {} : { pages: this.#pages }),
    });
  }

  /** Undefined: the device has the document, on to the next one. */
  async #document(document: JobDocument): Promise<AttemptResult | undefined> {
    this.#handedBytes = 0;
    const begun = await this.#startDocument(document);
    if (begun === 'done') return undefined;
    if ('kind' in begun) return begun;
    await using reader = begun;
    const { signal, permit } = this.#options;
    const stopListening = listenTo(this.#options);
    try {
      const stop = signal.aborted
        ? ({ kind: 'aborted' } as const)
        : !permit.live()
          ? ({ kind: 'not-live' } as const)
          : await this.#send(reader);
      return stop === undefined ? await this.#endDocument(document) : await this.#giveUp(stop);
    } finally {
      await stopListening();
    }
  }

  /** The document's bytes, once the device waits for them; `done`: it had them before. */
  async #startDocument(document: JobDocument): Promise<AttemptResult | ChunkStream | 'done'> {
    const { port, permit, signal, bell, limits } = this.#options;
    let backoffMs = 0;
    for (;;) {
      if (!permit.live()) return this.#notStarted(lostPermit, false);
      bell.clear();
      const started = await port.startDoc(this.#docInfo(document), signal);
      if (started.kind !== 'returned') {
        return this.#notStarted(started.message, true);
      }
      const outcome = started.value;
      if (outcome.kind === 'started') return await this.#begin(document, outcome.localPort);
      if (outcome.kind === 'done') return await this.#takeEarlier(outcome.end);
      if (outcome.kind === 'failed') {
        return this.#notStarted(`${outcome.message} (${outcome.status})`, false);
      }
      if (signal.aborted) return this.#notStarted(outcome.message, false);
      if (!this.#committed) return outcome;
      // The device went away between two documents: the job keeps the port and waits.
      this.#options.onWaiting(outcome.reasons, outcome.message);
      backoffMs = nextBackoffMs(backoffMs, limits);
      await bell.wait(backoffMs, signal);
      if (signal.aborted) return this.#notStarted(outcome.message, false);
    }
  }

  /** The device printed it in an attempt before: the job starts and ends, and nothing is sent. */
  async #takeEarlier(end: Omit<PortOutcome, 'deliveredBytes'>): Promise<AttemptResult | 'done'> {
    const notStarted = await this.#commitStart(undefined, nothingToForget);
    if (notStarted !== undefined) return notStarted;
    this.#note(end);
    return 'done';
  }

  /** The port took no document; what that means depends on whether an earlier one went out. */
  #notStarted(message: string, portFault: boolean): AttemptResult {
    if (this.#options.signal.aborted && this.#options.cancelled()) {
      return ended({ kind: 'cancelled' }, portFault);
    }
    if (!this.#committed) return { kind: 'port-failed', message };
    return ended(this.#interrupted(message), portFault);
  }

  /**
   * The first bytes are here before the start is committed, so that between the two there is as
   * little as can be, and a document that can't be read starts nothing.
   */
  async #begin(
    document: JobDocument,
    localPort: number | undefined,
  ): Promise<AttemptResult | ChunkStream> {
    const reader = this.#options.readDocument(this.#options.job, document);
    const first = await reader.peek();
    const notStarted =
      first.kind === 'failed' && !this.#committed
        ? await this.#notReadable(first)
        : await this.#commitStart(localPort);
    if (notStarted === undefined) return reader;
    await reader[Symbol.asyncDispose]();
    return notStarted;
  }

  async #notReadable({
    message,
    gone,
  }: Extract<NextChunk, { kind: 'failed' }>): Promise<AttemptResult> {
    await this.#options.port.endDoc(true);
    return gone ? ended({ kind: 'unreadable', message }) : { kind: 'unreadable-now', message };
  }

  async #commitStart(
    localPort: number | undefined,
    forget: () => Promise<unknown> = () => this.#options.port.endDoc(true),
  ): Promise<AttemptResult | undefined> {
    if (this.#committed) return undefined;
    const { permit, signal } = this.#options;
    const abandon = async (result: AttemptResult): Promise<AttemptResult> => {
      await forget();
      return result;
    };
    if (signal.aborted) return await abandon(this.#notStarted('the job was given up', false));
    if (!permit.live()) return await abandon({ kind: 'gone' });
    try {
      const refusal = await this.#options.commitStart(localPort);
      if (refusal !== undefined) return await abandon({ kind: 'gone' });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return await abandon({ kind: 'start-unknown', message });
    }
    this.#committed = true;
    this.#options.onProgress();
    return undefined;
  }

  async #send(reader: ChunkStream): Promise<Stop | undefined> {
    for (;;) {
      const next = await reader.next();
      if (next.kind === 'end') return undefined;
      if (next.kind === 'failed') {
        return { kind: 'spool', message: next.message, gone: next.gone };
      }
      this.#awaitFirstByte();
      const stop = await this.#sendChunk(next.bytes);
      if (stop !== undefined) return stop;
    }
  }

  /** Of the whole attempt: what comes after it changes nothing. */
  #awaitFirstByte(): void {
    if (this.#noteAwaited) return;
    this.#noteAwaited = true;
    this.#options.port.beforeFirstByte(this.#options.noteFirstByte);
  }

  async #sendChunk(chunk: Uint8Array): Promise<Stop | undefined> {
    const { port, permit, signal, limits } = this.#options;
    let rest = chunk;
    let takenBytes = this.#handedBytes;
    let waiting = false;
    // What a monitor took while it waits is not yet with the device: it is asked on, without bytes.
    while (rest.length > 0 || waiting) {
      if (signal.aborted) return { kind: 'aborted' };
      if (!permit.live()) return { kind: 'not-live' };
      const piece = rest.subarray(0, limits.writeChunkBytes);
      this.#handedBytes = Math.max(this.#handedBytes, takenBytes + piece.length);
      const called = await this.#write(port, piece);
      if (called.stop !== undefined) return called.stop;
      waiting = called.waiting;
      takenBytes += called.writtenBytes;
      this.#options.onSent?.(called.writtenBytes);
      rest = rest.subarray(called.writtenBytes);
    }
    return undefined;
  }

  async #write(
    port: HostedPort,
    piece: Uint8Array,
  ): Promise<{
    readonly writtenBytes: number;
    readonly waiting: boolean;
    readonly stop?: Stop;
  }> {
    const { clock, signal, bell, limits } = this.#options;
    const calledAtMs = clock.monotonicMs();
    bell.clear();
    const called = await port.write(piece, signal);
    if (called.kind !== 'returned') {
      const cutOff = called.kind === 'cut-off';
      const stop: Stop = { kind: 'fault', message: called.message, cutOff };
      return { writtenBytes: 0, waiting: false, stop };
    }
    const outcome = called.value;
    if (outcome.kind === 'failed') {
      const stop: Stop = { kind: 'device', message: outcome.message };
      return { writtenBytes: 0, waiting: false, stop };
    }
    const waiting = outcome.kind === 'waiting';
    if (waiting) this.#options.onWaiting(outcome.reasons, outcome.message);
    else if (outcome.writtenBytes > 0) this.#options.onProgress();
    if (outcome.writtenBytes === 0 && (waiting || piece.length > 0)) {
      // A monitor that answers at once that nothing went out must not be asked in a busy loop.
      const lastedMs = clock.monotonicMs() - calledAtMs;
      if (lastedMs < limits.backoffFirstMs) {
        await bell.wait(limits.backoffFirstMs - lastedMs, signal);
      }
    }
    return { writtenBytes: outcome.writtenBytes, waiting };
  }

  async #endDocument(document: JobDocument): Promise<AttemptResult | undefined> {
    const { port, signal } = this.#options;
    const called = await port.endDoc(false, signal);
    if (called.kind !== 'returned') {
      this.#deliveredBytes += this.#handedBytes;
      if (signal.aborted && this.#options.cancelled()) return ended({ kind: 'cancelled' }, true);
      return ended(this.#interrupted(called.message), true);
    }
    const outcome = called.value;
    if (outcome.cancelledAtDevice === true) return ended(cancelledAtDevice(outcome));
    if (outcome.outcome === 'failed') {
      this.#deliveredBytes += outcome.deliveredBytes;
      if (signal.aborted && this.#options.cancelled()) return ended({ kind: 'cancelled' });
      return ended(this.#interrupted(outcome.message ?? 'The device broke off.'));
    }
    this.#deliveredBytes += this.#options.sizeKnown ? document.sizeBytes : this.#handedBytes;
    this.#note(outcome);
    return undefined;
  }

  #note({ outcome, pages, reasons }: Omit<PortOutcome, 'deliveredBytes'>): void {
    this.#allPrinted &&= outcome === 'printed';
    this.#pages =
      pages === undefined || this.#pages === undefined ? undefined : this.#pages + pages;
    this.#reasons.push(...reasons);
  }

  /** The document is given up: the device is told to forget it, and says how much it had. */
  async #giveUp(stop: Stop): Promise<AttemptResult> {
    const { port } = this.#options;
    const cutOff = stop.kind === 'fault' && stop.cutOff;
    const called = cutOff ? undefined : await port.endDoc(true);
    const outcome = called?.kind === 'returned' ? called.value : undefined;
    const believed = outcome !== undefined && stop.kind !== 'fault';
    this.#deliveredBytes += believed
      ? outcome.deliveredBytes
      : Math.max(this.#handedBytes, outcome?.deliveredBytes ?? 0);
    const portFault = stop.kind === 'fault' || outcome === undefined || stop.kind === 'not-live';
    if (stop.kind === 'not-live') port.cutOff();
    if (outcome?.cancelledAtDevice === true) return ended(cancelledAtDevice(outcome), portFault);
    if (this.#options.signal.aborted && this.#options.cancelled()) {
      return ended({ kind: 'cancelled' }, portFault);
    }
    if (stop.kind === 'spool' && stop.gone) {
      return ended({ kind: 'unreadable', message: stop.message }, portFault);
    }
    // Why the device broke off; that it was given up then is no news.
    const why = stop.kind === 'device' ? stop.message : (outcome?.message ?? messageOfStop(stop));
    return ended(this.#interrupted(why), portFault);
  }

  #interrupted(message: string): AttemptEnd {
    return { kind: 'interrupted', deliveredBytes: this.#deliveredBytes, message };
  }

  #docInfo(document: JobDocument): DocInfo {
    const { job, printerName, sizeKnown } = this.#options;
    return {
      printerName,
      jobId: job.number,
      jobUuid: job.id,
      documentName: document.name === '' ? job.name : document.name,
      userName: job.origin.userName,
      format: document.format,
      sizeBytes: sizeKnown ? document.sizeBytes : undefined,
      // Of several documents or copies nobody can tell which one the device means.
      ...(job.possiblyPrintedTwice && job.copies === 1 && job.documents.length === 1
        ? { mayBeThere: true }
        : {}),
    };
  }
}

/** Nothing was begun at the device. */
const nothingToForget = () => Promise.resolve();

const lostPermit = 'This appliance lost its right to print while the job was printing.';

function ended(end: AttemptEnd, portFault = false): AttemptResult {
  return { kind: 'ended', end, portFault };
}

function cancelledAtDevice(outcome: PortOutcome): AttemptEnd {
  return {
    kind: 'cancelled-at-device',
    message: outcome.message ?? 'Cancelled at the device.',
  };
}

function messageOfStop(stop: Stop): string {
  switch (stop.kind) {
    case 'device':
    case 'fault':
    case 'spool':
      return stop.message;
    case 'aborted':
      return 'The appliance stopped while the job was printing.';
    case 'not-live':
      return lostPermit;
  }
}
