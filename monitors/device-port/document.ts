// One document on one device: what was taken, what is under way, and what became of it.
import type { Clock } from '../../hal/contract.ts';
import { type HalError, isHalError, toHalError } from '../../hal/errors.ts';
import { abortable, sleep, startDeadline } from '../../hal/time.ts';
import type { PortOutcome, WriteOutcome } from '../contract.ts';
import type { DeviceKind, Hindrance, PortDevice } from './device.ts';
import { devicePortLimits as limits } from './limits.ts';

export interface DeviceDocumentOptions {
  readonly device: PortDevice;
  readonly kind: Pick<DeviceKind<never>, 'chunkBytes' | 'hindranceOf' | 'retryLastMs' | 'silence'>;
  readonly clock: Clock;
  /** Names the port in messages. */
  readonly portName: string;
  /** What a write waits for, or that it goes on, while it lasts. */
  readonly onHindrance: (hindrance: Hindrance | undefined) => void;
}

export interface DeviceDocument {
  /**
   * Counts only what the device has taken. Bytes that are under way when a call ends are counted in
   * the next one, whose bytes begin with them.
   */
  write(bytes: Uint8Array, timeoutMs: number, signal: AbortSignal): Promise<WriteOutcome>;
  end(timeoutMs: number, signal: AbortSignal): Promise<PortOutcome>;
  discard(message: string): Promise<PortOutcome>;
  /** The device is of no further use. */
  readonly isBroken: boolean;
}

export function createDeviceDocument(options: DeviceDocumentOptions): DeviceDocument {
  return new Document(options);
}

type Step = 'progress' | 'nothing' | 'gave-up' | 'broken';

class Document implements DeviceDocument {
  readonly #options: DeviceDocumentOptions;
  #underWay: Promise<number> | undefined;
  #underWayBytes = 0;
  #takenBytes = 0;
  /** Taken, and not yet told to the caller. */
  #untoldBytes = 0;
  /** Why the last write was refused; undefined where it was not. */
  #refusal: Hindrance | undefined;
  #broken: HalError | undefined;
  #isOver = false;

  constructor(options: DeviceDocumentOptions) {
    this.#options = options;
  }

  get isBroken() {
    return this.#broken !== undefined || this.#isOver;
  }

