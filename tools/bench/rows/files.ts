// A client of a queue with a thousand files: everything verified and synced, beside curl that
// fetches the same from the same server over HTTPS and does neither; then a look for changes.

import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

import { certificate } from '../../../firmware/api/schemas/certificate.ts';
import { queueFile } from '../../../firmware/api/schemas/queue-file.ts';
import { createApiClient } from '../../../firmware/cli/api-client.ts';
import { run } from '../../run.ts';
import { freePort, startChild, waitForPort } from '../child.ts';
import { seededRandom } from '../random.ts';
import type { BenchRow, Measured, Peer, PreparedPeer } from '../row.ts';
import { perSecond } from '../served.ts';

const MEBIBYTE = 1024 * 1024;
const FILES = 1_000;
const UPLOADS = 4;
const COMPONENT = 'Bulk';
const PRINTER = 'bench';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const program = join(root, 'firmware/entry/platen.ts');

interface FileServer {
  readonly port: number;
  readonly pin: string;
  stop(): Promise<void>;
}

/** One appliance for both peers: the first that is prepared starts it, the last one stops it. */
function sharedServer(files: number) {
  let users = 0;
  let starting: Promise<FileServer> | undefined;
  return {
    async take(folder: string): Promise<FileServer> {
      users += 1;
      starting ??= startServer(join(folder, '..', 'file-server'), files);
      return starting;
    },
    async leave(): Promise<void> {
      users -= 1;
      if (users === 0) await (await starting)?.stop();
    },
  };
}

async function startServer(folder: string, files: number): Promise<FileServer> {
  const port = await freePort();
  await mkdir(folder, { recursive: true });
  const own = ['http=0', 'lpd=0', 'snmp=0', 'raw=0', `https=${port}`, 'address=127.0.0.1'];
  const settings = own.flatMap((setting) => ['--set', `listen.${setting}`]);
  const child = startChild(process.execPath, [program, 'serve', '--data', folder, ...settings]);
  try {
    await waitForPort(port, child);
    await run(process.execPath, [program, 'printer', 'add', PRINTER, '--data', folder], root);
    const api = createApiClient({ socketPath: join(folder, 'platen.sock'), dataFolder: folder });
    const block = seededRandom(1).bytes(MEBIBYTE);
    let next = 0;
    const upload = async () => {
      while (next < files) {
        const query = new URLSearchParams({ name: nameOf(next), component: COMPONENT });
        next += 1;
        const path = `/printers/${PRINTER}/files?${query.toString()}`;
        // Each another content: its number stands in its first bytes.
        const bytes = Buffer.from(block);
        bytes.writeUInt32BE(next, 0);
        await api.upload(path, 'application/octet-stream', oneChunk(bytes), queueFile);
      }
    };
    await Promise.all(Array.from({ length: UPLOADS }, upload));
    const { pin } = await api.get('/certificates/node', certificate);
    return { port, pin, stop: () => child.stop() };
  } catch (error) {
    await child.stop();
    throw error;
  }
}

function nameOf(index: number): string {
  return `f${String(index).padStart(4, '0')}.bin`;
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

type Shared = ReturnType<typeof sharedServer>;

/** One connection that stays, file after file, as a download by HTTPS is done. */
function curlPeer(shared: Shared, files: number): Peer {
  return peer('curl, plain HTTPS', shared, async ({ port }, folder) => {
    const list = join(folder, 'list');
    const target = join(folder, 'files');
    await mkdir(target);
    const content = `https://127.0.0.1:${port}/ipp/files/${PRINTER}/content/${COMPONENT}`;
    const lines = Array.from({ length: files }, (_, index) => {
      const name = nameOf(index);
      return `url = "${content}/${name}"\noutput = "${join(target, name)}"\n`;
    });
    await writeFile(list, lines.join(''));
    const startMs = performance.now();
    await run('curl', ['--silent', '--fail', '--insecure', '--config', list], root);
    const rate = perSecond(files, performance.now() - startMs);
    await expectFiles(target, files);
    await rm(target, { recursive: true });
    return rate;
  });
}

const answer = z.object({ downloadedBytes: z.number(), movedBytes: z.number() });

function platenPeer(shared: Shared, files: number): Peer {
  return peer('platen connect', shared, async ({ port, pin }, folder) => {
    const uri = `ipps://127.0.0.1:${port}/printers/${PRINTER}`;
    const target = join(folder, 'connections');
    const common = ['--folder', target, '--no-cups', '--json'];
    const connect = async (...more: readonly string[]) => {
      const words = [program, 'connect', uri, ...common, ...more];
      return answer.parse(JSON.parse(await run(process.execPath, words, root)));
    };
    const startMs = performance.now();
    const first = await connect('--pin', pin);
    const rate = perSecond(files, performance.now() - startMs);
    if (first.downloadedBytes !== files * MEBIBYTE) throw new Error('not all files came');
    const againMs = performance.now();
    const again = await connect('--refresh');
    const refreshSeconds = (performance.now() - againMs) / 1000;
    if (again.downloadedBytes !== 0) throw new Error('the refresh downloaded what was there');
    await run(process.execPath, [program, 'disconnect', uri, '--folder', target], root);
    const besides = {
      'refresh, % of the bytes': (again.movedBytes * 100) / first.movedBytes,
      'refresh, s': refreshSeconds,
    };
    return { rate, besides };
  });
}

async function expectFiles(folder: string, count: number): Promise<void> {
  const found = (await readdir(folder)).length;
  if (found !== count) throw new Error(`${found} of ${count} files came`);
}

function peer(
  name: string,
  shared: Shared,
  round: (server: FileServer, folder: string) => Promise<number | Measured>,
): Peer {
  return {
    name,
    async prepare({ folder }): Promise<PreparedPeer> {
      const server = await shared.take(folder);
      return { round: () => round(server, folder), stop: () => shared.leave() };
    },
  };
}

/** Fewer files in tests. */
export function filesRow(files: number): BenchRow {
  const shared = sharedServer(files);
  return {
    name: 'files/connect',
    what: `${files} files of 1 MiB from one appliance; then a look for changes`,
    unit: 'MiB/s',
    peers: [curlPeer(shared, files), platenPeer(shared, files)],
  };
}

export const filesRows: readonly BenchRow[] = [filesRow(FILES)];
