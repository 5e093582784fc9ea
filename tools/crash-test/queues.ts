// The printers of the crash test: each way in which a job can wait, start and break off has one.
import type { Platen } from '../up/platen.ts';

export interface CrashQueue {
  readonly name: string;
  /** Emulated printers behind it; several are a pool. */
  readonly devices: number;
  /** Words of `printer add`. */
  readonly settings: readonly string[];
  /** New jobs are held; someone lets them go all the while. */
  readonly holds?: true;
}

export const queues: readonly CrashQueue[] = [
  { name: 'left', devices: 1, settings: [] },
  { name: 'careful', devices: 1, settings: ['--interrupted', 'hold'] },
  { name: 'pool', devices: 2, settings: [] },
  { name: 'early', devices: 1, settings: ['--start-printing', 'at-once'] },
  { name: 'holding', devices: 1, settings: ['--hold-new-jobs', 'yes'], holds: true },
];

/** `ports` are those of the emulated printers, in the order of the queues. */
export async function addQueues(platen: Platen, ports: readonly number[]): Promise<void> {
  let at = 0;
  for (const { name, devices, settings } of queues) {
    const names: string[] = [];
    for (const port of ports.slice(at, at + devices)) {
      const portName = `${name}${names.length + 1}`;
      const target = ['--host', '127.0.0.1', '--port-number', String(port)];
      await platen.run('port', 'add', portName, '--monitor', 'tcp', ...target);
      names.push('--port', portName);
    }
    at += devices;
    await platen.run('printer', 'add', name, ...names, ...settings);
  }
}

export const deviceCount = queues.reduce((sum, { devices }) => sum + devices, 0);
