// What may not be part of a group: local ports and unconverted monitors, named, with the reason.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type GroupPort,
  refuseGroupPort,
  refuseGroupPrinter,
} from '../../firmware/cluster/refusal.ts';

const converted = () => Promise.resolve(undefined);
const tcp = { name: 'tcp', locality: 'network', initializePrintMonitor2: converted } as const;
const usb = { name: 'usb', locality: 'local', initializePrintMonitor2: converted } as const;
const old = { name: 'old', locality: 'network', initializePrintMonitor: converted } as const;
const rules = {
  known: [
    { whose: 'this appliance', names: ['box-a'], addresses: ['192.0.2.1'] },
    { whose: 'the peer', names: ['box-b'], addresses: ['192.0.2.2'] },
    { whose: 'the group "labels"', names: ['labels'], addresses: ['192.0.2.9'] },
  ],
  loopbackIsNetwork: false,
};

const port = (module: GroupPort['module'], host?: string, resolved: readonly string[] = []) => ({
  name: 'HP1',
  module,
  host,
  resolved,
});

describe('ports', () => {
  const rows: readonly { what: string; port: GroupPort; says: RegExp | undefined }[] = [
    { what: 'a printer on the network', port: port(tcp, '192.0.2.50'), says: undefined },
    { what: 'a port of this box', port: port(usb), says: /"usb".*drives ports of this box/ },
    { what: 'an unconverted monitor', port: port(old, '192.0.2.50'), says: /"old".*not converted/ },
    { what: 'loopback', port: port(tcp, '127.0.0.1'), says: /"HP1".*loopback/ },
    { what: 'the appliance itself', port: port(tcp, '192.0.2.1'), says: /this appliance/ },
    { what: 'the peer, by name', port: port(tcp, 'box-b'), says: /the peer/ },
    { what: 'a group’s address', port: port(tcp, 'other', ['192.0.2.9']), says: /"labels"/ },
  ];
  for (const { what, port, says } of rows) {
    test(`${what}: ${says === undefined ? 'may' : 'may not'}`, () => {
      const refusal = refuseGroupPort(port, 'accounts', rules);
      assert.equal(refusal?.code, says === undefined ? undefined : 'not-clusterable');
      if (says !== undefined) assert.match(refusal?.message ?? '', says);
    });
  }
});

describe('printers', () => {
  test('one local port in its pool is enough, and is named', () => {
    const ports = [
      { name: 'HP1', port: port(tcp, '192.0.2.50') },
      { name: 'USB1', port: { ...port(usb), name: 'USB1' } },
    ];
    const refusal = refuseGroupPrinter({ name: 'Office', ports }, 'accounts', rules);
    assert.match(refusal?.message ?? '', /"Office".*"accounts".*"usb"/);
  });

  test('a port that is not there is no way around', () => {
    const ports = [{ name: 'gone', port: undefined }];
    const refusal = refuseGroupPrinter({ name: 'Office', ports }, 'accounts', rules);
    assert.equal(refusal?.code, 'port-not-found');
  });
});
