// TCP through node:net: connects to checked addresses only, and listens.
import { createServer, isIPv6, Socket } from 'node:net';
import { canonicalAddress } from '../address.ts';
import type {
  Addresses,
  Clock,
  Tcp,
  TcpConnection,
  TcpConnectOptions,
  TcpListenOptions,
} from '../contract.ts';
import { HalError, toHalError } from '../errors.ts';
import { abortable, type Deadline, startDeadline } from '../time.ts';
import { tcpLimits } from './limits.ts';
import { createTcpConnection, endsOf } from './tcp-connection.ts';
import { createTcpQueue, type UnacknowledgedOf } from './tcp-queue.ts';

export interface LinuxTcpOptions {
  readonly clock: Clock;
  readonly addresses: Addresses;
}

const socketOptions = {
  allowHalfOpen: true,
  highWaterMark: tcpLimits.readAheadBytes,
} as const;

export function createLinuxTcp(machine: LinuxTcpOptions): Tcp {
  const queue = createTcpQueue();
  return {
    connect: (options) => connect({ ...machine, queue }, options),
    listen: (options) => listen(options, queue),
  };
}

/**
 * Resolves the host itself, so that what is checked is what is connected to. One refused address
 * refuses the host. The addresses are tried in order; one that does not answer leaves time for
 * those after it.
 */
async function connect(
  { clock, addresses, queue }: LinuxTcpOptions & { readonly queue: UnacknowledgedOf },
  options: TcpConnectOptions,
) {
  using deadline = startDeadline(clock, options.timeoutMs, options.signal);
  const startedMs = clock.monotonicMs();
  const target = `${options.host}:${options.port}`;
  const resolved = await withDeadline(deadline, target, () =>
    addresses.resolve(options.host, deadline.signal),
  );
  for (const address of resolved) {
    const reason = options.refuseAddress?.(address);
    if (reason !== undefined) throw new HalError('address-refused', target, { detail: reason });
  }
  let failure = new HalError('name-not-found', target);
  for (const [at, address] of resolved.entries()) {
    const leftMs = Math.max(0, options.timeoutMs - (clock.monotonicMs() - startedMs));
    using turn = startDeadline(clock, leftMs / (resolved.length - at), deadline.signal);
    try {
      return await withDeadline(turn, target, () =>
        connectTo(address, options, turn.signal, queue),
      );
    } catch (error) {
      failure = toHalError(error, target);
      if (deadline.signal.aborted) break;
    }
  }
  if (options.signal?.aborted) throw new HalError('aborted', target);
  throw deadline.expired ? new HalError('timed-out', target) : failure;
}

async function withDeadline<T>(deadline: Deadline, target: string, work: () => Promise<T>) {
  try {
    return await work();
  } catch (error) {
    throw deadline.expired ? new HalError('timed-out', target) : toHalError(error, target);
  }
}

async function connectTo(
  address: string,
  options: TcpConnectOptions,
  signal: AbortSignal,
  queue: UnacknowledgedOf,
) {
  const socket = new Socket(socketOptions);
  try {
    await abortable(established(socket, address, options), signal);
    const connection = adopt(socket, queue);
    if (connection === undefined) throw new HalError('connection-reset', address);
    return connection;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function established(socket: Socket, address: string, options: TcpConnectOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Stays attached: an attempt that was given up may still fail, and nobody else listens to it.
  socket.on('error', reject);
  socket.once('connect', resolve);
  const { localAddress, localPort } = options;
  socket.connect({
    host: address,
    port: options.port,
    family: isIPv6(address) ? 6 : 4,
    ...(localAddress === undefined ? {} : { localAddress }),
    ...(localPort === undefined ? {} : { localPort }),
  });
  return promise;
}

async function listen(
  { address, port, backlog, onConnection }: TcpListenOptions,
  queue: UnacknowledgedOf,
) {
  const server = createServer({ ...socketOptions, pauseOnConnect: true }, (socket) => {
    const connection = adopt(socket, queue);
    if (connection !== undefined) onConnection(connection);
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.on('error', reject);
  server.listen({ host: address, port, backlog }, resolve);
  try {
    await promise;
  } catch (error) {
    throw toHalError(error, `${address}:${port}`);
  }
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new HalError('closed', address);
  return {
    local: { address: canonicalAddress(bound.address), port: bound.port },
    close: async () => {
      // The callback waits for the last connection too; the listening socket is gone at once.
      server.close();
    },
  };
}

function adopt(socket: Socket, queue: UnacknowledgedOf): TcpConnection | undefined {
  const ends = endsOf(socket);
  if (ends === undefined) {
    // The peer left before we looked; its error, if there is one, says nothing else.
    socket.on('error', () => {}).destroy();
    return undefined;
  }
  socket.setNoDelay(true);
  socket.setKeepAlive(true, tcpLimits.keepAliveDelayMs);
  return createTcpConnection(socket, ends, queue);
}
