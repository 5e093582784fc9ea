// Raw 9100: whatever one connection brings is one document for one printer, and the way it ends is
// the answer.
import type { Clock, SocketAddress, Tcp, TcpConnection } from '../../../hal/contract.ts';
import { isHalError } from '../../../hal/errors.ts';
import { startDeadline } from '../../../hal/time.ts';
import { serverLimits, type RawLimits } from '../../limits/server-limits.ts';
import { anyFormat } from '../../printers/settings.ts';
import type { Spooler } from '../../spooler/contract.ts';
import type { Admission } from '../admission.ts';
import type { Job } from '../../jobs/job.ts';
import { createConnectionServer } from '../connections.ts';
import type { Server, ServerLog } from '../contract.ts';
import { anonymousUser } from '../user.ts';
import { createBackChannel } from './back-channel.ts';
import { createResends, isSame, Marker, type DocumentMark, type Resends } from './resends.ts';

export interface RawServerOptions {
  readonly tcp: Tcp;
  readonly clock: Clock;
  readonly log: ServerLog;
  readonly spooler: Spooler;
  /** Jobs for a printer that is gone meanwhile are refused by intake. */
  readonly printerId: string;
  /** One port of one address; 0 takes a free port. */
  readonly listen: SocketAddress;
  /** Shared by all raw ports. */
  readonly admission: Admission;
  readonly limits?: Partial<RawLimits>;
}

/**
 * The client ends its document with a FIN. Accepted: an orderly close, after the commit. Refused,
 * broken off, idle for too long or one connection too many: a reset, and nothing of it is printed.
 * Without a byte there is no job.
 */
export function createRawServer(options: RawServerOptions): Server {
  const { tcp, listen, admission, log } = options;
  const limits = { ...serverLimits.raw, ...options.limits };
  const receiver = new RawReceiver(options, limits);
  return createConnectionServer({
    tcp,
    listen,
    backlog: limits.backlog,
    admission,
    serve: (connection, speaks) => receiver.receive(connection, speaks),
    failed: (from, error) => log.error('a raw connection failed', { from, error }),
  });
}

class RawReceiver {
  readonly #options: RawServerOptions;
  readonly #limits: RawLimits;
  readonly #resends: Resends;

  constructor(options: RawServerOptions, limits: RawLimits) {
    this.#options = options;
    this.#limits = limits;
    this.#resends = createResends(options);
  }

  async receive(connection: TcpConnection, speaks: () => void): Promise<void> {
    const { spooler, printerId, log } = this.#options;
    const { address } = connection.remote;
    const before = this.#resends.brokenOff(address);
    const { mode, idleSeconds } = (await spooler.printers.find(printerId))?.raw ?? {};
    const document = new RawDocument({
      connection,
      clock: this.#options.clock,
      idleTimeoutMs: idleSeconds === undefined ? this.#limits.idleTimeoutMs : idleSeconds * 1_000,
      before,
    });
    // What may have to be held is not passed through.
    const back =
      mode === 'pass-through' && before === undefined
        ? createBackChannel({ connection, clock: this.#options.clock, limits: this.#limits })
        : undefined;
    const isEmpty = await document.isEmpty();
    speaks();
    if (isEmpty) return document.broken ? connection.reset() : connection.close();
    const result = await spooler.intake.accept(document, {
      printerId,
      name: `Raw job from ${address}`,
      origin: { door: 'raw', userName: anonymousUser, address, authenticated: false },
      document: { name: '', format: anyFormat },
      straight: back,
      // Whether it breaks off at the same place again is known at its end.
      ...(before === undefined ? {} : { hold: { kind: 'indefinite' } }),
    });
    if (document.broken) this.#resends.note(address, document.mark());
    if (result.kind === 'accepted') {
      if (before !== undefined) await this.#judge(document, result.job, address);
      await back?.settled();
      return connection.close();
    }
    log.warn('a raw job was refused', { from: address, code: result.code, why: result.message });
    connection.reset();
  }

  /** What broke off again at the same place stays held, for a person to look at. */
  async #judge(document: RawDocument, job: Job, address: string): Promise<void> {
    const { spooler, log } = this.#options;
    if (document.cameAgain) {
      this.#resends.kept(address);
      log.warn('the same document came again after a reset: it is held', {
        from: address,
        job: job.number,
      });
      return;
    }
    this.#resends.forget(address);
    if (!isReleasable(job)) return;
    const released = await spooler.jobs.release(job.id, { kind: 'local-administrator' });
    if (released.kind === 'done') return;
    log.warn('a raw job stays held', { job: job.number, why: released.message });
  }
}

function isReleasable(job: Job): boolean {
  return job.state === 'pending-held' && !job.reasons.includes('job-held-on-create');
}

interface RawDocumentOptions {
  readonly connection: TcpConnection;
  readonly clock: Clock;
  readonly idleTimeoutMs: number;
  /** What this client had sent when its connection was reset. */
  readonly before: DocumentMark | undefined;
}

/**
 * What the client sends up to its FIN, pulled with back-pressure; throws where the connection
 * breaks or idles. A reset behind what was reset before is an end: this client never sends a FIN.
 */
class RawDocument implements AsyncIterableIterator<Uint8Array> {
  readonly #options: RawDocumentOptions;
  readonly #marker = new Marker();
  #first: Uint8Array | undefined;
  #ended = false;
  #broken = false;
  #cameAgain = false;

  constructor(options: RawDocumentOptions) {
    this.#options = options;
  }

  mark(): DocumentMark {
    return this.#marker.mark();
  }

  /** It ended with the reset with which it ended before. */
  get cameAgain(): boolean {
    return this.#cameAgain;
  }

  get broken(): boolean {
    return this.#broken;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** True where the connection ends, or breaks, before the first byte. */
  async isEmpty(): Promise<boolean> {
    try {
      this.#first = await this.#read();
    } catch (error) {
      if (!isHalError(error)) throw error;
      this.#broken = true;
    }
    return this.#first === undefined;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const chunk = this.#first ?? (this.#ended ? undefined : await this.#read());
    this.#first = undefined;
    if (chunk !== undefined) return { done: false, value: chunk };
    this.#ended = true;
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#ended = true;
    return { done: true, value: undefined };
  }

  async #read(): Promise<Uint8Array | undefined> {
    const { connection, clock, idleTimeoutMs, before } = this.#options;
    using deadline = startDeadline(clock, idleTimeoutMs);
    try {
      const chunk = await connection.read(deadline.signal);
      if (chunk !== undefined) this.#marker.add(chunk);
      return chunk;
    } catch (error) {
      if (!isHalError(error, 'connection-reset', 'cut-off')) throw error;
      this.#cameAgain = before !== undefined && isSame(before, this.mark());
      if (this.#cameAgain) return undefined;
      this.#broken = true;
      throw error;
    }
  }
}
