// One document at an IPP printer: its bytes, then its job, followed to the printer's own end.
import type { Clock } from '../../hal/contract.ts';
import { HalError, isHalError, toHalError } from '../../hal/errors.ts';
import { abortable, sleep, startDeadline } from '../../hal/time.ts';
import type { DocInfo, PortOutcome, WriteOutcome } from '../contract.ts';
import { createHeldByte } from '../ports/held-byte.ts';
import { warningOf } from '../ports/reasons.ts';
import { isIppSuccess } from '../wire/ipp/status.ts';
import { askPrinter, type Begun } from './begin.ts';
import type { IppClient } from './client.ts';
import { type JobEnd, type JobFacts, jobEndOf, isIncoming, readJobFacts } from './job-facts.ts';
import { askJob, cancelJob } from './job-questions.ts';
import { ippMonitorLimits as limits } from './limits.ts';
import { type PrinterFacts, readPrinterFacts } from './printer-facts.ts';
import { refusalText } from './refusal-text.ts';

export interface IppSessionOptions {
  readonly client: IppClient;
  readonly clock: Clock;
  readonly doc: DocInfo;
  readonly begun: Extract<Begun, { readonly kind: 'started' }>;
  /** Told what the printer says while it has the document. */
  readonly onPrinter: (printer: PrinterFacts) => void;
  /** Ends everything at once, what was started in the background included. */
  readonly life: AbortSignal;
}

export interface IppSession {
  /**
   * Hands data over. With the last byte of a document of known size it follows the job as well:
   * `waiting` for as long as the printer is at it, and one byte is left owed.
   */
  write(bytes: Uint8Array, signal: AbortSignal): Promise<WriteOutcome>;
  end(signal: AbortSignal): Promise<PortOutcome>;
  /** Breaks the transfer off and cancels the job, which goes on behind the answer. */
  discard(message: string): Promise<PortOutcome>;
  cutOff(): void;
}

export function createIppSession(options: IppSessionOptions): IppSession {
  return new Session(options);
}

class Session implements IppSession {
  readonly #options: IppSessionOptions;
  readonly #over = new AbortController();
  readonly #held = createHeldByte();
  #jobId: number | undefined;
  #printer: PrinterFacts;
  #handedBytes = 0;
  #writing: Promise<void> = Promise.resolve();
  /** The answer to the document and the job behind it; outlives the calls that wait for it. */
  #finishing: Promise<JobEnd> | undefined;
  #ended: JobEnd | undefined;
  #answeredEarly = false;
  #failure: Error | undefined;

