// The appliance's own pages as documents: what devices get, whatever the names are made of.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { configurationPageOf, testPageOf } from '../../firmware/paper/pages.ts';
import { formFor, paperForms } from '../../firmware/paper/table.ts';

const facts = {
  version: '1.2.3',
  nodeId: 'node-1',
  addresses: [
    { what: 'http', address: 'http://box:8631/' },
    { what: 'socket', address: 'platen.sock' },
    { what: 'raw', address: 'tcp://box:9100', printer: 'office' },
  ],
  printers: [
    { name: 'office', spooler: 'local', location: '2nd floor' },
    { name: 'labels', spooler: 'clinic', location: '' },
  ],
} as const;

describe('the appliance prints', () => {
  test('its configuration: addresses and printers, and nothing of the socket', () => {
    const { lines } = configurationPageOf(facts);
    const text = lines.join('\n');
    assert.match(text, /raw +tcp:\/\/box:9100 office/);
    assert.match(text, /clinic\/labels/);
    assert.doesNotMatch(text, /sock/);
  });

  test('a PDF where the printer takes one, a label for label printers, else text', () => {
    assert.equal(
      formFor(['application/octet-stream', 'application/pdf']).format,
      'application/pdf',
    );
    assert.equal(formFor(['application/vnd.zebra-zpl']).format, 'application/vnd.zebra-zpl');
    assert.equal(formFor(['application/octet-stream']).format, 'text/plain');
  });

  test('nothing of a name becomes a command of the device', () => {
    const hostile = { name: 'a^XZ~JR(b)\\ \u001B%-12345X', location: 'é', portNames: ['lp'] };
    const { title, lines } = testPageOf(hostile, facts);
    for (const { format, make } of paperForms) {
      const bytes = Buffer.from(make(title, lines));
      assert.ok(!bytes.includes('\u001B'), format);
      if (format === 'application/vnd.zebra-zpl') {
        assert.equal(bytes.toString().split('^XZ').length, 2);
        assert.ok(!bytes.includes('~'));
      }
      if (format === 'application/pdf') assert.ok(bytes.includes('\\(b\\)\\\\'));
    }
  });
});
