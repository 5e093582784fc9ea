// The emulated raw printer as a process: keeps sessions as files, is told what to do, and ends.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { z } from 'zod';
import { atEnd } from '../at-end.ts';

const end = z.object({ address: z.string(), port: z.int() });
const announced = z.object({ printer: end, control: end });

async function firstLine(child: ChildProcess): Promise<unknown> {
  assert.ok(child.stdout);
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line);
  throw new Error('it said nothing');
}

async function start(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'platen-raw-printer-'));
  const program = new URL('../../tools/emulators/raw-printer.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [program, '--out', folder, '--control', '127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  atEnd(t, async () => {
    child.kill('SIGTERM');
    assert.deepEqual(await exited, [0, null]);
    await rm(folder, { recursive: true });
  });
  return { folder, ...announced.parse(await firstLine(child)) };
}

/** Sends, ends, and resolves with what came back before the other side's end. */
async function exchange(port: number, data: Uint8Array | string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.end(data);
  const parts: Buffer[] = [];
  for await (const part of socket) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString();
}

test('a session is a whole file before its end is answered', async (t) => {
  const { folder, printer, control } = await start(t);
  const bytes = Buffer.alloc(300_000, 'platen');
  await exchange(printer.port, bytes);
  assert.deepEqual(await readdir(folder), ['job-0001.bin']);
  assert.ok((await readFile(join(folder, 'job-0001.bin'))).equals(bytes));
  const sessions = await exchange(control.port, '{"sessions":true}\n');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const [session] = z
    .object({ sessions: z.array(z.looseObject({ end: z.string() })) })
    .parse(JSON.parse(sessions)).sessions;
  assert.equal(session?.['sha256'], sha256);
  assert.equal(session?.['bytes'], bytes.length);
  assert.equal(session?.end, 'fin');
});

test('it does what it is told, and says what it does not understand', async (t) => {
  const { folder, printer, control } = await start(t);
  const commands = ['{"behave":{"answer":"ready","resetAtByte":5}}', '{"behave":{"x":1}}', 'no'];
  const answers = (await exchange(control.port, `${commands.join('\n')}\n`)).trim().split('\n');
  assert.equal(answers[0], '{"ok":true}');
  assert.match(answers[1] ?? '', /error/);
  assert.match(answers[2] ?? '', /error/);
  await assert.rejects(exchange(printer.port, Buffer.alloc(100_000)), /ECONNRESET|EPIPE/);
  assert.deepEqual(await readdir(folder), ['job-0001.part']);
  await exchange(control.port, '{"behave":{"answer":"ready"}}\n');
  assert.equal(await exchange(printer.port, 'x'), 'ready');
});

test('paper is one for all sessions, and a session goes on once there is some', async (t) => {
  const { folder, printer, control } = await start(t);
  await exchange(control.port, '{"behave":{"paperForBytes":5}}\n');
  await exchange(printer.port, 'abc');
  const held = exchange(printer.port, 'defg');
  const sizes = z.object({ sessions: z.array(z.object({ bytes: z.int(), end: z.string() })) });
  for (;;) {
    const { sessions } = sizes.parse(
      JSON.parse(await exchange(control.port, '{"sessions":true}\n')),
    );
    const [, second] = sessions;
    if (second?.bytes !== 2) continue;
    assert.equal(second.end, 'open');
    break;
  }
  await exchange(control.port, '{"behave":{}}\n');
  await held;
  assert.equal(await readFile(join(folder, 'job-0002.bin'), 'utf8'), 'defg');
});
