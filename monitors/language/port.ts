// A port with a language monitor on it: bytes pass through, the device's words become its status.
import type { Clock } from '../../hal/contract.ts';
import { abortable, sleep, startDeadline } from '../../hal/time.ts';
import type {
  BidiAnswer,
  BidiRequest,
  Call,
  DocInfo,
  JsonValue,
  MonitorInit,
  MonitorPort,
  PortOutcome,
  StartDocOutcome,
  WriteOutcome,
} from '../contract.ts';
import { createHeldByte, type HeldByte } from '../ports/held-byte.ts';
import { createStatusReport, type StatusReport } from '../ports/status-report.ts';
import { languageLimits as limits } from './limits.ts';
import type { LanguageKind, Speaker, SpeakerVerdict } from './speaker.ts';

export interface LanguagePortOptions {
  readonly init: Pick<MonitorInit, 'clock' | 'reportStatus' | 'log'>;
  readonly kind: LanguageKind;
  readonly portName: string;
  /** Open, of the port monitor. */
  readonly port: MonitorPort;
  readonly onClosed: () => void;
}

export interface LanguagePort extends MonitorPort {
  cutOff(): void;
}

export function createLanguagePort(options: LanguagePortOptions): LanguagePort {
  return new SpeakingPort(options);
}

/** What belongs to one document. */
interface Document {
  readonly doc: DocInfo;
  readonly speaker: Speaker;
  readonly held: HeldByte;
  /** Ends the listening. */
  readonly over: AbortController;
  /** Bytes of the document that the port monitor answers for; none that were added. */
  handedBytes: number;
  /** Those that it may have handed on. */
  offeredBytes: number;
  /** Added bytes that the port monitor has not taken yet. */
  own: Uint8Array;
  /** Clock.monotonicMs of the closing; undefined before. */
  closedAtMs: number | undefined;
  askedAtMs: number;
  understood: boolean;
  verdict: Exclude<SpeakerVerdict, 'waiting'> | undefined;
  word: PromiseWithResolvers<void>;
}

class SpeakingPort implements LanguagePort {
  readonly #options: LanguagePortOptions;
  readonly #clock: Clock;
  readonly #status: StatusReport;
  #document: Document | undefined;
  /** The last document ended without a word that was understood: the next waits less for one. */
  #isMute = false;

  constructor(options: LanguagePortOptions) {
    this.#options = options;
    this.#clock = options.init.clock;
    const { init, portName } = options;
    this.#status = createStatusReport({ init, portName, source: 'language-monitor' });
  }

  async startDocPort(doc: DocInfo, call: Call): Promise<StartDocOutcome> {
    // With the added bytes its size is another one.
    const started = await this.#options.port.startDocPort({ ...doc, sizeBytes: undefined }, call);
    if (started.kind !== 'started') return started;
    const nowMs = this.#clock.monotonicMs();
    const speaker = this.#options.kind.createSpeaker(doc);
    const document: Document = {
      doc,
      speaker,
      held: createHeldByte(),
      over: new AbortController(),
      handedBytes: 0,
      offeredBytes: 0,
      own: speaker.opening(nowMs),
      closedAtMs: undefined,
      askedAtMs: nowMs,
      understood: false,
      verdict: undefined,
      word: Promise.withResolvers<void>(),
    };
    this.#document = document;
    void this.#listen(document);
    return started;
  }

