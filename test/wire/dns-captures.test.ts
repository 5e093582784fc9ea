// Shows that what avahi sent is understood, and means the same when it is written again.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { decodeDnsMessage } from '../../monitors/wire/dns/decode.ts';
import { encodeDnsMessage } from '../../monitors/wire/dns/encode.ts';
import type { DnsMessage } from '../../monitors/wire/dns/message.ts';

const folder = new URL('../captures/dns/', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.bin'));

function read(file: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(file, folder)));
}

for (const file of files) {
  test(`${file} is read, and written no longer than it was`, () => {
    const octets = read(file);
    const message = decodeDnsMessage(octets);
    const again = encodeDnsMessage(message);
    assert.deepEqual(decodeDnsMessage(again), message);
    assert.ok(again.length <= octets.length, `${again.length} > ${octets.length}`);
  });
}

test('among them are a probe, an announcement, a query with known answers and a goodbye', () => {
  const messages = files.map((file) => decodeDnsMessage(read(file)));
  const some = (what: string, holds: (message: DnsMessage) => boolean) =>
    assert.ok(messages.some(holds), what);
  some('a probe', ({ response, authorities }) => !response && authorities.length > 0);
  some('known answers', ({ response, answers }) => !response && answers.length > 0);
  some('an announcement', ({ response, answers }) => {
    const types = new Set(answers.map(({ data }) => data.type));
    return response && types.has('SRV') && types.has('TXT') && types.has('PTR');
  });
  some('a goodbye', ({ answers }) => answers.some(({ ttlSeconds }) => ttlSeconds === 0));
});

test('the name with a dot, a backslash and an umlaut is one label', () => {
  const instances = files
    .flatMap((file) => decodeDnsMessage(read(file)).answers)
    .flatMap(({ data }) => (data.type === 'PTR' ? [data.target[0]] : []));
  assert.ok(instances.includes('Office 4.1 \\ Größe'), JSON.stringify(instances));
});
