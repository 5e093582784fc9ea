// Settings survive the way through registry values, and what is wrong there is named.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { readSettings, type SettingRow, writeSettings } from '../../monitors/registry-values.ts';
import { createFakeRegistry } from '../fakes/registry.ts';

const schema = z.strictObject({
  host: z.string(),
  portNumber: z.int().max(65535).default(9100),
  backChannel: z.boolean().default(true),
});

const rows: readonly SettingRow<keyof z.output<typeof schema>>[] = [
  { key: 'host', valueName: 'HostName', type: 'string' },
  { key: 'portNumber', valueName: 'PortNumber', type: 'dword' },
  { key: 'backChannel', valueName: 'BackChannel', type: 'boolean' },
];

describe('registry values', () => {
  test('come back as they were written', async () => {
    const registry = createFakeRegistry();
    const settings = { host: 'printer', portNumber: 9101, backChannel: false };
    await writeSettings(registry, registry.root, rows, settings);
    assert.deepEqual(await registry.queryValue(registry.root, 'backchannel'), {
      type: 'dword',
      data: 0,
    });
    const read = await readSettings(registry, registry.root, rows, schema);
    assert.deepEqual(read, { kind: 'read', settings });
  });

  test('a missing one has its default, an unknown one is left alone', async () => {
    const registry = createFakeRegistry();
    await registry.setValue(registry.root, 'hostname', { type: 'string', data: 'printer' });
    await registry.setValue(registry.root, 'Later', { type: 'dword', data: 1 });
    const read = await readSettings(registry, registry.root, rows, schema);
    const settings = { host: 'printer', portNumber: 9100, backChannel: true };
    assert.deepEqual(read, { kind: 'read', settings });
  });

  test('a wrong one is named', async () => {
    const registry = createFakeRegistry();
    await registry.setValue(registry.root, 'HostName', { type: 'dword', data: 1 });
    await registry.setValue(registry.root, 'BackChannel', { type: 'dword', data: 2 });
    const read = await readSettings(registry, registry.root, rows, schema);
    assert.equal(read.kind, 'invalid');
    assert.match(read.kind === 'invalid' ? read.message : '', /host: .*backChannel: /);
  });
});
