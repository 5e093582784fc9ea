// Connections between the two appliances: dialled, or accepted and counted, and handed on once the
// other end has proven its key.
import { once } from 'node:events';
import { createServer, Socket, type Server } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { canonicalAddress } from '../../hal/address.ts';
import type { Clock } from '../../hal/contract.ts';
import { HalError, toHalError } from '../../hal/errors.ts';
import { abortable, startDeadline } from '../../hal/time.ts';
import type { TlsCredentials } from '../identity/contract.ts';
import { securePinned, type PinnedTlsOptions } from '../identity/pinned-tls.ts';
import { pairLimits } from '../limits/pair-limits.ts';

export interface DialOptions {
  readonly address: string;
  readonly port: number;
  readonly clock: Clock;
  readonly credentials: TlsCredentials;
  readonly pins: PinnedTlsOptions['pins'];
  readonly protocols?: readonly string[];
  readonly signal?: AbortSignal;
}

/** Rejects with a PinError where the other end is somebody else, or a HalError. */
export async function dialPinned(options: DialOptions): Promise<TLSSocket> {
  using deadline = startDeadline(options.clock, pairLimits.dialMs, options.signal);
  const socket = await dialPlain(options.address, options.port, deadline.signal);
  const { credentials, pins, protocols } = options;
  return securePinned({
    socket,
    side: 'client',
    credentials,
    pins,
    ...(protocols === undefined ? {} : { protocols }),
    signal: deadline.signal,
  });
}

/** A connection without TLS; small messages leave at once. */
export async function dialPlain(
  address: string,
  port: number,
  signal: AbortSignal,
): Promise<Socket> {
  const socket = new Socket();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Stays attached: an attempt that was given up may still fail, and nobody else listens to it.
  socket.on('error', reject);
  socket.once('connect', resolve);
  socket.setNoDelay(true);
  socket.connect({ host: address, port });
  try {
    await abortable(promise, signal);
    return socket;
  } catch (error) {
    socket.destroy();
    throw toHalError(error, `${address}:${port}`);
  }
}

export interface PinnedListenerOptions {
  readonly address: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly clock: Clock;
  readonly credentials: TlsCredentials;
  /** Asked anew for each connection; `undefined` turns everybody away before a handshake. */
  readonly pins: () => PinnedTlsOptions['pins'] | undefined;
  readonly protocols?: readonly string[];
  /** Owns the socket from now on. `from` is canonical. */
  readonly onSecured: (socket: TLSSocket, from: string) => void;
  /** Somebody else knocked: the key that was shown, where one was. */
  readonly onStranger: (from: string, error: Error) => void;
}

export interface PinnedListener {
  readonly port: number;
  close(): Promise<void>;
}

/** Handshakes at once are few, and each has its time: a stranger costs that and nothing else. */
export async function listenPinned(options: PinnedListenerOptions): Promise<PinnedListener> {
  const { clock, credentials, protocols } = options;
  const shaking = new Set<Socket>();
  const ended = new AbortController();
  const shake = async (socket: Socket, pins: PinnedTlsOptions['pins']) => {
    const from = canonicalAddress(socket.remoteAddress ?? '');
    using deadline = startDeadline(clock, pairLimits.handshakeMs, ended.signal);
    try {
      const secured = await securePinned({
        socket,
        side: 'server',
        credentials,
        pins,
        ...(protocols === undefined ? {} : { protocols }),
        signal: deadline.signal,
      });
      options.onSecured(secured, from);
    } catch (error) {
      socket.destroy();
      options.onStranger(from, error instanceof Error ? error : new Error(String(error)));
    } finally {
      shaking.delete(socket);
    }
  };
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    const pins = options.pins();
    if (pins === undefined || shaking.size >= pairLimits.handshakes) {
      socket.destroy();
      return;
    }
    shaking.add(socket);
    void shake(socket, pins);
  });
  const port = await startServer(server, options.address, options.port);
  return {
    port,
    async close() {
      ended.abort();
      for (const socket of shaking) socket.destroy();
      server.close();
    },
  };
}

async function startServer(server: Server, address: string, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.on('error', reject);
  server.listen({ host: address, port }, resolve);
  try {
    await promise;
  } catch (error) {
    throw toHalError(error, `${address}:${port}`);
  }
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new HalError('closed', address);
  return bound.port;
}

/** Free at this moment, to be told to the peer before anything listens there. */
export async function freePort(address: string): Promise<number> {
  const server = createServer();
  server.listen(0, address);
  await once(server, 'listening');
  const bound = server.address();
  server.close();
  await once(server, 'close');
  return bound === null || typeof bound === 'string' ? 0 : bound.port;
}
