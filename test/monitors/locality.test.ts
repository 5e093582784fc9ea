// No disguise of one of our own addresses passes for a printer on the network.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  createAddressRefusal,
  decideLocality,
  type LocalityRules,
} from '../../monitors/locality.ts';

const tcp = { name: 'tcp', locality: 'network' } as const;
const usb = { name: 'usb', locality: 'local' } as const;

const rules: LocalityRules = {
  known: [
    {
      whose: 'this appliance',
      names: ['Platen-1.office.example'],
      addresses: ['127.0.0.1', '::1', '192.0.2.10', '2001:db8::10', 'fe80::10', '192.0.2.77'],
    },
    { whose: 'the peer', names: ['platen-2'], addresses: ['192.0.2.11'] },
    { whose: 'the group "accounts"', names: ['accounts'], addresses: ['192.0.2.20'] },
  ],
  loopbackIsNetwork: false,
};
const demonstration: LocalityRules = { ...rules, loopbackIsNetwork: true };

function kindOf(host: string, resolved: readonly string[] = [], by = rules) {
  return decideLocality({ module: tcp, host, resolved }, by).kind;
}

const loopbackDisguises = [
  '127.0.0.1',
  '127.255.1.2',
  '127.1',
  '127.0.1',
  '0x7f.1',
  '0X7F.0.0.1',
  '0177.0.0.1',
  '2130706433',
  '0x7f000001',
  '127.0.0.1.',
  '１２７.０.０.１',
  '127。0。0。1',
  '::1',
  '[::1]',
  '0:0:0:0:0:0:0:1',
  '::1%lo',
  '::ffff:127.0.0.1',
  '::FFFF:127.0.0.1',
  '::ffff:7f00:1',
  '::ffff:7f00:0001',
  '0:0:0:0:0:ffff:127.0.0.1',
  '0000:0000:0000:0000:0000:FFFF:7F00:0001',
  '::127.0.0.1',
  'localhost',
  'LOCALHOST',
  'localhost.',
  ' localhost ',
  'ｌocalhost',
  'printer.localhost',
  'localhost.localdomain',
  'ip6-localhost',
];

const otherDisguises = [
  '0.0.0.0',
  '0',
  '0.0',
  '::',
  '::ffff:0.0.0.0',
  'platen-1.office.example',
  'PLATEN-1.OFFICE.EXAMPLE.',
  'platen-1',
  'Platen-1.local',
  'platen-2',
  'platen-2.local.',
  'accounts',
  '192.0.2.10',
  '0xC0.0.2.10',
  '3221225994',
  '::ffff:192.0.2.10',
  '2001:DB8:0::10',
  '2001:0db8:0000:0000:0000:0000:0000:0010',
  'fe80::10%eth0',
  'FE80::10%eth1',
  '192.0.2.77',
  '192.0.2.11',
  '192.0.2.20',
];

const printers = [
  '192.0.2.99',
  '128.0.0.1',
  '2001:db8::99',
  'fe80::99%eth0',
  'printer.office.example',
  'platen-10',
  'localhosts',
  'accounts.elsewhere.example',
];

describe('locality', () => {
  for (const host of loopbackDisguises) {
    test(`“${host}” is local, but for demonstrations`, () => {
      assert.equal(kindOf(host), 'local');
      assert.equal(kindOf(host, [], demonstration), 'network');
    });
  }

  for (const host of otherDisguises) {
    test(`“${host}” is local, always`, () => {
      assert.equal(kindOf(host), 'local');
      assert.equal(kindOf(host, [], demonstration), 'local');
    });
  }

  for (const host of printers) {
    test(`“${host}” is on the network`, () => assert.equal(kindOf(host), 'network'));
  }

  test('a name is local when any of its addresses is', () => {
    assert.equal(kindOf('printer.example', ['192.0.2.99']), 'network');
    assert.equal(kindOf('printer.example', ['192.0.2.99', '192.0.2.10']), 'local');
    assert.equal(kindOf('printer.example', ['::ffff:127.0.0.1']), 'local');
    assert.equal(kindOf('printer.example', ['192.0.2.11'], demonstration), 'local');
  });

  test('a port without an address is where its monitor says', () => {
    const place = { host: undefined, resolved: [] };
    assert.equal(decideLocality({ module: tcp, ...place }, rules).kind, 'network');
    assert.equal(decideLocality({ module: usb, ...place }, rules).kind, 'local');
  });

  test('the monitor of local ports is local whatever the address', () => {
    const place = { module: usb, host: '192.0.2.99', resolved: [] };
    assert.deepEqual(decideLocality(place, demonstration), {
      kind: 'local',
      reason: 'the monitor "usb" drives ports of this box',
    });
  });

  test('says why', () => {
    const reasonOf = (host: string, resolved: readonly string[] = []) => {
      const locality = decideLocality({ module: tcp, host, resolved }, rules);
      return locality.kind === 'local' ? locality.reason : undefined;
    };
    assert.equal(reasonOf('127.0.0.1'), '"127.0.0.1" is a loopback address');
    assert.equal(reasonOf('127.1'), '"127.1" leads to 127.0.0.1, a loopback address');
    assert.equal(reasonOf('platen-2'), '"platen-2" is a name of the peer');
    assert.equal(
      reasonOf('printer', ['192.0.2.20']),
      '"printer" leads to 192.0.2.20, an address of the group "accounts"',
    );
  });

  test('refuses at each connect by the rules of that moment', () => {
    let now = demonstration;
    const refuse = createAddressRefusal(() => now);
    assert.equal(refuse('127.0.0.1'), undefined);
    assert.equal(refuse('192.0.2.11'), '192.0.2.11 is an address of the peer');
    now = rules;
    assert.equal(refuse('127.0.0.1'), '127.0.0.1 is a loopback address');
    assert.equal(refuse('192.0.2.99'), undefined);
  });
});
