// Debian's lprng, unpacked and not installed: its lpd with one queue that prints to a file.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { packagesFolder, unpackedPackage } from '../../tools/verify/unpack.ts';

export interface Lprng {
  readonly port: number;
  readonly queue: string;
  /** What it printed, once that is as long as this. */
  printed(sizeBytes: number): Promise<Buffer>;
  stop(): Promise<void>;
}

const queue = 'lp';
const lookMs = 50;

/** It reads its settings from /etc/lprng alone: it gets an /etc of its own, where there is one. */
const inPrivateEtc = `set -e
mount -t tmpfs tmpfs /run
mkdir -p /run/upper /run/work
mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/upper,workdir=/run/work /etc
mkdir -p /etc/lprng
cp "$1/lpd.conf" /etc/lprng/lpd.conf
exec "$2" -F -L "$1/log"
`;

/** Only root may give a program groups, which this one insists on. */
export async function startLprng(): Promise<Lprng> {
  const files = await unpackedPackage('lprng', packagesFolder);
  const folder = await mkdtemp(join(tmpdir(), 'platen-lprng-'));
  const output = join(folder, 'printed');
  const port = await freePort();
  const settings = [
    `printcap_path=${folder}/printcap`,
    `lpd_printcap_path=${folder}/printcap`,
    `perms_path=${folder}/lpd.perms`,
    `lockfile=${folder}/lpd.lock`,
    `lpd_port=127.0.0.1%${port}`,
    `lpd_listen_port=127.0.0.1%${port}`,
    'unix_socket_path=',
    'user=root',
    'group=root',
  ];
  await mkdir(join(folder, 'spool'));
  await writeFile(join(folder, 'lpd.conf'), `${settings.join('\n')}\n`);
  await writeFile(join(folder, 'printcap'), `${queue}:sd=${folder}/spool:lp=${output}:sh:mx=0\n`);
  await writeFile(join(folder, 'lpd.perms'), 'DEFAULT ACCEPT\n');
  for (const empty of ['log', 'printed']) await writeFile(join(folder, empty), '');
  const command = ['-m', 'sh', '-c', inPrivateEtc, 'sh', folder, join(files, 'usr/sbin/lpd')];
  const child = spawn('unshare', command, { stdio: ['ignore', 'inherit', 'inherit'] });
  const stop = async () => {
    // It ends those that it started.
    if (child.exitCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  await listens(child, port);
  return {
    port,
    queue,
    async printed(sizeBytes) {
      for (;;) {
        const bytes = await readFile(output);
        if (bytes.length >= sizeBytes) return bytes;
        await pause(lookMs);
      }
    },
    stop,
  };
}

async function listens(child: ChildProcess, port: number): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`lpd ended with ${child.exitCode}`);
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch {
      // Not yet.
      await pause(lookMs);
    } finally {
      socket.destroy();
    }
  }
}

/** It wants a number; between this and its use another program could take it. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
