// The loop of one used port: next job of its printers, one attempt, what to do after it; until it
// is stopped.
import type { Clock } from '../../hal/contract.ts';
import { abortable } from '../../hal/time.ts';
import type { DeviceReason, DeviceStatus, MonitorLog } from '../../monitors/contract.ts';
import type { Refusal } from '../errors/codes.ts';
import type { Job, JobDocument } from '../jobs/job.ts';
import type { PortStatus } from '../spooler/contract.ts';
import type { HostedPort } from '../spooler/hosted-port.ts';
import type { OpenOutcome } from '../spooler/port-opening.ts';
import type { Permit } from '../spooler/permit.ts';
import { type AttemptResult, runAttempt } from './attempt.ts';
import { Bell } from './bell.ts';
import {
  type AttemptEnd,
  blockingMessage,
  blockingReasons,
  decideEnd,
  nextBackoffMs,
} from './decisions.ts';
import type { Claim } from './dispatcher.ts';
import type { ChunkStream } from './read-ahead.ts';

export interface PortRunnerOptions {
  readonly portName: string;
  readonly permit: Permit;
  readonly clock: Clock;
  readonly limits: {
    readonly backoffFirstMs: number;
    readonly backoffLastMs: number;
    readonly writeChunkBytes: number;
  };
  readonly log: MonitorLog;
  readonly openPort: (portName: string, signal: AbortSignal) => Promise<OpenOutcome>;
  /** The newest status of each source. */
  readonly statuses: () => readonly DeviceStatus[];
  readonly nextJob: () => Promise<Claim | undefined>;
  readonly readDocument: (job: Job, document: JobDocument) => ChunkStream;
  /** Who hears what the device says while this job is on it. */
  readonly wordsOf?: (job: Job) => ((bytes: Uint8Array) => void) | undefined;
  readonly noteFirstByte: (job: Pick<Job, 'id' | 'attempts'>) => void;
  readonly commits: RunnerCommits;
  /** The state that others see has changed. */
  readonly onChange: () => void;
}

/** The records that a runner makes. Each throws when the store failed. */
export interface RunnerCommits {
  start(claim: Claim, localPort: number | undefined): Promise<Refusal | undefined>;
  /** Refused: the job has ended otherwise, which is fine. */
  end(
    claim: Claim,
    decision: Exclude<ReturnType<typeof decideEnd>, { readonly kind: 'none' }>,
  ): Promise<Refusal | undefined>;
  /** Is the job in `processing` in the store? */
  isStarted(claim: Claim): Promise<boolean>;
}

export type PortState = Pick<PortStatus, 'state' | 'reasons' | 'message' | 'currentJobId'>;

/** With how much of its job the port has taken: no change that anybody is told of. */
export type PrintingState = PortState & { readonly sentBytes: number };

export interface PortRunner {
  readonly portName: string;
  /** One value until it changes. */
  readonly state: PortState;
  /** Whose job is worked on. */
  readonly currentPrinterId: string | undefined;
  /** Of the job that prints, over documents and copies. */
  readonly sentBytes: number;
  /** The language monitor on the port, while that is open. */
  readonly languageMonitor: string | undefined;
  /** When its back-off ends, on the monotonic clock; undefined while it waits for nothing. */
  readonly nextTryAtMs: number | undefined;
  /** What the store would not take, until it takes it. */
  readonly storeProblem: string | undefined;
  start(): void;
  /** There may be something to do. */
  wake(): void;
  /** The device shows itself, or a person asks: try at once. */
  retryNow(): void;
  /** True when the job was being printed here; it ends soon. */
  cancel(jobId: string): boolean;
  /** Begins no job any more; resolves once the one that prints has ended. Never rejects. */
  drain(): Promise<void>;
  /** Interrupts what prints, commits that if it can before `deadline`, closes the port. */
  stop(deadline: AbortSignal): Promise<void>;
}

const closed: PortState = { state: 'closed', reasons: [], message: '', currentJobId: undefined };

export function createPortRunner(options: PortRunnerOptions): PortRunner {
  return new Runner(options);
}

class Runner implements PortRunner {
  readonly portName: string;
  readonly #options: PortRunnerOptions;
  /** New work. */
  readonly #work: Bell;
  /** The device shows itself. */
  readonly #device: Bell;
  readonly #stopping = new AbortController();
  /** Aborts once even committing what was interrupted must end. */
  readonly #giveUp = new AbortController();
  #loop: Promise<void> | undefined;
  #draining = false;
  #printing: Promise<void> | undefined;
  #state: PortState = closed;
  #storeProblem: string | undefined;
  #nextTryAtMs: number | undefined;
  #port: HostedPort | undefined;
  #backoffMs = 0;
  #sentBytes = 0;
  #current:
    | { readonly jobId: string; readonly printerId: string; readonly cancel: AbortController }
    | undefined;

  constructor(options: PortRunnerOptions) {
    this.#options = options;
    this.portName = options.portName;
    this.#work = new Bell(options.clock);
    this.#device = new Bell(options.clock);
  }

