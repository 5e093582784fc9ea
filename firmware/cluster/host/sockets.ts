// The connections of one ownership to its printers: none without the permit, and all of them reset
// by a fence.
import type { Tcp, TcpConnection, TcpConnectOptions } from '../../../hal/contract.ts';
import { HalError } from '../../../hal/errors.ts';

export interface FencedTcp {
  readonly tcp: Tcp;
  /** Resets what is open, and what is being opened; later connections are possible again. */
  resetAll(): void;
}

export function createFencedTcp(options: {
  readonly tcp: Tcp;
  readonly live: () => boolean;
}): FencedTcp {
  const open = new Set<TcpConnection>();
  let fence = new AbortController();

  const connect = async (request: TcpConnectOptions): Promise<TcpConnection> => {
    const { signal: fenced } = fence;
    const target = `${request.host}:${request.port}`;
    if (!options.live()) {
      throw new HalError('aborted', target, { detail: 'this appliance may not print now' });
    }
    const signal = request.signal ? AbortSignal.any([request.signal, fenced]) : fenced;
    const connection = await options.tcp.connect({ ...request, signal });
    // A fence does not wait for what is under way: the two may cross.
    if (fenced.aborted || !options.live()) {
      connection.reset();
      throw new HalError('aborted', target, { detail: 'this appliance lost its right to print' });
    }
    open.add(connection);
    return remembered(connection, () => void open.delete(connection));
  };

  return {
    tcp: { connect, listen: (request) => options.tcp.listen(request) },
    resetAll() {
      fence.abort();
      fence = new AbortController();
      for (const connection of open) connection.reset();
      open.clear();
    },
  };
}

/** The same connection, which is forgotten once it is closed or reset. */
function remembered(connection: TcpConnection, forget: () => void): TcpConnection {
  return {
    local: connection.local,
    remote: connection.remote,
    get takenBytes() {
      return connection.takenBytes;
    },
    unacknowledgedBytes: () => connection.unacknowledgedBytes(),
    write: (chunk, signal) => connection.write(chunk, signal),
    settled: (signal) => connection.settled(signal),
    read: (signal) => connection.read(signal),
    endWrite: () => connection.endWrite(),
    reset() {
      forget();
      connection.reset();
    },
    async close() {
      await connection.close();
      forget();
    },
  };
}
