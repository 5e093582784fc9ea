// MONITORREG over the store: keys and values without case, kept as written, apart per spooler and
// monitor, durable.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MonitorRegistry, RegistryKey, RegistryValue } from '../../monitors/contract.ts';
import { registryLimits } from '../../firmware/limits/registry-limits.ts';
import { openMonitorRegistry } from '../../firmware/registry/monitor-registry.ts';
import { RegistryError } from '../../firmware/registry/registry-error.ts';
import { openRig, type Rig, spooler, term } from '../store/rig.ts';

async function registryOf(rig: Rig, of: { spooler?: string; monitorName?: string } = {}) {
  const options = { store: rig.store, spooler, term: () => term, monitorName: 'tcp', ...of };
  return openMonitorRegistry(options);
}

async function opened(
  registry: MonitorRegistry,
  ...names: readonly string[]
): Promise<RegistryKey> {
  let key = registry.root;
  for (const name of names) {
    const next = await registry.openKey(key, name);
    assert.ok(next !== undefined, name);
    key = next;
  }
  return key;
}

async function rejectsWith(work: Promise<unknown>, status: string): Promise<void> {
  await assert.rejects(work, (error) => error instanceof RegistryError && error.status === status);
}

describe('the registry of a monitor', () => {
  test('keeps values of each type, as they were written, over a restart', async () => {
    const rig = await openRig();
    const { registry } = await registryOf(rig);
    const key = await registry.createKey(registry.root, 'Ports');
    const values = new Map<string, RegistryValue>([
      ['HostName', { type: 'string', data: 'drucker.example' }],
      ['PortNumber', { type: 'dword', data: 0xffff_ffff }],
      ['Blob', { type: 'binary', data: Uint8Array.of(0, 255, 7) }],
      ['Names', { type: 'multi-string', data: ['a', '', 'b'] }],
    ]);
    await registry.setValues(key, values);
    const again = (await registryOf(await rig.reopened())).registry;
    const found = await again.enumValue(await opened(again, 'PORTS'));
    assert.deepEqual(new Map(found.map(({ name, value }) => [name, value])), values);
    assert.deepEqual(await again.enumKey(again.root), ['Ports']);
  });

  test('compares names without case, and keeps the first spelling', async () => {
    const { registry } = await registryOf(await openRig());
    const key = await registry.createKey(registry.root, 'Port A');
    await registry.createKey(registry.root, 'PORT a');
    await registry.setValue(key, 'Value', { type: 'dword', data: 1 });
    await registry.setValue(key, 'VALUE', { type: 'dword', data: 2 });
    assert.deepEqual(await registry.enumKey(registry.root), ['Port A']);
    assert.deepEqual(await registry.enumValue(key), [
      { name: 'Value', value: { type: 'dword', data: 2 } },
    ]);
    assert.deepEqual(await registry.queryValue(key, 'vALUE'), { type: 'dword', data: 2 });
    assert.equal(await registry.deleteValue(key, 'value'), true);
    assert.equal(await registry.deleteValue(key, 'value'), false);
    assert.equal(await registry.queryValue(key, 'Value'), undefined);
  });

  test('deletes a key with all below it, and nothing beside it', async () => {
    const { registry } = await registryOf(await openRig());
    for (const name of ['a', 'a]', 'ab', 'a b']) {
      const key = await registry.createKey(registry.root, name);
      const sub = await registry.createKey(key, 'sub');
      await registry.setValue(sub, 'v', { type: 'string', data: name });
    }
    assert.equal(await registry.deleteKey(registry.root, 'A'), true);
    assert.equal(await registry.deleteKey(registry.root, 'a'), false);
    assert.deepEqual(await registry.enumKey(registry.root), ['a b', 'a]', 'ab']);
    const sub = await opened(registry, 'a]', 'sub');
    assert.deepEqual(await registry.queryValue(sub, 'v'), { type: 'string', data: 'a]' });
    await registry.createKey(registry.root, 'a');
    assert.deepEqual(await registry.enumKey(await opened(registry, 'a')), []);
  });

  test('counts what a key holds', async () => {
    const { registry } = await registryOf(await openRig());
    const key = await registry.createKey(registry.root, 'k');
    await registry.createKey(key, 'longer');
    await registry.createKey(key, 'x');
    await registry.setValue(key, 'name', { type: 'string', data: '' });
    assert.deepEqual(await registry.queryInfoKey(key), {
      subKeyCount: 2,
      valueCount: 1,
      maxSubKeyLength: 6,
      maxValueNameLength: 4,
    });
  });

  test('is apart from that of other monitors and other spoolers', async () => {
    const rig = await openRig();
    const { registry } = await registryOf(rig);
    await registry.createKey(registry.root, 'mine');
    for (const other of [{ monitorName: 'lpr' }, { spooler: 'group-1' }]) {
      const { registry: theirs } = await registryOf(rig, other);
      assert.equal(await theirs.openKey(theirs.root, 'mine'), undefined);
      assert.deepEqual(await theirs.enumKey(theirs.root), []);
    }
  });

  test('rejects every function after shutdown, and a key after it was closed', async () => {
    const { registry, shutDown } = await registryOf(await openRig());
    const key = await registry.createKey(registry.root, 'k');
    registry.closeKey(key);
    await rejectsWith(registry.enumKey(key), 'ERROR_INVALID_HANDLE');
    shutDown();
    for (const work of [
      registry.createKey(registry.root, 'x'),
      registry.openKey(registry.root, 'x'),
      registry.deleteKey(registry.root, 'x'),
      registry.enumKey(registry.root),
      registry.queryInfoKey(registry.root),
      registry.setValue(registry.root, 'x', { type: 'dword', data: 1 }),
      registry.deleteValue(registry.root, 'x'),
      registry.enumValue(registry.root),
      registry.queryValue(registry.root, 'x'),
    ]) {
      await rejectsWith(work, 'ERROR_INVALID_HANDLE');
    }
  });

  test('refuses what is beyond its limits, and a value in a key that is gone', async () => {
    const { registry } = await registryOf(await openRig());
    const { root } = registry;
    for (const name of ['', 'a\\b', 'a\0', 'x'.repeat(registryLimits.keyNameLength + 1)]) {
      await rejectsWith(registry.createKey(root, name), 'ERROR_INVALID_PARAMETER');
    }
    const huge = { type: 'string', data: 'x'.repeat(registryLimits.valueBytes) } as const;
    await rejectsWith(registry.setValue(root, 'v', huge), 'ERROR_INVALID_DATA');
    await rejectsWith(
      registry.setValue(root, 'v', { type: 'dword', data: -1 }),
      'ERROR_INVALID_DATA',
    );
    let key = root;
    for (let depth = 2; depth < registryLimits.depth; depth += 1) {
      key = await registry.createKey(key, 'deeper');
    }
    await rejectsWith(registry.createKey(key, 'deeper'), 'ERROR_INVALID_PARAMETER');
    const gone = await registry.createKey(root, 'gone');
    await registry.deleteKey(root, 'gone');
    const value = { type: 'dword', data: 1 } as const;
    await rejectsWith(registry.setValue(gone, 'v', value), 'ERROR_FILE_NOT_FOUND');
  });
});