  get state(): PortState {
    return this.#state;
  }

  get nextTryAtMs(): number | undefined {
    return this.#nextTryAtMs;
  }

  get storeProblem(): string | undefined {
    return this.#storeProblem;
  }

  get currentPrinterId(): string | undefined {
    return this.#current?.printerId;
  }

  get sentBytes(): number {
    return this.#sentBytes;
  }

  get languageMonitor(): string | undefined {
    return this.#port?.languageMonitor;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  wake(): void {
    this.#work.ring();
  }

  retryNow(): void {
    // While an attempt runs, its own end decides how long to wait; only its waits end early.
    if (this.#current === undefined) this.#backoffMs = 0;
    this.#device.ring();
    this.#work.ring();
  }

  cancel(jobId: string): boolean {
    if (this.#current?.jobId !== jobId) return false;
    this.#current.cancel.abort();
    return true;
  }

  async drain(): Promise<void> {
    this.#draining = true;
    this.#work.ring();
    await Promise.allSettled([this.#printing]);
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#stopping.abort();
    const late = new Promise<void>((resolve) => {
      const giveUp = () => {
        this.#giveUp.abort();
        this.#port?.cutOff();
        resolve();
      };
      if (deadline.aborted) giveUp();
      else deadline.addEventListener('abort', giveUp, { once: true });
    });
    await Promise.race([this.#loop, late]);
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#turn();
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        this.#options.log.warn('port stopped for a moment', { port: this.portName, message });
        await this.#backOff('failed', [], message);
      }
    }
    await this.#close();
    this.#show(closed);
  }

  async #turn(): Promise<void> {
    const { permit, limits } = this.#options;
    this.#work.clear();
    this.#device.clear();
    if (!permit.live()) return await this.#work.wait(limits.backoffFirstMs, this.#stopping.signal);
    if (this.#draining) return await this.#work.wait(undefined, this.#stopping.signal);
    const statuses = this.#options.statuses();
    const blocking = blockingReasons(statuses);
    if (blocking.length > 0) {
      this.#showState('waiting', blocking, blockingMessage(statuses));
      return await this.#work.wait(undefined, this.#stopping.signal);
    }
    const port = await this.#openPort();
    if (port === undefined) return;
    const claim = await this.#options.nextJob();
    if (claim === undefined) {
      this.#showState('idle', [], '');
      return await this.#work.wait(undefined, this.#stopping.signal);
    }
    try {
      // Asked again: it may have been said while the job was looked for.
      this.#printing = this.#draining ? undefined : this.#print(port, claim);
      await this.#printing;
    } finally {
      this.#printing = undefined;
      claim.release();
    }
    if (this.#backoffMs > 0) {
      await this.#waitForDevice();
    }
  }

  async #openPort(): Promise<HostedPort | undefined> {
    const { signal } = this.#stopping;
    if (this.#port?.usable === true && (await this.#port.suits(signal))) return this.#port;
    await this.#close();
    const opened = await this.#options.openPort(this.portName, this.#stopping.signal);
    if (opened.kind === 'opened') {
      this.#port = opened.port;
      return opened.port;
    }
    await this.#backOff('failed', [], opened.message);
    return undefined;
  }

  async #close(): Promise<void> {
    const port = this.#port;
    this.#port = undefined;
    await port?.close();
  }

  async #print(port: HostedPort, claim: Claim): Promise<void> {
    const { job, printer } = claim;
    const cancel = new AbortController();
    this.#current = { jobId: job.id, printerId: printer.id, cancel };
    this.#sentBytes = 0;
    this.#show({ ...this.#state, currentJobId: job.id });
    try {
      const result = await runAttempt({
        job,
        printerName: printer.name,
        port,
        permit: this.#options.permit,
        clock: this.#options.clock,
        limits: this.#options.limits,
        readDocument: this.#options.readDocument,
        noteFirstByte: () =>
          // As the start record counts it.
          this.#options.noteFirstByte({ id: job.id, attempts: job.attempts + 1 }),
        commitStart: (localPort) => this.#options.commits.start(claim, localPort),
        signal: AbortSignal.any([
          cancel.signal,
          this.#stopping.signal,
          ...(claim.arriving === undefined ? [] : [claim.arriving]),
        ]),
        sizeKnown: claim.arriving === undefined,
        cancelled: () => cancel.signal.aborted,
        bell: this.#device,
        onWaiting: (reasons, message) => this.#showState('waiting', reasons, message),
        onProgress: () => this.#showState('busy', [], ''),
        onSent: (bytes) => {
          this.#sentBytes += bytes;
        },
        onWords: this.#options.wordsOf?.(job),
      });
      await this.#after(claim, result);
    } finally {
      this.#current = undefined;
    }
  }

  async #after(claim: Claim, result: AttemptResult): Promise<void> {
    switch (result.kind) {
      case 'gone':
        return;
      case 'waiting':
        return this.#raiseBackoff('waiting', result.reasons, result.message);
      case 'port-failed':
        await this.#close();
        return this.#raiseBackoff('failed', [], result.message);
      case 'unreadable-now':
        if (claim.setAside(result.message)) return;
        return this.#raiseBackoff('failed', [], result.message);
      case 'start-unknown':
        this.#raiseBackoff('failed', [], result.message);
        return await this.#undoStart(claim, result.message);
      case 'ended':
        await this.#commitEnd(claim, result.end);
        if (result.portFault) await this.#close();
        return this.#afterEnd(result.end, result.portFault);
    }
  }

  #afterEnd(end: AttemptEnd, portFault: boolean): void {
    if (end.kind === 'interrupted' || portFault) {
      const message = end.kind === 'interrupted' ? end.message : 'The port monitor failed.';
      this.#raiseBackoff(portFault ? 'failed' : 'waiting', [], message);
    } else {
      this.#backoffMs = 0;
    }
  }

