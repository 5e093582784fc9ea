// Debian's lprng, unpacked and not installed: its lpd with one queue that prints to a file.
import { mkdir, mkdtemp, readFile, rm, watch, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startChild, waitForPort } from '../../tools/bench/child.ts';
import { packagesFolder, unpackedPackage } from '../../tools/verify/unpack.ts';

export interface Lprng {
  readonly port: number;
  readonly queue: string;
  /** What it printed, once that is as long as this. */
  printed(sizeBytes: number): Promise<Buffer>;
  stop(): Promise<void>;
}

const queue = 'lp';

/** It reads its settings from /etc/lprng alone: it gets an /etc of its own, where there is one. */
const inPrivateEtc = `set -e
mount -t tmpfs tmpfs /run
mkdir -p /run/upper /run/work
mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/upper,workdir=/run/work /etc
mkdir -p /etc/lprng
cp "$1/lpd.conf" /etc/lprng/lpd.conf
exec "$2" -F -L "$1/log"
`;

/** Told to end it waits for those that it started; a namespace of processes ends with all in it. */
const inPrivateProcesses = `trap 'kill -9 $lpd' TERM
unshare --mount --pid --fork --kill-child sh -c "$1" sh "$2" "$3" &
lpd=$!
wait $lpd
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
  const lpd = join(files, 'usr/sbin/lpd');
  const child = startChild('sh', ['-c', inPrivateProcesses, 'sh', inPrivateEtc, folder, lpd]);
  await waitForPort(port, child);
  return {
    port,
    queue,
    async printed(sizeBytes) {
      const ended = new AbortController();
      try {
        const changes = watch(output, { signal: ended.signal })[Symbol.asyncIterator]();
        for (let next = changes.next(); ; next = changes.next()) {
          // The last one is waited for by nobody.
          next.catch(() => {});
          const bytes = await readFile(output);
          if (bytes.length >= sizeBytes) return bytes;
          await next;
        }
      } finally {
        ended.abort();
      }
    },
    async stop() {
      await child.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
