// The words of a printer in English and Portuguese, by the natural language that a client asks for.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { abilitiesOf } from '../../firmware/servers/ipp/abilities.ts';
import { jobTemplate } from '../../firmware/servers/ipp/job-template.ts';
import { languages, strings, stringsFile } from '../../firmware/servers/ipp/resources/strings.ts';
import { startServers } from './harness.ts';
import { askIpp } from './ipp-client.ts';
import { WireClient } from './wire-client.ts';

describe('the words', () => {
  test('are there in each language, in the form of a .strings file', () => {
    for (const language of languages) {
      const lines = stringsFile(language).split(/(?<=\n)/);
      assert.equal(lines.length, Object.keys(strings).length);
      for (const line of lines) assert.match(line, /^"[a-z0-9.-]+" = "[^"\\\n]+";\n$/);
    }
  });

  test('are there for whatever a printer offers', () => {
    const device = {
      sides: ['one-sided', 'two-sided-long-edge', 'two-sided-short-edge'],
      qualities: [3, 4, 5],
      color: true,
    } as const;
    const missing: string[] = [];
    for (const abilities of [
      abilitiesOf({ formats: ['application/octet-stream'] }),
      abilitiesOf({ formats: ['application/pdf', 'image/urf'] }, device),
    ]) {
      for (const { name, supported } of jobTemplate) {
        // Sizes of media say themselves what they are; members are keywords of their own.
        if (name === 'media' || name === 'media-col' || name === 'overrides') continue;
        if (strings[name] === undefined) missing.push(name);
        for (const { syntax, value } of supported(abilities) ?? []) {
          if (syntax !== 'keyword' && syntax !== 'enum') continue;
          const key = `${name}.${value}`;
          if (strings[key] === undefined) missing.push(key);
        }
      }
    }
    assert.deepEqual(missing, []);
  });

  for (const [language, wanted] of [
    ['en', 'en'],
    ['pt', 'pt'],
    ['pt-br', 'pt'],
    ['fr', 'en'],
  ] as const) {
    test(`for ${language} are ${wanted}.strings`, async () => {
      await using servers = await startServers();
      const { message } = await askIpp(servers.httpPort, {
        operation: 'Get-Printer-Attributes',
        language,
      });
      const all = message.groups.flatMap(({ attributes }) => attributes);
      const named = (name: string) =>
        all.find((each) => each.name === name)?.values.map(({ value }) => value);
      assert.deepEqual(named('printer-strings-languages-supported'), ['en', 'pt']);
      const [where] = named('printer-strings-uri') ?? [];
      assert.ok(typeof where === 'string');
      const { pathname } = new URL(where);
      assert.equal(pathname, `/ipp/resources/${wanted}.strings`);
      const client = await WireClient.to(servers.httpPort);
      client.send(`GET ${pathname} HTTP/1.1\r\nHost: a\r\n\r\n`);
      const { status, headers, body } = await client.answer();
      client.close();
      assert.equal(status, 200);
      assert.equal(headers['content-type'], 'text/strings; charset=utf-8');
      assert.equal(body.toString('utf8'), stringsFile(wanted));
    });
  }
});
