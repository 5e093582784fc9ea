// Platen from the sources, as a child process with a data folder of its own, set up by its own CLI.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { run } from '../../run.ts';
import { freePort, startChild, waitForPort } from '../child.ts';
import type { PrintServer, PrintServerOptions, RunningServer } from '../print-server.ts';

const QUEUE = 'bench';
const PORT = 'bench-sink';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const program = join(root, 'firmware/entry/platen.ts');

export const platen: PrintServer = { name: 'platen', start };

async function start({ folder, sinkPort, paused }: PrintServerOptions): Promise<RunningServer> {
  const http = await freePort();
  const raw = await freePort();
  const data = ['--data', folder];
  const own = ['https=0', 'lpd=0', 'snmp=0'];
  const listen = ['address=127.0.0.1', `http=${http}`, `raw=${raw}`, ...own];
  const settings = listen.flatMap((setting) => ['--set', `listen.${setting}`]);
  const child = startChild(process.execPath, [program, 'serve', ...data, ...settings]);
  const platenCommand = (...words: readonly string[]): Promise<string> =>
    run(process.execPath, [program, ...words, ...data], root);
  try {
    await waitForPort(http, child);
    const sink = ['--monitor', 'tcp', '--host', '127.0.0.1', '--port-number', `${sinkPort}`];
    await platenCommand('port', 'add', PORT, ...sink);
    const enabled = ['--enabled', paused ? 'no' : 'yes'];
    await platenCommand('printer', 'add', QUEUE, '--port', PORT, ...enabled);
  } catch (error) {
    await child.stop();
    throw error;
  }
  return { port: http, queue: QUEUE, pid: child.pid, stop: () => child.stop() };
}
