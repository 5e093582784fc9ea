// CUPS as the client: a real cupsd whose queues lead to Platen by ipp, ipps, socket and lpd, one of
// them made from what Platen says of its printer.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { cupsd } from '../../tools/bench/peers/cupsd.ts';
import type { RunningServer } from '../../tools/bench/print-server.ts';
import {
  rawPortOf,
  startEmulator,
  startPlaten,
  whenReceived,
  type Emulator,
  type Platen,
} from '../../tools/up/platen.ts';
import { platenFromSources } from '../../tools/up/processes.ts';

const patienceMs = 60_000;
const formats = ['application/pdf', 'image/jpeg', 'image/pwg-raster', 'image/urf'];

describe('CUPS as the client', () => {
  let folder = '';
  let emulator: Emulator;
  let platen: Platen;
  let cups: RunningServer;
  let uris: Readonly<Record<string, string>>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'platen-cups-'));
    // Backends run as another user.
    await chmod(folder, 0o755);
    emulator = await startEmulator(join(folder, 'received'));
    platen = await startPlaten(platenFromSources, join(folder, 'data'));
    const target = ['--host', '127.0.0.1', '--port-number', String(emulator.port)];
    await platen.run('port', 'add', 'device', '--monitor', 'tcp', ...target);
    const options = formats.flatMap((format) => ['--format', format]);
    await platen.run('printer', 'add', 'office', '--port', 'device', ...options);
    await mkdir(join(folder, 'cups'));
    const sinkPort = emulator.port;
    cups = await cupsd.start({ folder: join(folder, 'cups'), sinkPort, paused: false });
    const status = await platen.run('status', '--json');
    const portOf = (what: string) => new RegExp(`"${what}://[^"]*:([0-9]+)/?"`).exec(status)?.[1];
    uris = {
      ipp: `ipp://127.0.0.1:${platen.port}/ipp/print/office`,
      ipps: `ipps://127.0.0.1:${portOf('https')}/ipp/print/office`,
      socket: `socket://127.0.0.1:${await rawPortOf(platen, 'office')}`,
      lpd: `lpd://127.0.0.1:${portOf('lpd')}/office`,
    };
  });

  after(async () => {
    await cups.stop();
    await platen.process.stop();
    await emulator.process.stop();
    await rm(folder, { recursive: true });
  });

  const say = (program: string, ...args: readonly string[]) =>
    run(program, ['-h', `127.0.0.1:${cups.port}`, ...args]);

  async function arrives(bytes: Buffer): Promise<void> {
    const found = await whenReceived(
      emulator,
      (all) => all.find((each) => bytes.equals(each)),
      patienceMs,
    );
    assert.ok(found !== undefined, await readFile(join(folder, 'cups/log/error'), 'utf8'));
  }

  /** cupsd asks the printer in the background, and has the options once it was answered. */
  async function madeOptions(): Promise<string> {
    const late = AbortSignal.timeout(patienceMs);
    while (!late.aborted) {
      const options = await say('lpoptions', '-p', 'driverless', '-l');
      if (options !== '') return options;
    }
    return '';
  }

  test('queues by ipp, ipps, socket and lpd print byte for byte', async () => {
    for (const [way, uri] of Object.entries(uris)) {
      const bytes = randomBytes(70_000);
      const file = join(folder, `${way}.bin`);
      await writeFile(file, bytes);
      await say('lpadmin', '-p', way, '-E', '-v', uri, '-o', 'printer-is-shared=false');
      await say('lp', '-d', way, '-o', 'raw', file);
      await arrives(bytes);
    }
  });

  test('a job that waits in Platen is listed and cancelled by CUPS’s commands', async () => {
    await platen.run('printer', 'disable', 'office');
    const file = join(folder, 'waits.bin');
    await writeFile(file, 'waits');
    const direct = ['-h', `127.0.0.1:${platen.port}`] as const;
    const said = await run('lp', [...direct, '-d', 'office', '-t', 'Waiting', file]);
    const [job = ''] = /office-\d+/.exec(said) ?? [];
    assert.match(await run('lpstat', [...direct, '-o', 'office']), new RegExp(job));
    assert.match(await run('lpstat', [...direct, '-p', 'office']), /disabled/);
    await run('cancel', [...direct, job]);
    assert.doesNotMatch(await run('lpstat', [...direct, '-o', 'office']), new RegExp(job));
    await platen.run('printer', 'enable', 'office');
  });

  test('lpadmin -m everywhere makes a queue of it, and the queue prints', async () => {
    await say('lpadmin', '-p', 'driverless', '-E', '-v', uris['ipp'] ?? '', '-m', 'everywhere');
    assert.match(await madeOptions(), /PageSize\/.*A4/);
    const page = randomBytes(5_000);
    const file = join(folder, 'driverless.bin');
    await writeFile(file, page);
    await say('lp', '-d', 'driverless', '-o', 'raw', file);
    await arrives(page);
  });
});

function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env['PATH'], HOME: tmpdir(), LC_ALL: 'C.UTF-8' };
    execFile(program, [...args], { timeout: patienceMs, env }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${program} ${args.join(' ')}: ${stdout}${stderr}`, { cause: error }));
    });
  });
}
