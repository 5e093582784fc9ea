// Platen, from its sources: a printer for a raw device, and one for a device that takes pages.
import { join } from 'node:path';
import { startEmulator, startPlaten } from '../../up/platen.ts';
import { platenFromSources, type PlatenCommand, type RunningProcess } from '../../up/processes.ts';
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

async function start(folder: string, formats: readonly string[]): Promise<RunningSubject> {
  const emulator = await startEmulator(join(folder, 'received'));
  const running: RunningProcess[] = [emulator.process];
  const stop = async () => {
    for (const each of running.toReversed()) await each.stop();
  };
  try {
    const platen = await startPlaten(withTrustedClock(platenFromSources), join(folder, 'data'));
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
