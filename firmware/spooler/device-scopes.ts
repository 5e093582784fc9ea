// The devices that monitors may open, remembered by the port on whose behalf they were opened, so
// that it can be cut off.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Tcp, TcpConnection } from '../../hal/contract.ts';
import { HalError } from '../../hal/errors.ts';
import type { MonitorDevices } from '../../monitors/contract.ts';

/** Where connections of this spooler leave the box, and where they may not go. */
export interface OutgoingRules {
  readonly localAddress?: string;
  /** Asked with each resolved address; a string is the reason for refusing it. */
  readonly refuseAddress?: (address: string) => string | undefined;
}

/** One open port's (or one instance's) devices. */
export interface DeviceScope {
  /** Runs `work`; what it opens, also later in what it started, belongs to this scope. */
  run<T>(work: () => T): T;
  /** Destroys what is open and refuses what would be opened from now on. */
  cutOff(): void;
  readonly openCount: number;
}

export interface DeviceScopes {
  readonly devices: MonitorDevices;
  open(name: string): DeviceScope;
}

interface Scope {
  readonly name: string;
  readonly connections: Set<TcpConnection>;
  readonly cut: AbortController;
}

export function createDeviceScopes(options: {
  readonly tcp: Tcp;
  readonly rules: OutgoingRules;
}): DeviceScopes {
  const current = new AsyncLocalStorage<Scope>();
  return {
    devices: {
      async connectTcp(request) {
        const scope = current.getStore();
        if (scope === undefined) {
          throw new HalError('permission-denied', 'a device outside any call of the spooler');
        }
        const signal = request.signal
          ? AbortSignal.any([request.signal, scope.cut.signal])
          : scope.cut.signal;
        signal.throwIfAborted();
        const connection = await options.tcp.connect({ ...request, ...options.rules, signal });
        if (scope.cut.signal.aborted) {
          connection.reset();
          throw cutError(scope.name);
        }
        return remembered(connection, scope.connections);
      },
    },
    open(name) {
      const scope: Scope = { name, connections: new Set(), cut: new AbortController() };
      return {
        run: (work) => current.run(scope, work),
        cutOff() {
          scope.cut.abort(cutError(name));
          for (const connection of scope.connections) connection.reset();
          scope.connections.clear();
        },
        get openCount() {
          return scope.connections.size;
        },
      };
    },
  };
}

function cutError(name: string): HalError {
  return new HalError('aborted', name, { detail: 'cut off' });
}

/** The same connection, which leaves the set once it is closed or reset. */
function remembered(connection: TcpConnection, open: Set<TcpConnection>): TcpConnection {
  open.add(connection);
  return {
    local: connection.local,
    remote: connection.remote,
    get takenBytes() {
      return connection.takenBytes;
    },
    write: (chunk, signal) => connection.write(chunk, signal),
    settled: (signal) => connection.settled(signal),
    read: (signal) => connection.read(signal),
    endWrite: () => connection.endWrite(),
    reset() {
      open.delete(connection);
      connection.reset();
    },
    async close() {
      await connection.close();
      open.delete(connection);
    },
  };
}