  constructor(options: IppSessionOptions) {
    this.#options = options;
    this.#jobId = options.begun.jobId;
    this.#printer = options.begun.printer;
    const { life } = options;
    const { signal } = this.#over;
    // The port lives on for many documents: each takes its listener away when it is over.
    life.addEventListener('abort', () => this.#over.abort(life.reason), { once: true, signal });
    void this.#watchUpload();
  }

  async write(bytes: Uint8Array, signal: AbortSignal): Promise<WriteOutcome> {
    using deadline = startDeadline(this.#options.clock, limits.writeTimeoutMs, signal);
    const fresh = this.#held.fresh(bytes);
    let handedOver = false;
    try {
      await abortable(this.#writtenOrAnswered(), deadline.signal);
      this.#mustBeWell(fresh.length);
      handedOver = true;
      if (fresh.length > 0) {
        this.#handedBytes += fresh.length;
        this.#writing = this.#options.begun.upload.write(fresh);
        // The next call waits for it first, and sees how it ended.
        this.#writing.catch(() => {});
        await abortable(this.#writtenOrAnswered(), deadline.signal);
      }
      const end =
        this.#isWhole || this.#answeredEarly
          ? await abortable(this.#finish(), deadline.signal)
          : undefined;
      if (end !== undefined && (end.outcome === 'failed' || !this.#isWhole)) {
        return this.#writeFailed('the printer answered before the end of the document');
      }
      return { kind: 'written', writtenBytes: this.#held.written(bytes) };
    } catch (error) {
      if (isHalError(error, 'aborted') && deadline.signal.aborted) {
        return this.#waiting(this.#held.waiting(bytes, { handedOver, whole: this.#isWhole }));
      }
      return this.#writeFailed(this.#fail(error).message);
    }
  }

  async end(signal: AbortSignal): Promise<PortOutcome> {
    const { sizeBytes } = this.#options.doc;
    if (this.#failure === undefined && sizeBytes !== undefined && this.#handedBytes < sizeBytes) {
      return this.discard(`the document ended after ${this.#handedBytes} of ${sizeBytes} bytes`);
    }
    if (this.#failure !== undefined) return this.discard(this.#failure.message);
    using deadline = startDeadline(this.#options.clock, limits.endWaitMs, signal);
    try {
      await abortable(this.#writing, deadline.signal);
      return this.#outcome(await abortable(this.#finish(), deadline.signal));
    } catch (error) {
      if (this.#ended !== undefined) return this.#outcome(this.#ended);
      if (!isHalError(error, 'aborted') || !deadline.signal.aborted) {
        return this.discard(this.#fail(error).message);
      }
      if (this.#finishing === undefined) return this.discard('the printer takes no data');
      if (deadline.expired) return this.#leave();
      return this.discard('the document was given up');
    }
  }

  async discard(message: string): Promise<PortOutcome> {
    if (this.#ended !== undefined) return this.#outcome(this.#ended);
    this.#over.abort();
    this.#options.begun.upload.abort();
    await this.#cancel();
    return this.#outcome({ outcome: 'failed', reasons: [], message });
  }

  cutOff(): void {
    this.#over.abort();
    this.#options.begun.upload.abort();
  }

  get #isWhole(): boolean {
    return this.#handedBytes === this.#options.doc.sizeBytes;
  }

  /** The printer has all and is still at it: what more happens is not waited for. */
  #leave(): PortOutcome {
    this.#over.abort();
    const message = 'the printer had everything and was still at it';
    return this.#outcome({ outcome: 'sent', reasons: [warningOf('timed-out')], message });
  }

  #mustBeWell(moreBytes: number): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#over.signal.aborted) throw new HalError('closed', 'the document');
    const { sizeBytes } = this.#options.doc;
    if (sizeBytes !== undefined && this.#handedBytes + moreBytes > sizeBytes) {
      throw new HalError('too-large', 'the document', { detail: `announced: ${sizeBytes} bytes` });
    }
  }

  #finish(): Promise<JobEnd> {
    if (this.#finishing === undefined) {
      this.#finishing = abortable(this.#toTheEnd(), this.#over.signal).finally(() =>
        this.#over.abort(),
      );
      // Each waiting call sees how it ends; between calls nobody listens.
      this.#finishing.catch(() => {});
    }
    return this.#finishing;
  }

  async #toTheEnd(): Promise<JobEnd> {
    const end = await this.#complete();
    // What was wrong during the job may be over, or may have ended it.
    if (this.#printer.reasons.length > 0) await this.#lookAtPrinter(undefined);
    this.#ended ??= end;
    return end;
  }

  async #complete(): Promise<JobEnd> {
    let broken: Error | undefined;
    try {
      const answer = await this.#options.begun.upload.finish();
      if (!isIppSuccess(answer.code)) {
        return { outcome: 'failed', reasons: [], message: refusalText(answer) };
      }
      const job = readJobFacts(answer);
      this.#jobId ??= job.id;
      const end = jobEndOf(job);
      if (end !== undefined) return end;
    } catch (error) {
      broken = asError(error);
    }
    if (broken !== undefined && this.#jobId === undefined) throw broken;
    if (this.#jobId === undefined) return { outcome: 'sent', reasons: [] };
    return this.#follow(this.#jobId, broken);
  }

  /**
   * Asks until the job has ended, for ever. Where the connection broke before the answer, the
   * printer's own word decides whether it has the document.
   */
  async #follow(jobId: number, broken: Error | undefined): Promise<JobEnd> {
    const { client, clock, doc } = this.#options;
    const { signal } = this.#over;
    for (let pauseMs: number = limits.pollFirstMs; ; ) {
      const job = await this.#unlessAway(() => askJob(client, doc.userName, jobId, signal));
      if (job === 'unknown') {
        if (broken !== undefined) throw broken;
        const message = 'the printer has all of it, and does not know the job any more';
        return { outcome: 'sent', reasons: [warningOf('other')], message };
      }
      const end = job === 'away' ? undefined : jobEndOf(job);
      if (end !== undefined) return end;
      if (job !== 'away' && broken !== undefined && isIncoming(job)) throw broken;
      if (job !== 'away') await this.#lookAtPrinter(job);
      await sleep(clock, pauseMs, signal);
      pauseMs = Math.min(pauseMs * 2, limits.pollLastMs);
    }
  }

  /** While bytes flow, or don't: what the printer says, and whether its job has ended already. */
  async #watchUpload(): Promise<void> {
    const { client, clock, doc, begun } = this.#options;
    const { signal } = this.#over;
    try {
      for (;;) {
        await sleep(clock, limits.pollLastMs, signal);
        if (this.#finishing !== undefined) return;
        const jobId = this.#jobId;
        const job =
          jobId === undefined
            ? undefined
            : await this.#unlessAway(() => askJob(client, doc.userName, jobId, signal));
        if (job === 'away' || this.#finishing !== undefined) continue;
        const end = job === undefined || job === 'unknown' ? undefined : jobEndOf(job);
        if (end?.outcome === 'failed') {
          this.#ended = end;
          begun.upload.abort();
          return;
        }
        await this.#lookAtPrinter(job === 'unknown' ? undefined : job);
      }
    } catch (error) {
      // Only the end of the session ends the watch: every question's fault is an answer.
      if (!isHalError(error, 'aborted') && !signal.aborted) this.#fail(error);
    }
  }

  async #lookAtPrinter(job: JobFacts | undefined): Promise<void> {
    const { client, doc, onPrinter } = this.#options;
    const { signal } = this.#over;
    const answer = await this.#unlessAway(() => client.ask(askPrinter(doc.userName), signal));
    if (answer === 'away' || !isIppSuccess(answer.code)) return;
    const printer = readPrinterFacts(answer);
    this.#printer = { ...printer, message: printer.message ?? job?.message };
    onPrinter(this.#printer);
  }

  /** A printer that can't be asked now is asked again; nothing is given up for it. */
  async #unlessAway<T>(question: () => Promise<T>): Promise<T | 'away'> {
    try {
      return await question();
    } catch (error) {
      if (this.#over.signal.aborted) throw error;
      const { message } = asError(error);
      this.#printer = { ...this.#printer, reasons: [warningOf('connecting-to-device')], message };
      this.#options.onPrinter(this.#printer);
      return 'away';
    }
  }

  async #cancel(): Promise<void> {
    const jobId = this.#jobId;
    if (jobId === undefined || this.#options.life.aborted) return;
    const { client, clock, doc, life } = this.#options;
    const last = startDeadline(clock, limits.cancelLastMs, life);
    // Best effort: a printer that is away forgets the job when its data do not come.
    const cancelling = cancelJob(client, doc.userName, jobId, last.signal)
      .catch(() => {})
      .finally(() => last[Symbol.dispose]());
    using patience = startDeadline(clock, limits.cancelWaitMs, life);
    await abortable(cancelling, patience.signal).catch(() => {});
  }

  #waiting(writtenBytes: number): WriteOutcome {
    const { reasons, message } = this.#printer;
    if (this.#finishing !== undefined) {
      const text = message ?? 'the printer has all data and is at it';
      return { kind: 'waiting', writtenBytes, reasons, message: text };
    }
    return {
      kind: 'waiting',
      writtenBytes,
      reasons: reasons.length === 0 ? [warningOf('timed-out')] : reasons,
      message: message ?? 'the printer takes no data',
    };
  }

  #writeFailed(message: string): WriteOutcome {
    const text = this.#ended?.message ?? message;
    return { kind: 'failed', writtenBytes: 0, reasons: [], message: text };
  }

  /** A printer that answers before the end has refused the rest. */
  async #writtenOrAnswered(): Promise<void> {
    const answered = this.#options.begun.upload.answered.then(() => true);
    const first = await Promise.race([this.#writing.then(() => false), answered]);
    if (first && this.#finishing === undefined) this.#answeredEarly = true;
  }

  /** The first failure counts. */
  #fail(error: unknown): Error {
    this.#failure ??= asError(error);
    return this.#failure;
  }

  #outcome(end: JobEnd): PortOutcome {
    return { deliveredBytes: this.#handedBytes, ...end };
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : toHalError(error, 'the printer');
}
