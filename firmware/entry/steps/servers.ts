// Steps: what clients reach besides HTTP — the API on its Unix socket, LPD, and the raw ports.
import { chmod } from 'node:fs/promises';
import { createHttpApi } from '../../api/http-api.ts';
import { serveForwarded } from '../../api/forward.ts';
import { apiRoutes } from '../../api/table.ts';
import type { ApiServices } from '../../api/services.ts';
import type { Hal, Tcp } from '../../../hal/contract.ts';
import { isHalError, toHalError } from '../../../hal/errors.ts';
import type { Config } from '../../config/table.ts';
import type { Events } from '../../events/event.ts';
import { entryLimits } from '../../limits/entry-limits.ts';
import type { Log } from '../../log/log.ts';
import { createRawAssignments } from '../../registry/raw-assignments.ts';
import type { Server } from '../../servers/contract.ts';
import { createHttpServer } from '../../servers/http/server.ts';
import { createGuardedTcp } from '../../servers/guarded-tcp.ts';
import { routeRequest, textProblem } from '../../servers/http/router.ts';
import { createLpdServer } from '../../servers/lpd/server.ts';
import { createRawPorts, type RawPorts } from '../../servers/raw/raw-ports.ts';
import type { Spooler, SpoolerDirectory } from '../../spooler/contract.ts';
import type { Store, Term } from '../../store/contract.ts';
import { listenAddress } from '../addresses.ts';
import { StartError, type Step } from '../lifecycle.ts';
import type { DataFolder } from '../data-folder.ts';

/** Of each step that listens. */
export const serverTimes = {
  startTimeoutMs: entryLimits.startMs,
  stopTimeoutMs: entryLimits.serversStopMs,
} as const;

const ownerOnlyMode = 0o600;
/** sun_path of unix(7), its end included. */
const longestSocketPathOctets = 107;

/** The lock on the data folder is held: a socket that lies there belongs to nobody who lives. */
export function socketStep(hal: Hal, folder: DataFolder, services: ApiServices): Step<Server> {
  return {
    ...serverTimes,
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
          principalOf: async () => ({ kind: 'local-administrator' }),
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

/** What the peer hands over of groups that this node owns, as if it had been asked here. */
export function answerPeer(services: ApiServices): void {
  if (services.pair === undefined) return;
  serveForwarded(services.pair.channel, (request, principal) => {
    const routed = routeRequest(
      createHttpApi({
        routes: apiRoutes,
        services,
        principalOf: async () => principal,
        forwarded: true,
      }),
      request,
    );
    if (routed.kind === 'route') return routed.route.handle(request);
    return Promise.resolve(textProblem(routed.problem));
  });
}

async function protect(path: string): Promise<void> {
  try {
    await chmod(path, ownerOnlyMode);
  } catch (error) {
    throw toHalError(error, path);
  }
}

export function lpdStep(
  { tcp, clock, addresses }: Hal,
  config: Config,
  directory: SpoolerDirectory,
  log: Log,
): Step<Server> {
  return {
    ...serverTimes,
    name: 'LPD server',
    async start() {
      const address = listenAddress(config['listen.address'], addresses);
      const listen = { address, port: config['listen.lpd'] };
      const own = log.child('lpd');
      const guarded = createGuardedTcp(tcp, config['lpd.networks'], own);
      const server = createLpdServer({ tcp: guarded, clock, directory, listen, log: own });
      if (config['lpd.enabled']) await startListening(server, ['listen.lpd'], config);
      return { part: server, stop: (deadline) => server.stop(deadline) };
    },
  };
}

export function rawStep(parts: {
  readonly hal: Hal;
  /** Shares ports with groups. */
  readonly tcp: Tcp;
  readonly config: Config;
  readonly spooler: Spooler;
  readonly store: Store;
  readonly events: Events;
  readonly term: Term;
  readonly log: Log;
  readonly onChange: () => void;
}): Step<RawPorts> {
  const { hal, tcp, config, spooler, store, events, term, log, onChange } = parts;
  return {
    ...serverTimes,
    name: 'raw ports',
    async start() {
      const ports = createRawPorts({
        spooler,
        events,
        assignments: createRawAssignments({ store, spooler: spooler.id, term: () => term }),
        tcp,
        clock: hal.clock,
        log: log.child('raw'),
        address: listenAddress(config['listen.address'], hal.addresses),
        firstPort: config['listen.raw'],
        retryMs: entryLimits.rawRetryMs,
        enabled: config['raw.enabled'],
        onChange,
      });
      await ports.start();
      return { part: ports, stop: (deadline) => ports.stop(deadline) };
    },
  };
}

/** Names the key of the port that can not be had. */
export async function startListening(
  server: Server,
  keys: readonly ListenKey[],
  config: Config,
): Promise<void> {
  try {
    await server.start();
  } catch (error) {
    if (!isHalError(error)) throw error;
    const key = keys.find((each) => error.subject.endsWith(`:${config[each]}`)) ?? keys[0];
    throw new StartError(`${error.message}. Choose another with --set ${key}=PORT.`, {
      cause: error,
    });
  }
}

type ListenKey = 'listen.http' | 'listen.https' | 'listen.lpd';
