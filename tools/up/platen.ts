// One appliance with one emulated printer, as a person sets them up: serve, port add, printer add.
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type PlatenCommand, type RunningProcess, startProcess } from './processes.ts';

const emulator = fileURLToPath(new URL('../emulators/raw-printer.ts', import.meta.url));

const address = z.object({ address: z.string(), port: z.int() });
const emulatorReady = z.object({ printer: address, control: address.nullable() });
const platenReady = z.object({
  ready: z.literal(true),
  addresses: z.array(
    z.object({ what: z.string(), address: z.string(), printer: z.string().optional() }),
  ),
});

const arrivalTimeoutMs = 30_000;

export interface Emulator {
  readonly process: RunningProcess;
  readonly port: number;
  /** Where it keeps what it received, one file a document. */
  readonly folder: string;
}

export async function startEmulator(
  folder: string,
  more: readonly string[] = [],
): Promise<Emulator> {
  await mkdir(folder, { recursive: true });
  const words = [emulator, '--out', folder, ...more];
  const running = await startProcess([process.execPath, ...words], []);
  const { printer } = emulatorReady.parse(running.ready);
  return { process: running, port: printer.port, folder };
}

/** What the emulator received whole, in the order of arrival. */
export async function receivedDocuments({
  folder,
}: Pick<Emulator, 'folder'>): Promise<readonly Uint8Array[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.bin')).toSorted();
  return Promise.all(names.map((name) => readFile(`${folder}/${name}`)));
}

/** What `find` finds among the documents, as soon as it does; undefined after the time. */
export async function whenReceived<T>(
  { folder }: Pick<Emulator, 'folder'>,
  find: (documents: readonly Uint8Array[]) => T | undefined,
  timeoutMs = arrivalTimeoutMs,
): Promise<T | undefined> {
  const changes = new AbortController();
  const timer = setTimeout(() => changes.abort(), timeoutMs);
  try {
    for (;;) {
      const changed = nextChange(folder, changes.signal);
      const found = find(await receivedDocuments({ folder }));
      if (found !== undefined || changes.signal.aborted) return found;
      await changed;
    }
  } finally {
    clearTimeout(timer);
    changes.abort();
  }
}

/** Resolves when something in the folder changes, or at the signal. */
function nextChange(folder: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(folder, { signal }, () => {
      watcher.close();
      resolve();
    });
    watcher.once('close', () => resolve());
    watcher.once('error', () => resolve());
  });
}

export interface Platen {
  readonly process: RunningProcess;
  /** TCP port of IPP. */
  readonly port: number;
  readonly data: string;
  /** Runs one command of the CLI; rejects with its words when it fails. */
  run(...words: readonly string[]): Promise<string>;
}

export async function startPlaten(
  command: PlatenCommand,
  data: string,
  settings: readonly string[] = ['listen.http=0', 'listen.raw=0'],
): Promise<Platen> {
  const sets = ['listen.address=127.0.0.1', ...settings].flatMap((each) => ['--set', each]);
  const running = await startProcess(command, ['serve', '--data', data, ...sets]);
  const { addresses } = platenReady.parse(running.ready);
  const http = addresses.find(({ what }) => what === 'http')?.address;
  return {
    process: running,
    port: Number(new URL(http ?? '').port),
    data,
    run: (...words) => runCommand(command, [...words, '--data', data]),
  };
}

/** A printer of this name, with a port of the same name to the emulator. */
export async function addPrinter(
  platen: Platen,
  name: string,
  emulated: Pick<Emulator, 'port'>,
): Promise<void> {
  const target = ['--host', '127.0.0.1', '--port-number', String(emulated.port)];
  await platen.run('port', 'add', name, '--monitor', 'tcp', ...target);
  await platen.run('printer', 'add', name, '--port', name);
}

/** Resolves with the command's standard output; rejects with its exit status and its words. */
export function runCommand(
  [program, ...args]: PlatenCommand,
  words: readonly string[],
  input?: Uint8Array,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args, ...words], { stdio: ['pipe', 'pipe', 'pipe'] });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) return resolve(Buffer.concat(output).toString());
      const said = Buffer.concat(errors).toString().trim();
      reject(new CommandError(code ?? signal ?? 'gone', said));
    });
    child.stdin.end(input);
  });
}

export class CommandError extends Error {
  readonly status: number | string;

  constructor(status: number | string, message: string) {
    super(message);
    this.name = 'CommandError';
    this.status = status;
  }
}
