// The files of a queue as IPP shows them: profiles, driver, strings, icons, and when they changed.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { notifyEventsOf } from '../../firmware/servers/ipp/subscriptions/notify-events.ts';
import type { FileEntry } from '../../firmware/store/printer-data-rows.ts';
import type { IppAttribute, IppMessage } from '../../monitors/wire/ipp/message.ts';
import { attribute, keyword, outOfBand, uri } from '../../monitors/wire/ipp/values.ts';
import { noPrinterData, noQueueFiles } from '../fakes/no-queue-files.ts';
import { askIpp } from './ipp-client.ts';
import { type Harness, startServers } from './harness.ts';

const administrator = { name: 'root', role: 'administrator' } as const;

function file(name: string, title = name): FileEntry {
  const at = { ms: 0, trusted: true };
  const plain = { component: 'C', directory: 'Color\\Press', sizeBytes: 1, type: 'x/y', at };
  return { ...plain, name, title, digest: `sha256:${'0'.repeat(64)}` };
}

function keep(servers: Harness, files: readonly FileEntry[], driverInstaller?: string): void {
  servers.spooler.files = {
    ...noQueueFiles,
    facts: async () => ({
      files,
      changedAt: { ms: servers.clock.wall().ms + 5_000, trusted: true },
      driverInstaller,
    }),
  };
}

function valuesOf(message: IppMessage, name: string) {
  const all = message.groups.flatMap(({ attributes }) => attributes);
  return all.find((each) => each.name === name)?.values.map(({ value }) => value);
}

function textOf(message: IppMessage, name: string): string {
  const [value] = valuesOf(message, name) ?? [];
  return typeof value === 'string' ? value : '';
}

async function shown(servers: Harness, ...more: readonly IppAttribute[]): Promise<IppMessage> {
  const ask = { operation: 'Get-Printer-Attributes', operationAttributes: more } as const;
  return (await askIpp(servers.httpPort, ask)).message;
}

describe('files of a queue by IPP', () => {
  test('stand in the attributes that are for them', async () => {
    await using servers = await startServers();
    keep(servers, [
      file('press.icc', 'Press 300'),
      file('Büro.zip'),
      file('de.strings'),
      file('logo.png'),
      file('notes.bin'),
    ]);
    const message = await shown(servers);
    const root = `http://localhost:${servers.httpPort}/ipp/files/office/content/`;
    assert.deepEqual(valuesOf(message, 'printer-static-resource-directory-uri'), [root]);
    assert.deepEqual(valuesOf(message, 'printer-driver-installer'), [
      `${root}Color/Press/B%C3%BCro.zip`,
    ]);
    assert.deepEqual(valuesOf(message, 'printer-icons'), [`${root}Color/Press/logo.png`]);
    assert.deepEqual(valuesOf(message, 'printer-strings-languages-supported'), ['en', 'pt', 'de']);
    const [profile] = valuesOf(message, 'printer-icc-profiles') ?? [];
    assert.ok(Array.isArray(profile));
    assert.deepEqual(
      profile.map(({ name, values }: IppAttribute) => [name, values[0]?.value]),
      [
        ['profile-name', 'Press 300'],
        ['profile-uri', `${root}Color/Press/press.icc`],
      ],
    );
    assert.match(textOf(message, 'printer-strings-uri'), /resources\/en\.strings$/);
  });

  test('strings come in the language that the client speaks', async () => {
    await using servers = await startServers();
    keep(servers, [file('de.strings'), file('pt-br.strings'), file('en.strings')]);
    for (const [language, wanted] of [
      ['de-at', 'de'],
      ['pt-br', 'pt-br'],
      ['fr', 'en'],
    ] as const) {
      const { message } = await askIpp(servers.httpPort, {
        operation: 'Get-Printer-Attributes',
        language,
      });
      assert.match(textOf(message, 'printer-strings-uri'), new RegExp(`/${wanted}.str`));
    }
  });

  test('our words in the client’s language stand before a queue’s in English', async () => {
    await using servers = await startServers();
    keep(servers, [file('de.strings'), file('en.strings')]);
    const words = async (language: string) => {
      const ask = { operation: 'Get-Printer-Attributes', language } as const;
      return textOf((await askIpp(servers.httpPort, ask)).message, 'printer-strings-uri');
    };
    assert.match(await words('pt'), /resources\/pt\.strings$/);
    assert.match(await words('en-gb'), /content\/Color\/Press\/en\.strings$/);
    keep(servers, [file('pt.strings')]);
    assert.match(await words('pt-pt'), /content\/Color\/Press\/pt\.strings$/);
    assert.match(await words('en'), /resources\/en\.strings$/);
  });

  test('a change of them is a change of the configuration', async () => {
    await using servers = await startServers();
    const before = valuesOf(await shown(servers), 'printer-config-change-time');
    await servers.clock.advance(60_000);
    keep(servers, []);
    const after = valuesOf(await shown(servers), 'printer-config-change-time');
    assert.ok(Number(after) > Number(before));
  });

  test('without files only the folder is named', async () => {
    await using servers = await startServers();
    const message = await shown(servers);
    assert.equal(valuesOf(message, 'printer-icc-profiles'), undefined);
    assert.equal(valuesOf(message, 'printer-driver-installer'), undefined);
    assert.equal(valuesOf(message, 'printer-icons')?.length, 3);
  });

  test('the driver of somebody else is set and taken away', async () => {
    await using servers = await startServers({ by: administrator });
    const asked: unknown[] = [];
    servers.spooler.data = {
      ...noPrinterData,
      setDataEx: async (_id, key, name, value) => {
        asked.push([key, name, value.data]);
        return { kind: 'done' };
      },
      deleteDataEx: async (_id, key, name) => {
        asked.push([key, name]);
        return noPrinterData.deleteDataEx('', '', '', { kind: 'nobody' });
      },
    };
    const set = async (value: IppAttribute) => {
      const ask = { operation: 'Set-Printer-Attributes', printerGroup: [value] } as const;
      return (await askIpp(servers.httpPort, ask)).status;
    };
    const name = 'printer-driver-installer';
    const where = 'https://example.org/driver.zip';
    assert.equal(await set(attribute(name, uri(where))), 'successful-ok');
    assert.equal(await set(attribute(name, outOfBand.deleteAttribute)), 'successful-ok');
    assert.deepEqual(asked, [
      ['PrinterDriverData', name, where],
      ['PrinterDriverData', name],
    ]);
    for (const wrong of [uri('javascript:alert(1)'), uri('file:///etc/passwd'), keyword('x')]) {
      assert.equal(await set(attribute(name, wrong)), 'client-error-bad-request');
    }
    keep(servers, [file('a.zip')], where);
    assert.deepEqual(valuesOf(await shown(servers), name), [where]);
  });

  test('events have their words', () => {
    const event = { id: 1, at: { ms: 0, trusted: true }, spooler: 's', printerId: 'p', facts: {} };
    const words = (type: 'queue-connected' | 'queue-disconnected' | 'queue-files-changed') =>
      notifyEventsOf({ ...event, type });
    assert.deepEqual(words('queue-files-changed'), ['printer-config-changed']);
    assert.deepEqual(words('queue-connected'), ['smi32473-connection-added']);
    assert.deepEqual(words('queue-disconnected'), ['smi32473-connection-deleted']);
  });
});
