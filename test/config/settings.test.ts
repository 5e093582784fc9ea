// Settings that are changed while the appliance runs: what wins over what, all or nothing, the same
// bytes for the same settings, and a file that a newer version wrote.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadConfig } from '../../firmware/config/load.ts';
import { createSettings } from '../../firmware/config/settings.ts';
import { HalError } from '../../hal/errors.ts';

const folder = '/var/lib/platen';
const written = `# for all of our boxes
[webhook]
url = "https://hook.example/a" # ours
`;

/** A disk in memory that counts what is written. */
function disk(texts: Readonly<Record<string, string>>) {
  const files = new Map(Object.entries(texts));
  const writes: string[] = [];
  return {
    files,
    writes,
    async readFile(path: string): Promise<Uint8Array> {
      const text = files.get(path);
      if (text === undefined) throw new HalError('not-found', path);
      return Buffer.from(text);
    },
    async replaceFile(path: string, bytes: Uint8Array, mode?: number): Promise<void> {
      assert.equal(mode, 0o600, 'secrets are its owner’s alone');
      files.set(path, Buffer.from(bytes).toString('utf8'));
      writes.push(path);
    },
  };
}

async function open(
  kept: ReturnType<typeof disk>,
  sets: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
) {
  const loaded = await loadConfig({ files: kept, file: undefined, environment, sets });
  const settings = createSettings({ files: kept, loaded });
  const shown = (key: string) => settings.list().find((each) => each.key === key);
  return { loaded, settings, shown };
}

describe('settings', () => {
  test('a change wins over platen.toml, outlives a start, and leaves that file alone', async () => {
    const kept = disk({ [`${folder}/platen.toml`]: written });
    const { settings, shown } = await open(kept);
    assert.partialDeepStrictEqual(shown('webhook.url'), {
      value: 'https://hook.example/a',
      from: 'file',
      place: `${folder}/platen.toml:3`,
    });
    const heard: string[][] = [];
    settings.follow((changed) => void heard.push([...changed]));
    const change = { 'webhook.url': 'https://hook.example/b', 'webhook.secret': 'geheim' };
    assert.deepEqual(await settings.change(change), { kind: 'changed' });
    assert.deepEqual(heard, [['webhook.url', 'webhook.secret']]);
    assert.equal(settings.values['webhook.url'], 'https://hook.example/b');
    assert.equal(kept.files.get(`${folder}/platen.toml`), written);
    const again = await open(kept);
    assert.equal(again.loaded.values['webhook.secret'], 'geheim');
    assert.partialDeepStrictEqual(again.shown('webhook.url'), {
      value: 'https://hook.example/b',
      from: 'changed',
    });
  });

  test('the same change writes once, in whatever order; taken back, the file holds', async () => {
    const kept = disk({ [`${folder}/platen.toml`]: written });
    const { settings, shown } = await open(kept);
    await settings.change({ 'mqtt.user': 'box', 'syslog.server': 'udp://log.example:514' });
    await settings.change({ 'syslog.server': 'udp://log.example:514', 'mqtt.user': 'box' });
    assert.equal(kept.writes.length, 1);
    const bytes = kept.files.get(kept.writes[0] ?? '');
    await settings.change({ 'mqtt.user': null, 'syslog.server': null });
    await settings.change({ 'syslog.server': 'udp://log.example:514' });
    await settings.change({ 'mqtt.user': 'box' });
    assert.equal(kept.files.get(kept.writes[0] ?? ''), bytes);
    await settings.change({ 'webhook.url': '' });
    assert.equal(shown('webhook.url')?.from, 'changed');
    // What the file says anyway is not kept beside it.
    await settings.change({ 'webhook.url': 'https://hook.example/a' });
    assert.equal(shown('webhook.url')?.from, 'file');
    await settings.change({ 'webhook.url': 'https://hook.example/c' });
    await settings.change({ 'webhook.url': null });
    assert.equal(settings.values['webhook.url'], 'https://hook.example/a');
  });

  test('what is fixed outside is refused by name, and one wrong value refuses all', async () => {
    const kept = disk({});
    const environment = { PLATEN_MQTT_BROKER: 'mqtt://broker.example:1883' };
    const { settings, shown } = await open(kept, ['syslog.server=udp://a:514'], environment);
    assert.partialDeepStrictEqual(shown('mqtt.broker'), {
      from: 'outside',
      place: 'PLATEN_MQTT_BROKER',
    });
    const fixed = await settings.change({ 'mqtt.broker': '', 'mqtt.user': 'box' });
    assert.equal(fixed.kind === 'refused' && fixed.code, 'setting-fixed');
    assert.match(fixed.kind === 'refused' ? fixed.message : '', /PLATEN_MQTT_BROKER/);
    const wrong = await settings.change({ 'mqtt.user': 'box', 'webhook.url': 'hook.example' });
    assert.equal(wrong.kind === 'refused' && wrong.code, 'value-not-supported');
    assert.match(wrong.kind === 'refused' ? wrong.message : '', /webhook\.url: must be like https/);
    assert.equal(shown('mqtt.user')?.from, 'default');
    assert.deepEqual(kept.writes, []);
  });

  test('two changes at once are both kept', async () => {
    const kept = disk({});
    const { settings } = await open(kept);
    await Promise.all([
      settings.change({ 'mqtt.user': 'box' }),
      settings.change({ 'mqtt.topic': 'floor2' }),
    ]);
    const { values } = (await open(kept)).loaded;
    assert.deepEqual([values['mqtt.user'], values['mqtt.topic']], ['box', 'floor2']);
  });

  test('a disk that takes nothing changes nothing', async () => {
    const kept = disk({});
    const { settings } = await open({
      ...kept,
      replaceFile: async () => {
        throw new HalError('no-space', folder);
      },
    });
    await assert.rejects(settings.change({ 'mqtt.user': 'box' }), { code: 'no-space' });
    assert.equal(settings.values['mqtt.user'], '');
  });

  test('what a newer version wrote keeps no box from starting', async () => {
    const text = '[webhook]\nurl = "https://a.example/"\nretries = 3\n[listen]\nhttp = 1\n';
    const kept = disk({ [`${folder}/settings.toml`]: text });
    const { loaded } = await open(kept);
    assert.deepEqual(loaded.ignored, ['webhook.retries', 'listen.http']);
    assert.equal(loaded.values['webhook.url'], 'https://a.example/');
    assert.equal(loaded.values['listen.http'], 8631);
  });
});
