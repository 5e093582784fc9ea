// The peer channel: requests to the other appliance and its requests to this one, over HTTP/2 on
// connections that both ends pinned.
import {
  connect as connectHttp2,
  constants,
  performServerHandshake,
  type ClientHttp2Session,
  type Http2Session,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { once } from 'node:events';
import type { TLSSocket } from 'node:tls';
import type { Clock, Timer } from '../../hal/contract.ts';
import { abortable, startDeadline } from '../../hal/time.ts';
import { pairLimits } from '../limits/pair-limits.ts';
import type { Log } from '../log/log.ts';
import { encodeHead, readHead, writeBody } from './channel-wire.ts';
import { type PeerAnswer, type PeerCall, type PeerChannel, PeerError } from './contract.ts';
import type { PeerHandler } from './contract.ts';
import { keepConnected } from './redial.ts';

export interface ChannelOptions {
  readonly clock: Clock;
  readonly log: Log;
}

export interface RunningChannel extends PeerChannel {
  /** A connection of the peer, whose key was proven. */
  accept(socket: TLSSocket): void;
  /** Dials with `dial` and keeps on until `signal`; a connection that never came up is `onShut`. */
  keep(options: {
    readonly dial: (signal: AbortSignal) => Promise<TLSSocket>;
    /** The peer took the connection and closed it at once: it does not know us. */
    readonly onShut: () => void;
    readonly signal: AbortSignal;
  }): Promise<void>;
  /** Ends all connections; requests under way fail. */
  reset(): void;
}

const sessionOptions = {
  settings: {
    enablePush: false,
    initialWindowSize: pairLimits.channelWindowBytes,
    maxConcurrentStreams: pairLimits.channelStreams,
  },
} as const;

const serviceForm = /^\/[a-z0-9-]{1,64}$/;

export function createChannel(options: ChannelOptions): RunningChannel {
  return new Channel(options);
}

class Channel implements RunningChannel {
  readonly #options: ChannelOptions;
  readonly #handlers = new Map<string, PeerHandler>();
  readonly #listeners = new Set<(connected: boolean) => void>();
  readonly #served = new Set<ServerHttp2Session>();
  #session: ClientHttp2Session | undefined;

  constructor(options: ChannelOptions) {
    this.#options = options;
  }

  get connected(): boolean {
    return this.#session !== undefined;
  }

  onConnected(listener: (connected: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  serve(service: string, handler: PeerHandler): () => void {
    this.#handlers.set(service, handler);
    return () => {
      if (this.#handlers.get(service) === handler) this.#handlers.delete(service);
    };
  }

  async request({ service, head, body, signal }: PeerCall): Promise<PeerAnswer> {
    const session = this.#session;
    if (session === undefined || session.closed) {
      throw new PeerError('away', 'the other appliance of the pair is not connected');
    }
    const framed = encodeHead(head);
    const stream = session.request({ ':method': 'POST', ':path': `/${service}` }, { signal });
    // Told by whoever reads or writes.
    stream.on('error', ignore);
    try {
      const writing = writeBody(stream, framed, body, signal);
      writing.catch(ignore);
      const [headers] = await once(stream, 'response', { signal: closedSignal(stream, signal) });
      const answer = await readHead(stream);
      if (headers[':status'] === 200) return answer;
      throw new PeerError('refused', messageIn(answer.head));
    } catch (error) {
      stream.close(constants.NGHTTP2_CANCEL);
      if (error instanceof PeerError) throw error;
      const code = signal.aborted ? 'aborted' : 'away';
      throw new PeerError(code, `the other appliance did not answer (${service})`, {
        cause: error,
      });
    }
  }

  accept(socket: TLSSocket): void {
    const session = performServerHandshake(socket, sessionOptions);
    // A TLSSocket that was made for an accepted connection says `secure` only, and this waits.
    socket.emit('secureConnect');
    session.setLocalWindowSize(pairLimits.channelConnectionWindowBytes);
    this.#served.add(session);
    session.on('close', () => this.#served.delete(session));
    session.on('error', ignore);
    session.on('stream', (stream, headers) => {
      stream.on('error', ignore);
      void this.#answer(stream, headers[':path'] ?? '');
    });
    this.#watch(session);
  }

  async keep(options: Parameters<RunningChannel['keep']>[0]): Promise<void> {
    const { clock, log } = this.#options;
    await keepConnected({
      clock,
      signal: options.signal,
      connect: (signal) => this.#connect(options, signal),
      onFailed: (error) => log.info('the peer is away', { why: String(error) }),
    });
  }

  reset(): void {
    this.#session?.destroy();
    for (const session of this.#served) session.destroy();
  }

  async #connect(
    { dial, onShut }: Parameters<RunningChannel['keep']>[0],
    signal: AbortSignal,
  ): Promise<void> {
    const socket = await dial(signal);
    const session = connectHttp2('https://peer', {
      ...sessionOptions,
      createConnection: () => socket,
    });
    session.on('error', ignore);
    const closed = Promise.withResolvers<void>();
    session.once('close', closed.resolve);
    const onAbort = () => session.destroy();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const greeted = await this.#greeted(session, closed.promise, signal);
      if (!greeted) {
        onShut();
        throw new Error('it closed the connection');
      }
      session.setLocalWindowSize(pairLimits.channelConnectionWindowBytes);
      this.#setSession(session);
      this.#watch(session);
      await closed.promise;
    } finally {
      session.destroy();
      signal.removeEventListener('abort', onAbort);
      if (this.#session === session) this.#setSession(undefined);
    }
  }

  /** The peer's first frame is its settings (RFC 9113 3.4). */
  async #greeted(
    session: ClientHttp2Session,
    closed: Promise<void>,
    signal: AbortSignal,
  ): Promise<boolean> {
    using deadline = startDeadline(this.#options.clock, pairLimits.handshakeMs, signal);
    const settings = new Promise<boolean>((resolve) => {
      session.once('remoteSettings', () => resolve(true));
    });
    return abortable(Promise.race([settings, closed.then(() => false)]), deadline.signal);
  }

  #setSession(session: ClientHttp2Session | undefined): void {
    this.#session = session;
    for (const listener of this.#listeners) listener(session !== undefined);
  }

  /** Pings: a connection that a cable took along ends within seconds. */
  #watch(session: Http2Session): void {
    const { clock } = this.#options;
    let timer: Timer | undefined;
    const look = () => {
      if (session.closed || session.destroyed) return;
      timer = clock.startTimer(pairLimits.channelPongMs, () => session.destroy());
      session.ping(() => {
        timer?.cancel();
        timer = clock.startTimer(pairLimits.channelPingMs, look);
      });
    };
    session.once('close', () => timer?.cancel());
    look();
  }

  async #answer(stream: ServerHttp2Stream, path: string): Promise<void> {
    const handler = serviceForm.test(path) ? this.#handlers.get(path.slice(1)) : undefined;
    const ended = new AbortController();
    stream.once('close', () => ended.abort());
    if (stream.destroyed) ended.abort();
    try {
      const { head, body } = await readHead(stream);
      if (handler === undefined) throw new PeerError('refused', `there is no service ${path}`);
      const answer = await handler({ head, body, signal: ended.signal });
      const framed = encodeHead(answer.head);
      stream.respond({ ':status': 200 });
      await writeBody(stream, framed, answer.body, ended.signal);
    } catch (error) {
      this.#refuse(stream, error, ended.signal);
    }
  }

  #refuse(stream: ServerHttp2Stream, error: unknown, signal: AbortSignal): void {
    const message = error instanceof Error ? error.message : String(error);
    if (stream.destroyed) return;
    if (stream.headersSent) {
      stream.close(constants.NGHTTP2_INTERNAL_ERROR);
      return;
    }
    stream.respond({ ':status': 500 });
    writeBody(stream, encodeHead({ message: message.slice(0, 1_000) }), undefined, signal).catch(
      ignore,
    );
  }
}

/** Aborts as `signal` does, and when the stream is gone. */
function closedSignal(
  stream: { once(event: 'close', listener: () => void): unknown },
  signal: AbortSignal,
): AbortSignal {
  const gone = new AbortController();
  stream.once('close', () => gone.abort());
  return AbortSignal.any([signal, gone.signal]);
}

function messageIn(head: unknown): string {
  const known = typeof head === 'object' && head !== null && 'message' in head;
  return known ? String(head.message) : 'the other appliance refused';
}

function ignore(): void {}
