// One life of the production spooler on real files and real SQLite, with fake devices: what is
// recorded first, and what looks at the image of a cut afterwards.
import { createFirstBytes, type FirstBytes } from '../../../firmware/printers/first-bytes.ts';
import { createEventRing } from '../../../firmware/events/ring.ts';
import type { PlatenEvent } from '../../../firmware/events/event.ts';
import { openMonitorRegistry } from '../../../firmware/registry/monitor-registry.ts';
import { createSpool } from '../../../firmware/spool/spool.ts';
import type { Spooler } from '../../../firmware/spooler/contract.ts';
import { alwaysLive } from '../../../firmware/spooler/permit.ts';
import { createSpooler } from '../../../firmware/spooler/spooler.ts';
import { openStore } from '../../../firmware/store/store.ts';
import { createLinuxHal } from '../../../hal/linux/linux.ts';
import { createFakeMonitor, type FakeDevice } from '../../fakes/fake-monitor.ts';

export interface RealLife {
  readonly spooler: Spooler;
  stop(): Promise<void>;
}

const noteNothing: FirstBytes = createFirstBytes(undefined);

export async function startLife(options: {
  readonly folder: string;
  readonly devices: readonly FakeDevice[];
  readonly firstBytes?: FirstBytes;
  readonly onEvent?: (event: PlatenEvent) => void;
}): Promise<RealLife> {
  const { files, databases, random, clock, tcp } = createLinuxHal({ wallTrusted: () => true });
  const directory = `${options.folder}/spool`;
  const spool = createSpool({ files, random, clock, directory });
  await spool.prepare();
  const places = { dataDirectory: options.folder, spoolDirectory: directory };
  const opened = await openStore({ files, databases, ...places });
  await spool.clean((names) => opened.query('documents.referenced', { names }));
  const ring = createEventRing({ store: opened, clock, onListenerError: raise });
  ring.events.subscribe((event) => options.onEvent?.(event));
  const termOf = () => ({ generation: 0, counter: 1, node: 'test' });
  const { store } = ring;
  const spooler = createSpooler({
    id: 'local',
    permit: alwaysLive,
    termOf,
    store,
    spool,
    events: ring.events,
    firstBytes: options.firstBytes ?? noteNothing,
    openRegistry: (monitorName) =>
      openMonitorRegistry({ store, spooler: 'local', term: termOf, monitorName }),
    monitors: [createFakeMonitor({ devices: options.devices })],
    clock,
    random,
    tcp,
    serverName: 'recorded',
    local: true,
    log: { debug: ignore, info: ignore, warn: ignore },
  });
  await spooler.start();
  return {
    spooler,
    async stop() {
      await spooler.stop(AbortSignal.abort());
      await store.close();
    },
  };
}

export async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 16_384) yield bytes.subarray(at, at + 16_384);
}

function ignore(): void {
  // Nobody reads this log.
}

function raise(error: unknown): never {
  throw error;
}
