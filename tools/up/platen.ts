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
const statusOutput = z.object({
  addresses: z.array(
    z.object({ what: z.string(), address: z.string(), printer: z.string().optional() }),
  ),
});
const platenReady = statusOutput.extend({
  ready: z.literal(true),
  setUpCode: z.string().optional(),
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
export async function receivedDocuments(
  emulator: Pick<Emulator, 'folder'>,
): Promise<readonly Uint8Array[]> {
  const names = await receivedNames(emulator);
  return Promise.all(names.map((name) => readFile(`${emulator.folder}/${name}`)));
}

async function receivedNames({ folder }: Pick<Emulator, 'folder'>): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.bin')).toSorted();
}

/** What `find` finds among the documents, as soon as it does; undefined after the time. */
export async function whenReceived<T>(
  emulator: Pick<Emulator, 'folder'>,
  find: (documents: readonly Uint8Array[]) => T | undefined,
  timeoutMs = arrivalTimeoutMs,
): Promise<T | undefined> {
  return whenChanged(emulator, async () => find(await receivedDocuments(emulator)), timeoutMs);
}

/** Rejects where so many documents did not come in time; their bytes are not looked at. */
export async function whenReceivedCount(
  emulator: Pick<Emulator, 'folder'>,
  count: number,
  timeoutMs = arrivalTimeoutMs,
): Promise<void> {
  const enough = async () => ((await receivedNames(emulator)).length >= count ? true : undefined);
  const came = await whenChanged(emulator, enough, timeoutMs);
  if (came === undefined) throw new Error(`the printer did not receive ${count} documents in time`);
}

/** Looks now and after each change of the folder, until there is something or the time is over. */
async function whenChanged<T>(
  { folder }: Pick<Emulator, 'folder'>,
  look: () => Promise<T | undefined>,
  timeoutMs: number,
): Promise<T | undefined> {
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(), timeoutMs);
  try {
    for (;;) {
      const changed = nextChange(folder, end.signal);
      const found = await look();
      if (found !== undefined || end.signal.aborted) return found;
      await changed;
    }
  } finally {
    clearTimeout(timer);
    end.abort();
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
  /** Where the page is. */
  readonly pageAddress: string;
  /** While nobody administers it. */
  readonly setUpCode: string | undefined;
  /** Runs one command of the CLI; rejects with its words when it fails. */
  run(...words: readonly string[]): Promise<string>;
}

export async function startPlaten(
  command: PlatenCommand,
  data: string,
  settings: readonly string[] = ['listen.http=0', 'listen.lpd=0', 'listen.raw=0'],
): Promise<Platen> {
  const base = ['address=127.0.0.1', 'https=0', 'snmp=0', 'mqtt=0', 'pair=0'].map(
    (each) => `listen.${each}`,
  );
  const sets = [...base, ...settings].flatMap((each) => ['--set', each]);
  const running = await startProcess(command, ['serve', '--data', data, ...sets]);
  const { addresses, setUpCode } = platenReady.parse(running.ready);
  const http = addresses.find(({ what }) => what === 'http')?.address;
  return {
    process: running,
    port: Number(new URL(http ?? '').port),
    data,
    pageAddress: addresses.find(({ what }) => what === 'https')?.address ?? '',
    setUpCode,
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

/** The port where the printer takes raw documents; rejects where it has none. */
export async function rawPortOf(platen: Pick<Platen, 'run'>, name: string): Promise<number> {
  const { addresses } = statusOutput.parse(JSON.parse(await platen.run('status', '--json')));
  const raw = addresses.find(({ what, printer }) => what === 'raw' && printer === name);
  if (raw === undefined) throw new Error(`${name} has no raw port`);
  return Number(new URL(raw.address).port);
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
