// Backup and restore as people do it: a box dies, another one takes its backup, and prints.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { watch, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { logLine } from '../../firmware/api/schemas/log.ts';
import { pageOf } from '../../firmware/api/schemas/page.ts';
import { queueFile } from '../../firmware/api/schemas/queue-file.ts';
import { settings } from '../../firmware/api/schemas/setting.ts';
import { appliance } from '../../firmware/api/schemas/system.ts';
import { printer } from '../../firmware/api/schemas/printer.ts';
import { createApiClient } from '../../firmware/cli/api-client.ts';
import { addPrinter, runCommand, startPlaten, whenReceived } from '../../tools/up/platen.ts';
import { platenFromSources } from '../../tools/up/processes.ts';
import { openHouse } from './house.ts';
import { atEnd } from '../at-end.ts';

test('what one box was, another becomes: by file and passphrase, and it prints', async (t) => {
  const house = await openHouse(t);
  const old = await house.serve();
  await addPrinter(old, 'labels', house.emulator);
  const profile = join(house.folder, 'office.ppd');
  await writeFile(profile, description);
  await old.run('file', 'add', 'labels', profile, '--component', 'PPD');
  await old.run('setting', 'set', 'mqtt.topic', 'floor2');
  await writeFile(join(house.folder, 'data', 'platen.toml'), '[log]\nlevel = "warn"\n');
  const before = await house.api().get('/system', appliance);
  const secret = join(house.folder, 'passphrase');
  await writeFile(secret, 'correct horse battery\n');
  const file = join(house.folder, 'box.platen-backup');
  assert.match(await old.run('backup', file, '--passphrase-file', secret), /^Wrote /);
  // What is there already stays.
  await assert.rejects(old.run('backup', file, '--passphrase-file', secret), /is there already/);
  await old.process.stop();

  const data = join(house.folder, 'other');
  const other = await startPlaten(platenFromSources, data);
  atEnd(t, () => other.process.kill());
  const wrong = [...platenFromSources] as const;
  const words = ['restore', file, '--data', data];
  await assert.rejects(
    runCommand(wrong, words, Buffer.from('wrong horse battery\n')),
    /The passphrase is wrong/,
  );
  assert.match(await other.run('restore', file, '--check', '--passphrase-file', secret), /labels/);
  const api = createApiClient({ socketPath: join(data, 'platen.sock'), dataFolder: data });
  const serving = until(() => api.get('/system', appliance), data, before.nodeId);
  assert.match(await other.run('restore', file, '--passphrase-file', secret), /starts anew/);
  const after = await serving;
  assert.equal(after.nodeId, before.nodeId);
  assert.equal((await api.get('/printers/labels', printer)).name, 'labels');
  // Files of queues come along, and what the new box reads of its configuration is the backup's.
  const files = await api.get('/printers/labels/files', pageOf(queueFile));
  assert.equal(files.items[0]?.digest.replace('sha256:', ''), sha256(description));
  const { items } = await api.get('/settings', settings);
  assert.partialDeepStrictEqual(
    items.find(({ key }) => key === 'mqtt.topic'),
    { value: 'floor2', from: 'changed' },
  );
  const log = await api.get('/log?limit=1000', pageOf(logLine));
  assert.deepEqual(
    log.items.filter(({ level }) => level === 'info'),
    [],
  );
  const document = join(house.folder, 'document');
  await writeFile(document, 'after the restore');
  await runCommand(platenFromSources, ['print', document, '--printer', 'labels', '--data', data]);
  const printed = await whenReceived(house.emulator, (documents) =>
    documents.find((bytes) => Buffer.from(bytes).includes('after the restore')),
  );
  assert.ok(printed);
});

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

const description = '*PPD-Adobe: "4.3"\n*FormatVersion: "4.3"\n';

/** While it starts anew nobody answers. */
async function until<View extends { readonly nodeId: string }>(
  ask: () => Promise<View>,
  folder: string,
  nodeId: string,
): Promise<View> {
  for await (const { filename } of watch(folder)) {
    if (filename !== 'platen.sock') continue;
    const view = await ask().catch(() => undefined);
    if (view?.nodeId === nodeId) return view;
  }
  throw new Error('nobody serves there any more');
}