  async writePort(bytes: Uint8Array, call: Call): Promise<WriteOutcome> {
    const document = this.#current();
    const { held, speaker } = document;
    if (document.verdict === 'cancelled') return failed('cancelled at the device');
    const stuck = await this.#sendOwn(document, call);
    if (stuck !== undefined) return this.#withReasons(speaker, stuck);
    const fresh = held.fresh(bytes);
    document.offeredBytes = document.handedBytes + fresh.length;
    const outcome = await this.#options.port.writePort(fresh, call);
    document.handedBytes += outcome.writtenBytes;
    const owedBytes = bytes.length - fresh.length;
    const whole = document.handedBytes === document.doc.sizeBytes;
    if (outcome.kind === 'failed') return outcome;
    if (outcome.kind === 'waiting') {
      const writtenBytes = whole
        ? held.waiting(bytes, { handedOver: true, whole })
        : owedBytes + outcome.writtenBytes;
      return this.#withReasons(speaker, { ...outcome, writtenBytes });
    }
    if (!whole || fresh.length > outcome.writtenBytes) return outcome;
    const end = await this.#untilVerdict(document, limits.writeWaitMs, call);
    if (end === 'cancelled') return failed('cancelled at the device');
    if (end !== undefined) return { kind: 'written', writtenBytes: held.written(bytes) };
    const writtenBytes = held.waiting(bytes, { handedOver: true, whole });
    const message = speaker.status().message ?? 'the device has all data and is at it';
    return this.#withReasons(speaker, { kind: 'waiting', writtenBytes, reasons: [], message });
  }

  /** The language monitor hears the device itself. */
  async readPort(): Promise<Uint8Array> {
    return new Uint8Array(0);
  }

  async endDocPort({ discard }: { readonly discard: boolean }, call: Call): Promise<PortOutcome> {
    const document = this.#current();
    const { sizeBytes } = document.doc;
    const whole = sizeBytes === undefined || document.handedBytes === sizeBytes;
    if (!discard && whole) await this.#untilVerdict(document, limits.endWaitMs, call);
    const outcome = await this.#options.port.endDocPort({ discard }, call);
    document.over.abort();
    this.#document = undefined;
    if (document.understood) this.#isMute = false;
    else if (document.verdict === 'no-more-words') this.#isMute = outcome.outcome === 'sent';
    this.#showLast(document.speaker);
    const deliveredBytes = Math.min(outcome.deliveredBytes, document.offeredBytes);
    if (document.verdict === 'cancelled') {
      const message = 'cancelled at the device';
      return { deliveredBytes, outcome: 'failed', reasons: [], message, cancelledAtDevice: true };
    }
    if (document.verdict === 'printed' && !discard) {
      const pages = document.speaker.pages?.();
      const counted = pages === undefined ? {} : { pages };
      return { deliveredBytes, outcome: 'printed', reasons: [], ...counted };
    }
    return { ...outcome, deliveredBytes };
  }

  async closePort(call: Call): Promise<void> {
    this.cutOff();
    await this.#options.port.closePort(call);
    this.#options.onClosed();
  }

  async getPrinterDataFromPort(name: string, call: Call): Promise<JsonValue | undefined> {
    return this.#options.port.getPrinterDataFromPort?.(name, call);
  }

  async sendRecvBidiDataFromPort(request: BidiRequest, call: Call): Promise<BidiAnswer> {
    const { port } = this.#options;
    return (
      port.sendRecvBidiDataFromPort?.(request, call) ?? {
        status: 'ERROR_NOT_SUPPORTED',
        values: [],
      }
    );
  }

  cutOff(): void {
    this.#status.stop();
    this.#document?.over.abort();
  }

  /** Undefined once all added bytes are taken. */
  async #sendOwn(document: Document, call: Call): Promise<WriteOutcome | undefined> {
    using deadline = startDeadline(this.#clock, limits.ownBytesMs, call.signal);
    while (document.own.length > 0) {
      const outcome = await this.#options.port.writePort(document.own, { signal: deadline.signal });
      document.own = document.own.subarray(outcome.writtenBytes);
      if (outcome.kind === 'failed') return { ...outcome, writtenBytes: 0 };
      if (outcome.kind === 'waiting') return { ...outcome, writtenBytes: 0 };
    }
    return undefined;
  }

