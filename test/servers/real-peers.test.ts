// Clients that are not ours (ipptool, CUPS's lp, nc) against the servers.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startServers, type Harness } from './harness.ts';

const suites = '/usr/share/cups/ipptool';
const patienceMs = 20_000;
const mebibyte = 1024 * 1024;

const samples: Readonly<Record<string, Buffer>> = {
  'letter.pdf': Buffer.from(
    '%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n',
  ),
  'one.bin': Buffer.from([0]),
  'some.bin': randomBytes(6 * mebibyte),
};

interface Ran {
  readonly code: number;
  readonly output: string;
}

function run(program: string, args: readonly string[], inputPath?: string): Promise<Ran> {
  return new Promise((resolve) => {
    const environment = { PATH: process.env['PATH'], HOME: tmpdir(), LC_ALL: 'C.UTF-8' };
    const child = execFile(
      program,
      [...args],
      { timeout: patienceMs, env: environment },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, output: `${program} ${args.join(' ')}\n${stdout}${stderr}` });
      },
    );
    if (child.stdin === null) return;
    if (inputPath === undefined) child.stdin.end();
    else createReadStream(inputPath).pipe(child.stdin);
  });
}

describe('real clients', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'platen-peers-'));
    for (const [file, bytes] of Object.entries(samples)) await writeFile(join(folder, file), bytes);
  });
  after(() => rm(folder, { recursive: true }));

  function assertLast(servers: Harness, file: string): void {
    const got = servers.spooler.documents.at(-1)?.bytes ?? Buffer.alloc(0);
    assert.ok(samples[file]?.equals(got), `${file}: ${got.length} bytes came`);
  }

  function ipptool(servers: Harness, suite: string, file: string, type: string): Promise<Ran> {
    const target = `ipp://127.0.0.1:${servers.httpPort}/ipp/print/office`;
    const args = ['-t', '-f', join(folder, file), '-d', `filetype=${type}`, target];
    return run('ipptool', [...args, join(suites, suite)]);
  }

  test('ipptool reads attributes and prints, in one request and in two', async () => {
    await using servers = await startServers({ realClock: true, completes: true });
    for (const [suite, file, type] of [
      ['get-printer-attributes.test', 'one.bin', 'application/octet-stream'],
      ['print-job.test', 'letter.pdf', 'application/pdf'],
      ['print-job.test', 'one.bin', 'application/octet-stream'],
      ['print-job.test', 'some.bin', 'application/octet-stream'],
      ['print-job-gzip.test', 'some.bin', 'application/octet-stream'],
      ['print-job-deflate.test', 'some.bin', 'application/octet-stream'],
      ['create-job.test', 'some.bin', 'application/octet-stream'],
      ['validate-job.test', 'one.bin', 'application/octet-stream'],
      ['get-jobs.test', 'one.bin', 'application/octet-stream'],
      ['get-completed-jobs.test', 'one.bin', 'application/octet-stream'],
    ] as const) {
      const { code, output } = await ipptool(servers, suite, file, type);
      assert.equal(code, 0, output);
      if (/^(print|create)-job/.test(suite)) assertLast(servers, file);
    }
    assert.deepEqual(servers.faults, []);
  });

  test('ipptool finds nothing wrong with IPP/1.1 to 2.2', async () => {
    const formats = ['application/octet-stream'];
    // The suite of 2.2 begins with those of the versions before.
    for (const [suite, least] of [
      ['ipp-1.1.test', 25],
      ['ipp-2.2.test', 28],
    ] as const) {
      await using servers = await startServers({ realClock: true, completes: true, formats });
      const { code, output } = await ipptool(servers, suite, 'some.bin', formats[0] ?? '');
      assert.equal(code, 0, output);
      assert.ok((output.match(/\[PASS\]/g) ?? []).length >= least, output);
    }
  });

  test('lp prints each sample, and a printer that is not there is told', async () => {
    await using servers = await startServers({ realClock: true });
    const host = `127.0.0.1:${servers.httpPort}`;
    for (const file of Object.keys(samples)) {
      const { code, output } = await run('lp', ['-h', host, '-d', 'office', join(folder, file)]);
      assert.equal(code, 0, output);
      assert.match(output, /request id is office-\d+ \(1 file/);
      assertLast(servers, file);
    }
    const twice = ['-h', host, '-d', 'office', '-n', '2', '-t', 'Two', join(folder, 'one.bin')];
    assert.equal((await run('lp', twice)).code, 0);
    const { name, copies } = servers.spooler.requests.at(-1) ?? {};
    assert.deepEqual({ name, copies }, { name: 'Two', copies: 2 });
    const raw = await run('lp', ['-h', host, '-d', 'office', '-o', 'raw', join(folder, 'one.bin')]);
    assert.equal(raw.code, 0, raw.output);
    assertLast(servers, 'one.bin');
    const wrong = await run('lp', ['-h', host, '-d', 'nobody', join(folder, 'one.bin')]);
    assert.notEqual(wrong.code, 0);
    assert.deepEqual(servers.faults, []);
  });

  test('nc prints each sample', async () => {
    await using servers = await startServers({ realClock: true });
    const args = ['-N', '127.0.0.1', String(servers.rawPort)];
    for (const file of Object.keys(samples)) {
      const { code, output } = await run('nc', args, join(folder, file));
      assert.equal(code, 0, output);
      assertLast(servers, file);
    }
  });
});
