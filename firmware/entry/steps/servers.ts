// Steps: what clients reach — the API on its Unix socket, IPP over HTTP, and the raw ports.
import { chmod } from 'node:fs/promises';
import { createHttpApi } from '../../api/http-api.ts';
import { apiRoutes } from '../../api/table.ts';
import type { ApiServices } from '../../api/services.ts';
import type { Hal } from '../../../hal/contract.ts';
import { isHalError, toHalError } from '../../../hal/errors.ts';
import type { Config } from '../../config/table.ts';
import type { Events } from '../../events/event.ts';
import { entryLimits } from '../../limits/entry-limits.ts';
import type { Log } from '../../log/log.ts';
import { createRawAssignments } from '../../registry/raw-assignments.ts';
import type { Server } from '../../servers/contract.ts';
import { createHttpServer } from '../../servers/http/server.ts';
import { createIppRoutes } from '../../servers/ipp/routes.ts';
import { createLpdServer } from '../../servers/lpd/server.ts';
import { createRawPorts, type RawPorts } from '../../servers/raw/raw-ports.ts';
import type { Spooler, SpoolerDirectory } from '../../spooler/contract.ts';
import type { Store, Term } from '../../store/contract.ts';
import { listenAddress } from '../addresses.ts';
import { StartError, type Step } from '../lifecycle.ts';
import type { DataFolder } from '../data-folder.ts';

const times = {
  startTimeoutMs: entryLimits.startMs,
  stopTimeoutMs: entryLimits.serversStopMs,
} as const;

const ownerOnlyMode = 0o600;
/** sun_path of unix(7), its end included. */
const longestSocketPathOctets = 107;

/** The lock on the data folder is held: a socket that lies there belongs to nobody who lives. */
export function socketStep(hal: Hal, folder: DataFolder, services: ApiServices): Step<Server> {
  return {
    ...times,
    name: 'API socket',
    async start() {
      if (Buffer.byteLength(folder.socket) > longestSocketPathOctets) {
        throw new StartError(
          `${folder.socket} is too long for a Unix socket: choose a shorter path for the data.`,
        );
      }
      await hal.files.remove(folder.socket);
      const server = createHttpServer({
        listen: [{ path: folder.socket }],
        routes: createHttpApi({
          routes: apiRoutes,
          services,
          principalOf: () => ({ kind: 'local-administrator' }),
        }),
        clock: hal.clock,
        log: services.log.child('api'),
      });
      await server.start();
      await protect(folder.socket);
      return { part: server, stop: (deadline) => server.stop(deadline) };
    },
  };
}

async function protect(path: string): Promise<void> {
  try {
    await chmod(path, ownerOnlyMode);
  } catch (error) {
    throw toHalError(error, path);
  }
}

export function httpStep(
  hal: Hal,
  config: Config,
  directory: SpoolerDirectory,
  events: Events,
  log: Log,
): Step<Server> {
  return {
    ...times,
    name: 'IPP server',
    async start() {
      const address = listenAddress(config['listen.address'], hal.addresses);
      const { clock } = hal;
      const server = createHttpServer({
        listen: [{ address, port: config['listen.http'] }],
        routes: createIppRoutes({ directory, events, clock, log: log.child('ipp') }),
        clock,
        log: log.child('http'),
      });
      await startListening(server, 'listen.http');
      return { part: server, stop: (deadline) => server.stop(deadline) };
    },
  };
}

export function lpdStep(
  { tcp, clock, addresses }: Hal,
  config: Config,
  directory: SpoolerDirectory,
  log: Log,
): Step<Server> {
  return {
    ...times,
    name: 'LPD server',
    async start() {
      const address = listenAddress(config['listen.address'], addresses);
      const listen = { address, port: config['listen.lpd'] };
      const server = createLpdServer({ tcp, clock, directory, listen, log: log.child('lpd') });
      await startListening(server, 'listen.lpd');
      return { part: server, stop: (deadline) => server.stop(deadline) };
    },
  };
}

export function rawStep(parts: {
  readonly hal: Hal;
  readonly config: Config;
  readonly spooler: Spooler;
  readonly store: Store;
  readonly events: Events;
  readonly term: Term;
  readonly log: Log;
}): Step<RawPorts> {
  const { hal, config, spooler, store, events, term, log } = parts;
  return {
    ...times,
    name: 'raw ports',
    async start() {
      const ports = createRawPorts({
        spooler,
        events,
        assignments: createRawAssignments({ store, spooler: spooler.id, term: () => term }),
        tcp: hal.tcp,
        clock: hal.clock,
        log: log.child('raw'),
        address: listenAddress(config['listen.address'], hal.addresses),
        firstPort: config['listen.raw'],
        retryMs: entryLimits.rawRetryMs,
      });
      await ports.start();
      return { part: ports, stop: (deadline) => ports.stop(deadline) };
    },
  };
}

async function startListening(server: Server, key: string): Promise<void> {
  try {
    await server.start();
  } catch (error) {
    if (!isHalError(error)) throw error;
    throw new StartError(`${error.message}. Choose another with --set ${key}=PORT.`, {
      cause: error,
    });
  }
}
