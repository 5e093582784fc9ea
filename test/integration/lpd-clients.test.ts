// LPD clients that are not ours, rlpr and CUPS's lpd backend, through the whole appliance.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import {
  addPrinter,
  receivedDocuments,
  startEmulator,
  startPlaten,
  type Emulator,
  type Platen,
} from '../../tools/up/platen.ts';
import { platenFromSources } from '../../tools/up/processes.ts';

const patienceMs = 60_000;
const documents: Readonly<Record<string, Buffer>> = {
  'one.bin': Buffer.from([0]),
  'some.bin': randomBytes(3 * 1024 * 1024),
};

const jobs = z.array(z.object({ name: z.string(), origin: z.object({ userName: z.string() }) }));

describe('LPD clients that are not ours', () => {
  let folder = '';
  let emulator: Emulator;
  let platen: Platen;
  let port = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'platen-lpd-'));
    for (const [name, bytes] of Object.entries(documents)) {
      await writeFile(join(folder, name), bytes);
    }
    emulator = await startEmulator(join(folder, 'received'));
    platen = await startPlaten(platenFromSources, join(folder, 'data'));
    await addPrinter(platen, 'office', emulator);
    port = lpdPortIn(await platen.run('status', '--json'));
  });

  after(async () => {
    await platen.process.stop();
    await emulator.process.stop();
    await rm(folder, { recursive: true });
  });

  const rlpr = (program: string, ...args: readonly string[]) =>
    run(program, ['-N', '--port', String(port), '-H', '127.0.0.1', '-P', 'office', ...args]);

  async function arrived(count: number): Promise<readonly Uint8Array[]> {
    const late = AbortSignal.timeout(patienceMs);
    while (!late.aborted) {
      const received = await receivedDocuments(emulator);
      if (received.length >= count) return received;
      await platen.run('status');
    }
    throw new Error('the documents did not arrive');
  }

  test('rlpr prints byte for byte, rlpq lists, rlprm removes', async () => {
    const before = (await receivedDocuments(emulator)).length;
    for (const name of Object.keys(documents)) await rlpr('rlpr', join(folder, name));
    const received = (await arrived(before + 2)).slice(before);
    for (const [index, bytes] of Object.values(documents).entries()) {
      assert.ok(bytes.equals(received[index] ?? Buffer.alloc(0)));
    }
    await platen.run('printer', 'disable', 'office');
    await rlpr('rlpr', '--job=Waiting', join(folder, 'one.bin'));
    assert.match(await rlpr('rlpq'), /not ready[\s\S]*private/);
    await platen.run('printer', 'change', 'office', '--show-jobs', 'all');
    assert.match(await rlpr('rlpq'), /not ready[\s\S]*Waiting/);
    await rlpr('rlprm', '-');
    assert.match(await rlpr('rlpq'), /no entries/);
    await platen.run('printer', 'enable', 'office');
  });

  test('CUPS’s lpd backend prints, whatever order it is told', async () => {
    for (const order of ['control,data', 'data,control']) {
      const before = (await receivedDocuments(emulator)).length;
      const uri = `lpd://127.0.0.1:${port}/office?reserve=none&order=${order}`;
      const file = join(folder, 'some.bin');
      await run('/usr/lib/cups/backend/lpd', ['7', 'ann', titleOf(order), '1', '', file], {
        DEVICE_URI: uri,
      });
      const last = (await arrived(before + 1)).at(-1);
      assert.ok(documents['some.bin']?.equals(last ?? Buffer.alloc(0)), order);
    }
    const listed = jobs.parse(
      JSON.parse(await platen.run('job', 'list', '--which', 'all', '--json')),
    );
    const userOf = (title: string) => listed.find(({ name }) => name === title)?.origin.userName;
    assert.equal(userOf(titleOf('control,data')), 'ann');
    assert.equal(userOf(titleOf('data,control')), 'anonymous');
    assert.equal(platen.process.errors().includes('"level":"error"'), false);
  });
});

/** Without the comma, which the backend would not send. */
function titleOf(order: string): string {
  return order.replace(',', ' then ');
}

function lpdPortIn(status: string): number {
  const port = /"lpd:\/\/[^"]*:(\d+)\/"/.exec(status)?.[1];
  if (port === undefined) throw new Error(`no LPD address in ${status}`);
  return Number(port);
}

function run(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env['PATH'], HOME: tmpdir(), LC_ALL: 'C.UTF-8', ...environment };
    execFile(program, [...args], { timeout: patienceMs, env }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${program} ${args.join(' ')}: ${stdout}${stderr}`, { cause: error }));
    });
  });
}
