// Where a group's addresses go: the interface on whose network they are, and never as a network of
// their own.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gatewaysOf, placeAddress, placeLink } from '../../firmware/groups/placing.ts';

const interfaces = [
  { name: 'lo', loopback: true, addresses: [{ address: '127.0.0.1', prefixBits: 8 }] },
  {
    name: 'eth0',
    loopback: false,
    addresses: [
      { address: '10.77.0.200', prefixBits: 32 },
      { address: '10.77.0.1', prefixBits: 24 },
      { address: 'fd00::1', prefixBits: 64 },
    ],
  },
  { name: 'eth1', loopback: false, addresses: [{ address: '192.168.4.9', prefixBits: 22 }] },
] as const;

describe('where addresses of a group go', () => {
  test('on the interface of their network, with the longest prefix', () => {
    const at = (address: string) => placeAddress(address, interfaces);
    const eth0 = { interfaceName: 'eth0', prefixBits: 32 };
    assert.deepEqual(at('10.77.0.50'), { address: '10.77.0.50', ...eth0 });
    assert.deepEqual(at('fd00::50'), {
      address: 'fd00::50',
      interfaceName: 'eth0',
      prefixBits: 128,
    });
    assert.equal(at('192.168.7.255')?.interfaceName, 'eth1');
    for (const strange of ['192.168.8.0', '10.78.0.1', 'fd01::1', '127.0.0.9', 'nonsense']) {
      assert.equal(at(strange), undefined, strange);
    }
  });

  test('the link is the network of the peer, and no address of a group stands for this box', () => {
    const group = new Set(['10.77.0.200']);
    assert.deepEqual(placeLink('10.77.0.2', interfaces, group), {
      interfaceName: 'eth0',
      address: '10.77.0.1',
    });
    assert.equal(placeLink('10.99.0.2', interfaces, group), undefined);
  });

  test('gateways are read from the kernel’s table', () => {
    const table =
      'Iface\tDestination\tGateway\tFlags\n' +
      'eth0\t00000000\t0100000A\t0003\n' +
      'eth0\t0000000A\t00000000\t0001\n';
    assert.deepEqual(gatewaysOf(table), ['10.0.0.1']);
    assert.deepEqual(gatewaysOf(''), []);
  });
});
