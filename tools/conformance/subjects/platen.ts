// Platen, from its sources: a printer for a raw device, and one for a device that takes pages.
import { join } from 'node:path';
import { startEmulator, startPlaten } from '../../up/platen.ts';
import { platenFromSources, type RunningProcess } from '../../up/processes.ts';
import type { RunningSubject, Subject } from '../subject.ts';

/** What an IPP device takes. */
const pageFormats = ['application/pdf', 'image/jpeg', 'image/pwg-raster', 'image/urf'] as const;

export const platenRaw: Subject = {
  name: 'Platen, raw device',
  file: 'octets.bin',
  type: 'application/octet-stream',
  everywhere: false,
  start: (folder) => start(folder, []),
};

export const platenPages: Subject = {
  name: 'Platen, IPP device',
  file: 'document-a4.pdf',
  type: 'application/pdf',
  everywhere: true,
  start: (folder) => start(folder, pageFormats),
};

async function start(folder: string, formats: readonly string[]): Promise<RunningSubject> {
  const emulator = await startEmulator(join(folder, 'received'));
  const running: RunningProcess[] = [emulator.process];
  const stop = async () => {
    for (const each of running.toReversed()) await each.stop();
  };
  try {
    const platen = await startPlaten(platenFromSources, join(folder, 'data'));
    running.push(platen.process);
    const target = ['--host', '127.0.0.1', '--port-number', String(emulator.port)];
    await platen.run('port', 'add', 'device', '--monitor', 'tcp', ...target);
    const options = formats.flatMap((format) => ['--format', format]);
    await platen.run('printer', 'add', 'judged', '--port', 'device', ...options);
    return { uri: `ipp://127.0.0.1:${platen.port}/ipp/print/judged`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
