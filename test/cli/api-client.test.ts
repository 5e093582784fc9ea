// The command line's client over a real socket: answers of another version, and what the appliance
// says was typed wrongly.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { z } from 'zod';
import { problemOf } from '../../firmware/api/problem.ts';
import { createApiClient } from '../../firmware/cli/api-client.ts';
import { CliError } from '../../firmware/cli/command.ts';
import { atEnd } from '../at-end.ts';

/** A server that answers everything with this. */
async function clientOf(t: TestContext, status: number, body: unknown) {
  const folder = await mkdtemp(join(tmpdir(), 'platen-cli-'));
  const server = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  const socketPath = join(folder, 's');
  await new Promise<void>((resolve) => {
    server.listen(socketPath, resolve);
  });
  atEnd(t, async () => {
    server.close();
    await rm(folder, { recursive: true, force: true });
  });
  return createApiClient({ socketPath, dataFolder: folder });
}

const shape = z.object({ a: z.string() });

test('the answer of another version is told as that, in one line', async (t) => {
  const client = await clientOf(t, 200, { b: 1 });
  await assert.rejects(client.get('/system', shape), (error) => {
    assert.ok(error instanceof CliError);
    assert.match(error.message, /as another version does/);
    return !error.message.includes('\n') && error.exitStatus === 1;
  });
});

for (const [code, exitStatus] of [
  ['value-not-supported', 2],
  ['bad-request', 2],
  ['spool-full', 1],
  ['printer-not-found', 1],
] as const) {
  test(`${code} ends with ${exitStatus}`, async (t) => {
    const problem = problemOf({ code, message: 'no' }, '/x');
    const client = await clientOf(t, problem.status, problem);
    await assert.rejects(
      client.get('/x', shape),
      (error) => error instanceof CliError && error.exitStatus === exitStatus,
    );
  });
}

test('whoever types commands is not sent to a list of paths', async (t) => {
  const problem = problemOf({ code: 'not-found', message: 'there is no device x' }, '/x');
  const client = await clientOf(t, problem.status, problem);
  await assert.rejects(client.get('/x', shape), { message: 'There is no device x.' });
});

test('a change of what somebody else changed meanwhile starts from the newer state', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'platen-cli-'));
  const kept = { a: '1' };
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.headers['if-match'] ?? ''}`);
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json', etag: `"${kept.a}"` });
      response.end(JSON.stringify(body));
    };
    if (request.method === 'GET') {
      answer(200, kept);
      // Somebody else is quicker, twice.
      if (asked.length < 4) kept.a += '!';
    } else if (request.headers['if-match'] === `"${kept.a}"`) answer(200, { a: 'changed' });
    else answer(412, problemOf({ code: 'changed-meanwhile', message: 'no' }, '/x'));
  });
  const socketPath = join(folder, 's');
  await new Promise<void>((resolve) => {
    server.listen(socketPath, resolve);
  });
  atEnd(t, async () => {
    server.close();
    await rm(folder, { recursive: true, force: true });
  });
  const client = createApiClient({ socketPath, dataFolder: folder });
  const seen: string[] = [];
  const done = await client.change('/x', shape, (now) => {
    seen.push(now.a);
    return { a: `${now.a}?` };
  });
  assert.deepEqual(done, { a: 'changed' });
  assert.deepEqual(seen, ['1', '1!', '1!!']);
  assert.deepEqual(
    asked.filter((each) => each.startsWith('PATCH')),
    ['PATCH "1"', 'PATCH "1!"', 'PATCH "1!!"'],
  );
});
