// A real cupsd on a loopback port, with folders of its own: no part of the system's print service.

import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { freePort, startChild, waitForPort } from '../child.ts';
import type { PrintServer, PrintServerOptions, RunningServer } from '../print-server.ts';

const CUPSD = '/usr/sbin/cupsd';
const QUEUE = 'bench';

/** As Debian configures it: a job's record is written up to 30 s after it was accepted. */
export const cupsd: PrintServer = { name: 'cupsd', start: (options) => start(options, []) };

/** Records are written at once and synced: the nearest that cupsd comes to what Platen does. */
export const cupsdDurable: PrintServer = {
  name: 'cupsd durable',
  start: (options) => start(options, ['DirtyCleanInterval 0'], ['SyncOnClose Yes']),
};

async function start(
  options: PrintServerOptions,
  extra: readonly string[],
  extraFiles: readonly string[] = [],
): Promise<RunningServer> {
  const { folder } = options;
  const port = await freePort();
  // Backends run as another user.
  await chmod(folder, 0o755);
  for (const name of ['etc', 'spool', 'cache', 'state', 'tmp', 'log']) {
    await mkdir(join(folder, name), { recursive: true });
  }
  const write = (name: string, lines: readonly string[]): Promise<void> =>
    writeFile(join(folder, name), `${lines.join('\n')}\n`);
  await write('cups-files.conf', [...filesConfiguration(folder), ...extraFiles]);
  await write('cupsd.conf', [...daemonConfiguration(port), ...extra]);
  await write('etc/printers.conf', printers(options));
  // Documents of unknown format go to the printer as they are.
  await write('etc/raw.types', ['application/octet-stream']);
  await write('etc/raw.convs', ['application/octet-stream application/vnd.cups-raw 0 -']);
  const configuration = [join(folder, 'cupsd.conf'), '-s', join(folder, 'cups-files.conf')];
  const child = startChild(CUPSD, ['-f', '-c', ...configuration]);
  try {
    await waitForPort(port, child);
  } catch (error) {
    await child.stop();
    throw error;
  }
  return { port, queue: QUEUE, pid: child.pid, stop: () => child.stop() };
}

function filesConfiguration(folder: string): readonly string[] {
  return [
    `ServerRoot ${folder}/etc`,
    `RequestRoot ${folder}/spool`,
    `CacheDir ${folder}/cache`,
    `StateDir ${folder}/state`,
    `TempDir ${folder}/tmp`,
    `AccessLog ${folder}/log/access`,
    `ErrorLog ${folder}/log/error`,
    `PageLog ${folder}/log/page`,
  ];
}

function daemonConfiguration(port: number): readonly string[] {
  return [
    `Listen 127.0.0.1:${port}`,
    'Browsing No',
    'WebInterface No',
    'DefaultAuthType None',
    // Jobs that wait would be refused from the 501st on.
    'MaxJobs 0',
    '<Location />',
    '  Order allow,deny',
    '  Allow all',
    '</Location>',
    '<Policy default>',
    '  <Limit All>',
    '    Order deny,allow',
    '  </Limit>',
    '</Policy>',
  ];
}

function printers({ sinkPort, paused }: PrintServerOptions): readonly string[] {
  return [
    `<Printer ${QUEUE}>`,
    `Info ${QUEUE}`,
    `DeviceURI socket://127.0.0.1:${sinkPort}`,
    `State ${paused ? 'Stopped' : 'Idle'}`,
    'Accepting Yes',
    'Shared No',
    'JobSheets none none',
    'ErrorPolicy retry-job',
    '</Printer>',
  ];
}
