// Servers on free ports in front of a spooler in memory, with a clock that stands until a test
// moves it.
import { createAdmission } from '../../firmware/servers/admission.ts';
import type { PlatenEvent } from '../../firmware/events/event.ts';
import type { Server } from '../../firmware/servers/contract.ts';
import type { HttpRoute } from '../../firmware/servers/http/contract.ts';
import { createHttpServer } from '../../firmware/servers/http/server.ts';
import type { Authentication, KnownClient } from '../../firmware/servers/authentication.ts';
import { createIppRoutes, type IppRoutesOptions } from '../../firmware/servers/ipp/routes.ts';
import { createLpdServer } from '../../firmware/servers/lpd/server.ts';
import { createRawServer } from '../../firmware/servers/raw/server.ts';
import type { HttpLimits, LpdLimits, RawLimits } from '../../firmware/limits/server-limits.ts';
import type { Clock } from '../../hal/contract.ts';
import { createLinuxHal } from '../../hal/linux/linux.ts';
import { FakeSpooler, type FakeSpoolerOptions } from '../fakes/fake-spooler.ts';
import { VirtualClock } from '../world/clock.ts';

export interface HarnessOptions extends Partial<FakeSpoolerOptions> {
  readonly http?: Partial<HttpLimits>;
  readonly raw?: Partial<RawLimits>;
  readonly lpd?: Partial<LpdLimits>;
  readonly routes?: readonly HttpRoute[];
  /** As whom everyone has logged in. */
  readonly by?: KnownClient;
  readonly authentication?: Authentication;
  readonly describeDevice?: IppRoutesOptions['describeDevice'];
  readonly identify?: IppRoutesOptions['identify'];
  /** The machine's own clock instead of the one that stands. */
  readonly realClock?: true;
}

export interface Harness extends AsyncDisposable {
  readonly clock: VirtualClock;
  readonly spooler: FakeSpooler;
  readonly http: Server;
  readonly raw: Server;
  /** Tells those who listen to events, as the ring would. */
  readonly tell: (event: PlatenEvent) => void;
  readonly httpPort: number;
  readonly rawPort: number;
  readonly lpdPort: number;
  /** What the servers reported as their own faults. */
  readonly faults: readonly unknown[];
}

export async function startServers(options: HarnessOptions = {}): Promise<Harness> {
  const virtual = new VirtualClock();
  const hal = createLinuxHal({ wallTrusted: () => true });
  const clock: Clock = options.realClock === true ? hal.clock : virtual;
  const spooler = new FakeSpooler({ printers: ['office', 'labels'], ...options });
  const faults: unknown[] = [];
  const log = {
    info() {},
    warn() {},
    error: (...said: readonly unknown[]) => void faults.push(said),
  };
  const by = options.by && ({ kind: 'known', ...options.by } as const);
  const listeners = new Set<(event: PlatenEvent) => void>();
  const subscribe = (listener: (event: PlatenEvent) => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  const http = createHttpServer({
    listen: [{ address: '127.0.0.1', port: 0 }],
    routes: [
      ...createIppRoutes({
        directory: spooler.directory,
        events: { subscribe },
        clock,
        log,
        ...(by === undefined ? {} : { authentication: { identify: async () => by } }),
        ...(options.authentication && { authentication: options.authentication }),
        ...(options.describeDevice && { describeDevice: options.describeDevice }),
        ...(options.identify && { identify: options.identify }),
      }),
      ...(options.routes ?? []),
    ],
    clock,
    log,
    limits: options.http ?? {},
  });
  const [printer] = await spooler.printers.list();
  const raw = createRawServer({
    tcp: hal.tcp,
    clock,
    log,
    spooler,
    printerId: printer?.id ?? '',
    listen: { address: '127.0.0.1', port: 0 },
    admission: createAdmission({ connections: 8, connectionsPerAddress: 8 }),
    limits: options.raw ?? {},
  });
  const lpd = createLpdServer({
    tcp: hal.tcp,
    clock,
    log,
    directory: spooler.directory,
    listen: { address: '127.0.0.1', port: 0 },
    limits: options.lpd ?? {},
  });
  await http.start();
  await raw.start();
  await lpd.start();
  return {
    clock: virtual,
    spooler,
    http,
    raw,
    tell: (event) => {
      for (const listener of listeners) listener(event);
    },
    httpPort: portOf(http),
    rawPort: portOf(raw),
    lpdPort: portOf(lpd),
    faults,
    async [Symbol.asyncDispose]() {
      const now = AbortSignal.abort();
      await Promise.all([http.stop(now), raw.stop(now), lpd.stop(now)]);
    },
  };
}

function portOf(server: Server): number {
  const [where] = server.addresses();
  if (where === undefined) throw new Error('the server does not listen');
  return where.port;
}
