// Platen, from its sources: a printer for a raw device, and one for an IPP device.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { createApiClient } from '../../../firmware/cli/api-client.ts';
import { startEmulator, startPlaten, type Platen } from '../../up/platen.ts';
import { platenFromSources, type PlatenCommand } from '../../up/processes.ts';
import type { RunningSubject, Subject } from '../subject.ts';
import { ippeveprinter } from './ippeveprinter.ts';

/** A device, and what `port add` needs to be told of it. */
interface Device {
  readonly words: readonly string[];
  stop(): Promise<unknown>;
}

export const platenRaw: Subject = {
  name: 'Platen, raw device',
  file: 'octets.bin',
  type: 'application/octet-stream',
  everywhere: false,
  start: (folder) =>
    start(
      folder,
      () => rawDevice(folder),
      async () => {},
    ),
};

/** What it takes is what its device says: nothing is set on the printer. */
export const platenPages: Subject = {
  name: 'Platen, IPP device',
  file: 'document-a4.pdf',
  type: 'application/pdf',
  everywhere: true,
  start: (folder) => start(folder, () => ippDevice(folder), untilKnown),
};

async function rawDevice(folder: string): Promise<Device> {
  const emulator = await startEmulator(join(folder, 'received'));
  const words = ['--monitor', 'tcp', '--host', '127.0.0.1', '--port-number', `${emulator.port}`];
  return { words, stop: () => emulator.process.stop() };
}

/** A real one of another maker: ippeveprinter, which takes PDF, JPEG, PWG raster and URF. */
async function ippDevice(folder: string): Promise<Device> {
  const own = join(folder, 'device');
  await mkdir(own, { mode: 0o755 });
  const device = await ippeveprinter.start(own);
  return { words: ['--monitor', 'ipp', '--uri', device.uri], stop: () => device.stop() };
}

const ports = z.object({
  items: z.array(
    z.object({
      statuses: z.array(
        z.object({
          device: z
            .object({ takes: z.object({ formats: z.array(z.string()).optional() }).optional() })
            .optional(),
        }),
      ),
    }),
  ),
});

/** The port asks its printer as soon as it is used. */
async function untilKnown({ data }: Platen): Promise<void> {
  const api = createApiClient({ socketPath: join(data, 'platen.sock'), dataFolder: data });
  for (let turn = 0; turn < mostTurns; turn += 1) {
    const { items } = await api.get('/ports', ports);
    const statuses = items.flatMap((port) => port.statuses);
    if (statuses.some(({ device }) => device?.takes?.formats !== undefined)) return;
  }
  throw new Error('the port did not learn what its printer takes');
}

const mostTurns = 5_000;

/**
 * Attributes of the type dateTime say `unknown` (PWG 5100.13 6.6.1) while nobody set the clock, and
 * ipptool wants a time. Where root may, Platen sees the stamp of a clock that was set.
 */
function withTrustedClock(command: PlatenCommand): PlatenCommand {
  if (process.getuid?.() !== 0) return command;
  const stamp = '/run/systemd/timesync';
  const script = `mount -t tmpfs tmpfs /run && mkdir -p ${stamp} && : > ${stamp}/synchronized`;
  return ['unshare', '--mount', 'sh', '-c', `${script} && exec "$@"`, 'sh', ...command];
}

async function start(
  folder: string,
  startDevice: () => Promise<Device>,
  untilReady: (platen: Platen) => Promise<void>,
): Promise<RunningSubject> {
  const ends: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of ends.toReversed()) await end();
  };
  try {
    const device = await startDevice();
    ends.push(() => device.stop());
    const platen = await startPlaten(withTrustedClock(platenFromSources), join(folder, 'data'));
    ends.push(() => platen.process.stop());
    await platen.run('port', 'add', 'device', ...device.words);
    await platen.run('printer', 'add', 'judged', '--port', 'device');
    await untilReady(platen);
    return { uri: `ipp://127.0.0.1:${platen.port}/ipp/print/judged`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