  /** Undefined: not yet. Fails where the port monitor does, as what the port monitor then says. */
  async #untilVerdict(
    document: Document,
    timeoutMs: number,
    call: Call,
  ): Promise<Document['verdict']> {
    using deadline = startDeadline(this.#clock, timeoutMs, call.signal);
    while (document.verdict === undefined) {
      this.#closeOrAsk(document);
      const stuck = await this.#sendOwn(document, { signal: deadline.signal });
      if (stuck?.kind === 'failed') document.verdict = 'no-more-words';
      else document.verdict ??= this.#judge(document);
      if (deadline.signal.aborted || document.verdict !== undefined) break;
      await this.#nextWord(document, deadline.signal);
    }
    return document.verdict;
  }

  #closeOrAsk(document: Document): void {
    const { speaker, own } = document;
    const nowMs = this.#clock.monotonicMs();
    if (document.closedAtMs === undefined) {
      document.closedAtMs = nowMs;
      document.askedAtMs = nowMs;
      document.own = Buffer.concat([own, speaker.closing(nowMs)]);
    } else if (own.length === 0 && nowMs - document.askedAtMs >= this.#turnMs(document)) {
      document.askedAtMs = nowMs;
      document.own = speaker.question(nowMs);
    }
  }

  #judge({ speaker, understood, closedAtMs = 0 }: Document): Document['verdict'] {
    const nowMs = this.#clock.monotonicMs();
    const verdict = speaker.verdict(nowMs);
    if (verdict !== 'waiting') return verdict;
    const silenceMs = this.#isMute ? limits.muteSilenceMs : limits.silenceMs;
    return !understood && nowMs - closedAtMs >= silenceMs ? 'no-more-words' : undefined;
  }

  /** From one question to the next; a device that was not heard yet is asked soon. */
  #turnMs({ understood }: Document): number {
    const { questionMs } = this.#options.kind;
    if (understood) return questionMs;
    return Math.min(questionMs, this.#isMute ? limits.muteTurnMs : limits.firstTurnMs);
  }

  /** Until the device speaks, or it is time to ask again. */
  async #nextWord(document: Document, signal: AbortSignal): Promise<void> {
    using turn = startDeadline(this.#clock, this.#turnMs(document), signal);
    try {
      await abortable(document.word.promise, turn.signal);
    } catch {
      // Nothing was said, which is what the next question is for.
    }
  }

  /** Beside the writer, which never waits for it. */
  async #listen(document: Document): Promise<void> {
    const { signal } = document.over;
    try {
      while (!signal.aborted) {
        const startMs = this.#clock.monotonicMs();
        const bytes = await this.#options.port.readPort(limits.readOctets, { signal });
        const nowMs = this.#clock.monotonicMs();
        if (bytes.length > 0) this.#hear(document, bytes, nowMs);
        else if (nowMs - startMs < limits.readPauseMs) {
          await sleep(this.#clock, limits.readPauseMs, signal);
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      const message = error instanceof Error ? error.message : String(error);
      this.#options.init.log.info('the device is not heard any more', { message });
    }
  }

  #hear(document: Document, bytes: Uint8Array, nowMs: number): void {
    if (document.over.signal.aborted) return;
    if (document.speaker.hear(bytes, nowMs)) document.understood = true;
    // A cancel counts at once; anything else only after the last byte.
    if (document.speaker.verdict(nowMs) === 'cancelled') document.verdict = 'cancelled';
    this.#status.set(document.speaker.status());
    document.word.resolve();
    document.word = Promise.withResolvers<void>();
  }

  /** Nobody hears the device until the next document: what is an error now may be over by then. */
  #showLast(speaker: Speaker): void {
    const { reasons, message } = speaker.status();
    const softened = reasons.map((reason) =>
      reason.severity === 'error' ? ({ ...reason, severity: 'warning' } as const) : reason,
    );
    this.#status.set({ reasons: softened, message, busy: false });
  }

  #withReasons(speaker: Speaker, outcome: WriteOutcome): WriteOutcome {
    if (outcome.kind !== 'waiting') return outcome;
    const { reasons, message } = speaker.status();
    if (reasons.length === 0) return outcome;
    return { ...outcome, reasons, message: message ?? outcome.message };
  }

  #current(): Document {
    if (this.#document !== undefined) return this.#document;
    throw new Error(`no document was started on ${this.#options.portName}`);
  }
}

function failed(message: string): WriteOutcome {
  return { kind: 'failed', writtenBytes: 0, reasons: [], message };
}
