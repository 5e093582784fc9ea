// `npm run up`: an appliance and an emulated printer on this machine, a test page between them, and
// the proof.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pdfPage } from '../../firmware/paper/pdf.ts';
import { openIppClient } from '../bench/ipp-client.ts';
import { buildPage } from '../page/build.ts';
import { Children } from './children.ts';
import {
  addPrinter,
  type Emulator,
  type Platen,
  receivedDocuments,
  startEmulator,
  startPlaten,
  whenReceived,
} from './platen.ts';
import { upPair } from './pair.ts';
import { platenFromSources } from './processes.ts';

const usage = `usage: npm run up [-- --once | --pair]
  Starts an appliance and an emulated printer, prints a test page by IPP, and serves until Ctrl-C.
  --once  ends after the proof and leaves nothing behind
  --pair  as root: two appliances, printers and a client as hosts of their own; one appliance loses
          power while it prints, and the other goes on
`;

const printerName = 'demo';

// Not by itself: after a signal a wait may still hold its timer.
process.exit(await main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  let once: boolean;
  let pair: boolean;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        once: { type: 'boolean', default: false },
        pair: { type: 'boolean', default: false },
      },
    });
    ({ once, pair } = values);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    return 2;
  }
  const interrupted = signalled();
  if (pair) return await runPair(interrupted);
  const folder = await makeFolder(once);
  const children = new Children();
  const running = up(folder, once, children, interrupted);
  try {
    const ended = await Promise.race([running, interrupted]);
    if (typeof ended === 'number') return ended;
    say(`\n${ended}: stopping.`);
    return once ? 1 : 0;
  } catch (error) {
    process.stderr.write(`up failed: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    await children.stop();
    // What was under way when the signal came ends with its processes; its fault is no news.
    await running.catch(() => undefined);
    if (once) await rm(folder, { recursive: true, force: true });
  }
}

async function runPair(interrupted: Promise<string>): Promise<number> {
  const stop = new AbortController();
  void interrupted.then(() => stop.abort());
  try {
    return await upPair(say, stop.signal);
  } catch (error) {
    process.stderr.write(`up failed: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

async function up(
  folder: string,
  once: boolean,
  children: Children,
  interrupted: Promise<string>,
): Promise<number> {
  const received = join(folder, 'received');
  await rm(received, { recursive: true, force: true });
  await buildPage();
  const emulator = await startEmulator(received);
  await children.add(emulator.process);
  say(`An emulated printer listens at 127.0.0.1:${emulator.port} and keeps files in ${received}`);
  const platen = await startPlaten(platenFromSources, join(folder, 'data'));
  await children.add(platen.process);
  await setUp(platen, emulator);
  say(`Platen serves IPP at 127.0.0.1:${platen.port}; its data folder is ${platen.data}`);

  const equal = await prove(platen, emulator, interrupted);
  if (!equal) return 1;
  if (once) return 0;
  invite(platen);
  const ended = Promise.race([platen.process.ended, emulator.process.ended]);
  const why = await Promise.race([ended, interrupted.then(() => undefined)]);
  if (why !== undefined) throw new Error(`a process ended with ${why}: ${platen.process.errors()}`);
  return 0;
}

/**
 * The data folder is kept between runs: what is there already only gets the emulator's new port.
 */
async function setUp(platen: Platen, emulator: Emulator): Promise<void> {
  const printers = await platen.run('printer', 'list', '--json');
  if (!printers.includes(`"name": "${printerName}"`)) {
    return addPrinter(platen, printerName, emulator);
  }
  const target = ['--host', '127.0.0.1', '--port-number', String(emulator.port)];
  await platen.run('port', 'config', printerName, ...target);
}

/** Prints by IPP and waits for the same bytes at the printer. */
async function prove(
  platen: Platen,
  emulator: Emulator,
  interrupted: Promise<string>,
): Promise<boolean> {
  const page = pdfPage('Platen', [
    'This page came through a print appliance: by IPP into its spool,',
    'made durable there, and from there to the printer, byte for byte.',
  ]);
  const client = openIppClient(platen.port, printerName);
  try {
    await client.print(page);
  } finally {
    client.close();
  }
  const sent = digestOf(page);
  say(`\nTest page sent by IPP:    ${page.length} bytes, sha256 ${sent}`);
  const arrived = await Promise.race([
    whenReceived(emulator, (documents) =>
      documents.find((document) => digestOf(document) === sent),
    ),
    interrupted.then(() => undefined),
  ]);
  if (arrived === undefined) {
    const documents = await receivedDocuments(emulator);
    say(`The printer has ${documents.length} other documents, and not these bytes.`);
    say(await platen.run('job', 'list', '--which', 'all'));
    return false;
  }
  say(`Received by the printer:  ${arrived.length} bytes, sha256 ${digestOf(arrived)}`);
  say('They are equal.');
  return true;
}

function invite({ port, data, pageAddress, setUpCode }: Platen): void {
  say(`
The page is at ${pageAddress} (its certificate is the appliance's own).`);
  if (setUpCode !== undefined) say(`The set-up code ${setUpCode} makes its first administrator.`);
  say(`
Print something yourself:
  lp -h 127.0.0.1:${port} -d ${printerName} FILE
  ipptool -tv -f FILE ipp://127.0.0.1:${port}/ipp/print/${printerName} print-job.test
  npm run platen -- print FILE --data ${data}
Look at it:
  npm run platen -- status --data ${data}
  npm run platen -- job list --which all --data ${data}
  npm run platen -- help

Ctrl-C ends it.`);
}

async function makeFolder(once: boolean): Promise<string> {
  if (once) return mkdtemp(join(tmpdir(), 'platen-up-'));
  const folder = fileURLToPath(new URL('../../.platen/up', import.meta.url));
  await mkdir(folder, { recursive: true });
  return folder;
}

function signalled(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => resolve(signal));
    }
  });
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
