// Backup and restore as people do it: a box dies, another one takes its backup, and prints.
import assert from 'node:assert/strict';
import { watch, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { appliance } from '../../firmware/api/schemas/system.ts';
import { printer } from '../../firmware/api/schemas/printer.ts';
import { createApiClient } from '../../firmware/cli/api-client.ts';
import { addPrinter, runCommand, startPlaten, whenReceived } from '../../tools/up/platen.ts';
import { platenFromSources } from '../../tools/up/processes.ts';
import { openHouse } from './house.ts';

test('what one box was, another becomes: by file and passphrase, and it prints', async (t) => {
  const house = await openHouse(t);
  const old = await house.serve();
  await addPrinter(old, 'labels', house.emulator);
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
  t.after(() => other.process.kill());
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
  const document = join(house.folder, 'document');
  await writeFile(document, 'after the restore');
  await runCommand(platenFromSources, ['print', document, '--printer', 'labels', '--data', data]);
  const printed = await whenReceived(house.emulator, (documents) =>
    documents.find((bytes) => Buffer.from(bytes).includes('after the restore')),
  );
  assert.ok(printed);
});

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