  async write(bytes: Uint8Array, timeoutMs: number, signal: AbortSignal): Promise<WriteOutcome> {
    const { clock } = this.#options;
    const startedMs = clock.monotonicMs();
    let progressMs = startedMs;
    let retryMs: number = limits.retryFirstMs;
    let writtenBytes = 0;
    let hasLooked = false;
    for (;;) {
      const toldBytes = Math.min(this.#untoldBytes, bytes.length - writtenBytes);
      this.#untoldBytes -= toldBytes;
      writtenBytes += toldBytes;
      if (this.#broken !== undefined) return this.#failed(writtenBytes, this.#broken.message);
      const isWhole = writtenBytes === bytes.length && this.#underWay === undefined;
      const isLong = toldBytes > 0 && progressMs - startedMs >= limits.callMs;
      if (isWhole || isLong) return { kind: 'written', writtenBytes };
      this.#underWay ??= this.#launch(bytes.subarray(writtenBytes));
      const lastMs = Math.min(progressMs + timeoutMs, startedMs + limits.longestCallMs);
      const untilMs = hasLooked ? lastMs : Math.min(lastMs, progressMs + limits.lookMs);
      using deadline = startDeadline(clock, untilMs - clock.monotonicMs(), signal);
      const step = await this.#step(deadline.signal, retryMs);
      if (step === 'gave-up') {
        const hindrance = deadline.expired ? await this.#hindranceNow() : this.#refusal;
        if (!deadline.expired || untilMs === lastMs) return this.#waiting(writtenBytes, hindrance);
        // The call has its time-out; whoever looks at the printer need not wait for it.
        if (hindrance !== undefined) this.#options.onHindrance(hindrance);
        hasLooked = true;
        continue;
      }
      retryMs =
        step === 'nothing' ? Math.min(retryMs * 2, limits.retryLastMs) : limits.retryFirstMs;
      if (step === 'progress') {
        progressMs = clock.monotonicMs();
        if (hasLooked) this.#options.onHindrance(undefined);
        hasLooked = false;
      }
    }
  }

  async end(timeoutMs: number, signal: AbortSignal): Promise<PortOutcome> {
    const { clock, device } = this.#options;
    try {
      using deadline = startDeadline(clock, timeoutMs, signal);
      while (this.#underWay !== undefined && this.#broken === undefined) {
        if ((await this.#step(deadline.signal, limits.retryLastMs)) === 'gave-up') {
          return await this.discard('the device did not take the last bytes');
        }
      }
      if (this.#broken !== undefined) return await this.discard(this.#broken.message);
      using finishDeadline = startDeadline(clock, limits.finishMs, signal);
      const ending = await abortable(device.finish(finishDeadline.signal), finishDeadline.signal);
      return { deliveredBytes: this.#takenBytes, ...ending };
    } catch (error) {
      const failure = toHalError(error, this.#options.portName);
      return this.discard(
        failure.code === 'aborted' ? 'the end of the document took too long' : failure.message,
      );
    }
  }

  async discard(message: string): Promise<PortOutcome> {
    const deliveredBytes = this.#takenBytes + this.#underWayBytes;
    this.#isOver = true;
    await this.#options.device.discard();
    return { deliveredBytes, outcome: 'failed', reasons: [], message };
  }

  #launch(bytes: Uint8Array): Promise<number> {
    const chunk = bytes.subarray(0, this.#options.kind.chunkBytes);
    this.#underWayBytes = chunk.length;
    const underWay = this.#options.device.write(chunk);
    // It may fail while nobody waits for it; whoever looks next hears of it.
    underWay.catch(() => {});
    return underWay;
  }

  /** Waits for what is under way, and after a refusal a moment longer. */
  async #step(signal: AbortSignal, retryMs: number): Promise<Step> {
    const { clock, kind, portName } = this.#options;
    try {
      const takenBytes = await abortable(this.#underWay ?? Promise.resolve(0), signal);
      this.#settle(takenBytes);
      this.#refusal = undefined;
      if (takenBytes > 0) return 'progress';
    } catch (error) {
      if (signal.aborted && isHalError(error, 'aborted')) return 'gave-up';
      const failure = toHalError(error, portName);
      this.#refusal = kind.hindranceOf?.(failure);
      if (this.#refusal === undefined) {
        this.#broken = failure;
        return 'broken';
      }
      this.#settle(0);
    }
    try {
      await sleep(clock, retryMs, signal);
      return 'nothing';
    } catch {
      // Only the wait can end so.
      return 'gave-up';
    }
  }

  #settle(takenBytes: number): void {
    this.#underWay = undefined;
    this.#underWayBytes = 0;
    this.#takenBytes += takenBytes;
    this.#untoldBytes += takenBytes;
  }

  /** A refusal says it already; else the device is asked, where it can be. */
  async #hindranceNow(): Promise<Hindrance | undefined> {
    const { clock, device } = this.#options;
    if (this.#isOver || this.#refusal !== undefined) return this.#refusal;
    if (device.askHindrance === undefined) return undefined;
    try {
      using deadline = startDeadline(clock, limits.askMs);
      return await abortable(device.askHindrance(), deadline.signal);
    } catch {
      // A device that does not even answer this is silent, which is what will be said of it.
      return undefined;
    }
  }

  #waiting(writtenBytes: number, hindrance: Hindrance | undefined): WriteOutcome {
    if (this.#isOver) return this.#failed(writtenBytes, 'the port was closed');
    return { kind: 'waiting', writtenBytes, ...(hindrance ?? this.#options.kind.silence) };
  }

  #failed(writtenBytes: number, message: string): WriteOutcome {
    return { kind: 'failed', writtenBytes, reasons: [], message };
  }
}
