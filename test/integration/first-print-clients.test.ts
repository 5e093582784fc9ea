// Real clients through the whole appliance: ipptool, CUPS's lp and nc each print a PDF, one byte
// and 256 MiB to an emulated printer, and what arrives equals what was sent.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, randomFillSync } from 'node:crypto';
import { createReadStream, watch } from 'node:fs';
import { mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import {
  addPrinter,
  startEmulator,
  startPlaten,
  type Emulator,
  type Platen,
} from '../../tools/up/platen.ts';
import { platenFromSources } from '../../tools/up/processes.ts';
import { pdfPage } from '../../firmware/paper/pdf.ts';

const printJobSuite = '/usr/share/cups/ipptool/print-job.test';
const printerName = 'first';
const mebibyte = 1024 * 1024;
const largeMebibytes = 256;
/** For one client and one document, from its start to the last byte at the printer. */
const patienceMs = 60_000;

const files = ['page.pdf', 'one.bin', 'large.bin'] as const;

/** What a client is run with; its standard input is the document where it takes no file. */
interface Client {
  readonly name: string;
  command(path: string, ports: Ports): readonly [string, ...string[]];
  readonly readsInput?: true;
}

interface Ports {
  readonly http: number;
  readonly raw: number;
}

const clients: readonly Client[] = [
  {
    name: 'ipptool',
    command: (path, { http }) => [
      'ipptool',
      '-t',
      '-f',
      path,
      '-d',
      'filetype=application/octet-stream',
      `ipp://127.0.0.1:${http}/ipp/print/${printerName}`,
      printJobSuite,
    ],
  },
  {
    name: 'lp',
    command: (path, { http }) => ['lp', '-h', `127.0.0.1:${http}`, '-d', printerName, path],
  },
  {
    name: 'nc',
    command: (_path, { raw }) => ['nc', '-N', '127.0.0.1', String(raw)],
    readsInput: true,
  },
];

describe('first print by clients that are not ours', () => {
  let folder = '';
  let emulator: Emulator;
  let platen: Platen;
  let ports: Ports;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'platen-first-print-'));
    await writeFile(join(folder, 'page.pdf'), pdfPage('Platen', ['First print', 'by a client']));
    await writeFile(join(folder, 'one.bin'), Uint8Array.of(0x1b));
    await writeRandomFile(join(folder, 'large.bin'), largeMebibytes);
    emulator = await startEmulator(join(folder, 'received'));
    platen = await startPlaten(platenFromSources, join(folder, 'data'));
    await addPrinter(platen, printerName, emulator);
    ports = { http: platen.port, raw: await rawPortOf(platen) };
  });

  after(async () => {
    await platen.process.stop();
    await emulator.process.stop();
    await rm(folder, { recursive: true });
  });

  for (const client of clients) {
    test(`${client.name} prints each document byte for byte`, async () => {
      for (const file of files) {
        const path = join(folder, file);
        const arrived = nextDocument(emulator.folder);
        await runClient(client.command(path, ports), client.readsInput ? path : undefined);
        const received = join(emulator.folder, await arrived);
        assert.equal(await digestOf(received), await digestOf(path), file);
        await rm(received);
      }
      assert.equal(platen.process.errors().includes('"level":"error"'), false);
    });
  }
});

async function writeRandomFile(path: string, mebibytes: number): Promise<void> {
  const file = await open(path, 'w');
  const chunk = new Uint8Array(mebibyte);
  for (let written = 0; written < mebibytes; written += 1) {
    await file.write(randomFillSync(chunk));
  }
  await file.close();
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** The name of the document that the emulator completes next; it is renamed into place whole. */
async function nextDocument(folder: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const look = async () => {
    const name = (await readdir(folder)).find((each) => each.endsWith('.bin'));
    if (name !== undefined) resolve(name);
  };
  const watcher = watch(folder, () => void look().catch(reject));
  const timer = setTimeout(() => reject(new Error('no document arrived in time')), patienceMs);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    watcher.close();
  }
}

function runClient(
  [program, ...args]: readonly [string, ...string[]],
  inputPath: string | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { timeout: patienceMs }, (error, stdout, stderr) => {
      if (error === null) resolve();
      else reject(new Error(`${program} ${args.join(' ')}: ${stdout}${stderr}`, { cause: error }));
    });
    if (child.stdin === null) return reject(new Error('no standard input'));
    if (inputPath === undefined) child.stdin.end();
    else pipeline(createReadStream(inputPath), child.stdin).catch(reject);
  });
}

const shownPrinter = z.object({ addresses: z.object({ rawPort: z.int().optional() }) });

/** A printer that was just made gets its raw port in a moment. */
async function rawPortOf(platen: Platen): Promise<number> {
  const late = AbortSignal.timeout(patienceMs);
  while (!late.aborted) {
    const shown = JSON.parse(await platen.run('printer', 'show', printerName, '--json'));
    const { rawPort } = shownPrinter.parse(shown).addresses;
    if (rawPort !== undefined) return rawPort;
  }
  throw new Error('the printer got no raw port');
}