  /** The start may or may not be durable: it is undone as soon as the store answers. */
  async #undoStart(claim: Claim, message: string): Promise<void> {
    await this.#firmly(async () => {
      if (!(await this.#options.commits.isStarted(claim))) return undefined;
      const end = { kind: 'interrupted', deliveredBytes: 0, message } as const;
      const decision = decideEnd(end, claim.job, claim.printer.interrupted);
      return decision.kind === 'none'
        ? undefined
        : await this.#options.commits.end(claim, decision);
    });
  }

  async #commitEnd(claim: Claim, end: AttemptEnd): Promise<void> {
    const decision = decideEnd(end, claim.job, claim.printer.interrupted);
    if (decision.kind === 'none') return;
    // A completion is a fact that may be stored without the permit; going on is not.
    if (end.kind !== 'completed' && !(await this.#untilLive())) return;
    await this.#firmly(() => this.#options.commits.end(claim, decision));
  }

  /**
   * What happened to paper can not be taken back: it is committed as soon as the store takes it.
   */
  async #firmly(commit: () => Promise<Refusal | undefined>): Promise<void> {
    let backoffMs = 0;
    for (;;) {
      try {
        const refusal = await abortable(commit(), this.#giveUp.signal);
        this.#storeProblem = undefined;
        if (refusal !== undefined) {
          this.#options.log.info('job had ended already', { message: refusal.message });
        }
        return;
      } catch (error) {
        this.#storeProblem = error instanceof Error ? error.message : String(error);
        this.#options.log.warn('the end of a job waits for the store', {
          port: this.portName,
          message: this.#storeProblem,
        });
        if (this.#stopping.signal.aborted) return;
        this.#showState('failed', [], this.#storeProblem);
        backoffMs = nextBackoffMs(backoffMs, this.#options.limits);
        await new Bell(this.#options.clock).wait(backoffMs, this.#giveUp.signal);
      }
    }
  }

  /**
   * Without the permit nothing is said; a spooler that is stopped leaves it to whoever comes next.
   */
  async #untilLive(): Promise<boolean> {
    const { permit, clock, limits } = this.#options;
    while (!permit.live()) {
      if (this.#stopping.signal.aborted) return false;
      await new Bell(clock).wait(limits.backoffFirstMs, this.#stopping.signal);
    }
    return true;
  }

  #raiseBackoff(
    state: 'waiting' | 'failed',
    reasons: readonly DeviceReason[],
    message: string,
  ): void {
    this.#backoffMs = nextBackoffMs(this.#backoffMs, this.#options.limits);
    // What rang during the attempt was about that attempt.
    this.#device.clear();
    this.#showState(state, reasons, message);
  }

  async #backOff(
    state: 'waiting' | 'failed',
    reasons: readonly DeviceReason[],
    message: string,
  ): Promise<void> {
    this.#raiseBackoff(state, reasons, message);
    await this.#waitForDevice();
  }

  /** Until it shows itself, somebody asks, or the back-off is over. */
  async #waitForDevice(): Promise<void> {
    this.#nextTryAtMs = this.#options.clock.monotonicMs() + this.#backoffMs;
    await this.#device.wait(this.#backoffMs, this.#stopping.signal);
    this.#nextTryAtMs = undefined;
  }

  #showState(state: PortState['state'], reasons: readonly DeviceReason[], message: string): void {
    this.#show({ state, reasons, message, currentJobId: this.#current?.jobId });
  }

  #show(next: PortState): void {
    if (sameState(this.#state, next)) return;
    this.#state = next;
    this.#options.onChange();
  }
}

function sameState(a: PortState, b: PortState): boolean {
  return (
    a.state === b.state &&
    a.message === b.message &&
    a.currentJobId === b.currentJobId &&
    a.reasons.length === b.reasons.length &&
    a.reasons.every((reason, at) => {
      const other = b.reasons[at];
      return reason.keyword === other?.keyword && reason.severity === other.severity;
    })
  );
}
