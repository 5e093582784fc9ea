// The process of a real appliance is killed within an apply file and within the upload of a queue's
// file: what was half done is done by the same call, and nothing half is ever shown.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pageOf } from '../../firmware/api/schemas/page.ts';
import { printer } from '../../firmware/api/schemas/printer.ts';
import { queueFile } from '../../firmware/api/schemas/queue-file.ts';
import { createApiClient } from '../../firmware/cli/api-client.ts';
import type { ApiClient } from '../../firmware/cli/command.ts';
import { killedAt } from '../../tools/crash-test/killed-at.ts';
import { type Platen, startPlaten } from '../../tools/up/platen.ts';
import { platenSays } from '../cli/console.ts';
import { openHouse } from './house.ts';
import { atEnd } from '../at-end.ts';

const names = ['a', 'b', 'c'];
const wanted = names
  .map(
    (name) => `
[[port]]
name = "${name}"
monitor = "tcp"
host = "192.0.2.10"

[[printer]]
name = "${name}"
portNames = ["${name}"]
location = "of ${name}"
`,
  )
  .join('');

test('an apply whose appliance is killed is gone on with by the same call', async (t) => {
  const house = await openHouse(t);
  const data = join(house.folder, 'data');
  const apply = (platen: Platen) =>
    platenSays(apiOf(platen), ['apply', 'box.toml'], { 'box.toml': wanted });
  const armedBy = join(house.folder, 'armed');
  for (const count of [3, 2]) {
    await rm(armedBy, { force: true });
    const at = 'write spool/segments/N.seg';
    const box = await startPlaten(killedAt({ folder: data, at, count, armedBy }), data);
    atEnd(t, () => box.process.kill());
    await writeFile(armedBy, '');
    const { status, errors } = await apply(box);
    assert.equal(status, 1);
    assert.equal(errors.length, 1, errors.join(' '));
    assert.match(errors[0] ?? '', /made; the same call goes on/);
    assert.equal(await box.process.ended, 'SIGKILL');
  }
  const box = await house.serve();
  const before = (await printersOf(box)).length;
  assert.ok(before < names.length, 'the kills came too late to show anything');
  const { out, status } = await apply(box);
  assert.equal(status, 0);
  assert.match(out, /^Made \d+ change/m);
  assert.deepEqual(
    (await printersOf(box)).map(({ name, portNames, location }) => ({ name, portNames, location })),
    names.map((name) => ({ name, portNames: [name], location: `of ${name}` })),
  );
  assert.equal((await apply(box)).out, 'Nothing is different.\n');
});

test('a file whose upload is killed is there whole or not at all', async (t) => {
  const house = await openHouse(t);
  const data = join(house.folder, 'data');
  const bytes = randomBytes(3 * 1024 * 1024);
  const digest = createHash('sha256').update(bytes).digest('hex');
  const first = await house.serve();
  await apiOf(first).send('POST', '/printers', { name: 'a' }, printer);
  await first.process.stop();
  const armedBy = join(house.folder, 'armed');
  const steps = [
    ['write files/arriving-UUID', 2],
    [`rename files/arriving-UUID files/${digest}`, 1],
    // The content has its place, and no record names it yet.
    ['write spool/segments/N.seg', 1],
  ] as const;
  for (const [at, count] of steps) {
    await rm(armedBy, { force: true });
    const box = await startPlaten(killedAt({ folder: data, at, count, armedBy }), data);
    atEnd(t, () => box.process.kill());
    await writeFile(armedBy, '');
    await assert.rejects(upload(apiOf(box), bytes), at);
    assert.equal(await box.process.ended, 'SIGKILL', at);
  }
  const box = await house.serve();
  const files = '/printers/a/files';
  assert.deepEqual((await apiOf(box).get(files, pageOf(queueFile))).items, []);
  await upload(apiOf(box), bytes);
  const [kept] = (await apiOf(box).get(files, pageOf(queueFile))).items;
  assert.equal(kept?.digest, `sha256:${digest}`);
  assert.deepEqual(await readdir(join(data, 'files')), [digest]);
  assert.ok(bytes.equals(await readFile(join(data, 'files', digest))));
});

async function printersOf(platen: Platen) {
  return (await apiOf(platen).get('/printers', pageOf(printer))).items;
}

function apiOf({ data }: Platen): ApiClient {
  return createApiClient({ socketPath: join(data, 'platen.sock'), dataFolder: data });
}

function upload(api: ApiClient, bytes: Uint8Array): Promise<unknown> {
  const path = '/printers/a/files?name=a.bin&component=Driver';
  return api.upload(path, 'application/octet-stream', chunks(bytes), queueFile);
}

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const stepBytes = 64 * 1024;
  for (let at = 0; at < bytes.length; at += stepBytes) yield bytes.subarray(at, at + stepBytes);
}
