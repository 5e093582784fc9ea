// The process of a real appliance is killed within a restore, at one step of it after the other:
// the box that starts then is wholly the old one, or wholly the new one.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { backupSummary, takenBackup } from '../../firmware/api/schemas/backup.ts';
import { certificate } from '../../firmware/api/schemas/certificate.ts';
import { pageOf } from '../../firmware/api/schemas/page.ts';
import { printer } from '../../firmware/api/schemas/printer.ts';
import { queueFile } from '../../firmware/api/schemas/queue-file.ts';
import { settings } from '../../firmware/api/schemas/setting.ts';
import { appliance } from '../../firmware/api/schemas/system.ts';
import { user } from '../../firmware/api/schemas/user.ts';
import { createApiClient } from '../../firmware/cli/api-client.ts';
import type { ApiClient } from '../../firmware/cli/command.ts';
import { type Platen, startPlaten } from '../../tools/up/platen.ts';
import { killedAt } from '../../tools/crash-test/killed-at.ts';
import { platenFromSources } from '../../tools/up/processes.ts';
import { openHouse } from './house.ts';
import { atEnd } from '../at-end.ts';

const passphrase = 'correct horse battery';
const digestOfNew = sha256(profileOf('new'));

/** Before the staged state is whole: what was there goes on. */
const leavingTheOld = [
  'write restore/upload',
  `create restore/staged/files/${digestOfNew}`,
  'create restore/staged/keepsake.json',
  'rename restore/.ready.json.tmp restore/ready.json',
];

/** From then on the next start brings the new one, however often it is killed. */
const bringingTheNew = [
  'make before-restore',
  'rename platen.db before-restore/platen.db',
  'rename certificates before-restore/certificates',
  'rename settings.toml before-restore/settings.toml',
  'create certificates/node.json',
  `write files/${digestOfNew}`,
  'write identity.json',
  'create keepsake.json',
  'remove restore/staged/identity.json',
  'remove restore/ready.json',
  // The process has begun anew, and builds the database from what came.
  'rename platen.db.new platen.db',
  'rename .keepsake.json.tmp keepsake.json',
];

test('killed at any step of a restore, a box is wholly old or wholly new', async (t) => {
  const house = await openHouse(t);
  const serve = async (name: string, at?: string): Promise<Platen> => {
    const data = join(house.folder, name);
    const platen = await startPlaten(
      at === undefined ? platenFromSources : killedAt({ folder: data, at }),
      data,
    );
    atEnd(t, () => platen.process.kill());
    return platen;
  };
  const source = await serve('source');
  const fresh = await setUp(source, 'new');
  const backup = await bytesOf(await apiOf(source).download('/backup', { passphrase }));
  await source.process.stop();

  const setting = await serve('box');
  const old = await setUp(setting, 'old');
  await setting.process.stop();
  assert.notEqual(old.nodeId, fresh.nodeId);

  const [whole = '', ...later] = bringingTheNew;
  for (const at of [...leavingTheOld, whole]) {
    const box = await serve('box', at);
    assert.deepEqual(await stateOf(box), old, `before the kill at "${at}"`);
    const answer = restore(apiOf(box), backup);
    // Whoever was told that it is restored has the new box; the other ones may have either.
    if (at === whole) await answer;
    else await assert.rejects(answer, at);
    assert.equal(await box.process.ended, 'SIGKILL', at);
  }
  for (const at of later) {
    await assert.rejects(serve('box', at), /ended with SIGKILL/, at);
  }
  const box = await serve('box');
  assert.deepEqual(await stateOf(box), fresh);
  assert.deepEqual(
    (await readdir(box.data)).filter((name) => /^restore$|new|left/.test(name)),
    [],
    'something of the restore is left',
  );
});

function apiOf({ data }: Platen): ApiClient {
  return createApiClient({ socketPath: join(data, 'platen.sock'), dataFolder: data });
}

/** Everything that a backup brings has a name of its own. */
async function setUp(platen: Platen, name: string) {
  const api = apiOf(platen);
  await api.send('POST', '/printers', { name }, printer);
  await api.send('POST', '/users', { name, role: 'viewer', password: passphrase }, user);
  await api.send('PATCH', '/settings', { 'mqtt.topic': name }, settings);
  const path = `/printers/${name}/files?name=a.ppd&component=PPD`;
  await api.upload(path, 'application/octet-stream', chunks(profileOf(name)), queueFile);
  return stateOf(platen);
}

async function stateOf(platen: Platen) {
  const api = apiOf(platen);
  const { nodeId } = await api.get('/system', appliance);
  const printers = (await api.get('/printers', pageOf(printer))).items.map(({ name }) => name);
  const users = (await api.get('/users', pageOf(user))).items.map(({ name }) => name);
  const topic = (await api.get('/settings', settings)).items.find(
    ({ key }) => key === 'mqtt.topic',
  );
  const { items } = await api.get(`/printers/${printers[0] ?? ''}/files`, pageOf(queueFile));
  const { pin } = await api.get('/certificates/node', certificate);
  const folder = join(platen.data, 'files');
  const contents = await Promise.all(
    items.map(async ({ digest }) => {
      const bytes = await readFile(join(folder, digest.replace('sha256:', '')));
      return `sha256:${sha256(bytes)}` === digest;
    }),
  );
  const digests = items.map(({ digest }) => digest);
  return { nodeId, printers, users, topic: topic?.value, pin, digests, contents };
}

async function restore(api: ApiClient, backup: Uint8Array): Promise<void> {
  await api.upload('/restore', 'application/octet-stream', chunks(backup), takenBackup);
  await api.send('POST', '/restore/apply', { passphrase, discardJobs: false }, backupSummary);
}

async function* chunks(bytes: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield Buffer.from(bytes);
}

async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

function profileOf(name: string): string {
  return `*PPD-Adobe: "4.3"\n*FormatVersion: "4.3"\n*% ${name}\n`;
}

function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
