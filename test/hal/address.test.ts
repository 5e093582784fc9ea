// Every spelling of an address becomes the one canonical spelling, as the kernel's own parser reads
// it.
import assert from 'node:assert/strict';
import { isIP, isIPv6, SocketAddress } from 'node:net';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { canonicalAddress, isLoopback, isUnspecified, parseIpAddress } from '../../hal/address.ts';

const spellings: readonly (readonly [string, string])[] = [
  ['127.0.0.1', '127.0.0.1'],
  ['127.1', '127.0.0.1'],
  ['127.0.1', '127.0.0.1'],
  ['0x7f.1', '127.0.0.1'],
  ['0X7F.0.0.0x1', '127.0.0.1'],
  ['0177.0.0.01', '127.0.0.1'],
  ['2130706433', '127.0.0.1'],
  ['0x7f000001', '127.0.0.1'],
  ['10.1.65535', '10.1.255.255'],
  ['::ffff:127.0.0.1', '127.0.0.1'],
  ['::FFFF:7f00:1', '127.0.0.1'],
  ['0:0:0:0:0:ffff:127.0.0.1', '127.0.0.1'],
  ['0000:0000:0000:0000:0000:ffff:7f00:0001', '127.0.0.1'],
  ['[::ffff:127.0.0.1]', '127.0.0.1'],
  ['::127.0.0.1', '127.0.0.1'],
  ['::', '::'],
  ['::1', '::1'],
  ['0:0:0:0:0:0:0:1', '::1'],
  ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['fe80::1%eth0', 'fe80::1%eth0'],
];

const noAddresses = [
  '',
  'printer',
  '1.2.3.4.5',
  '256.0.0.1',
  '1.2.3.256',
  '08.0.0.1',
  '1..2',
  '127.0.0.1.',
  '4294967296',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1::2::3',
  '12345::',
  '::1.2.3',
  '1.2.3.4::',
  'fe80::1%',
  '1:2:3:4:5:6:7::8',
];

describe('addresses', () => {
  for (const [text, canonical] of spellings) {
    test(`${text} is ${canonical}`, () => assert.equal(canonicalAddress(text), canonical));
  }

  for (const text of noAddresses) {
    test(`“${text}” is none`, () => assert.equal(parseIpAddress(text), undefined));
  }

  test('agrees with the system on IPv6', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        if (!isIPv6(text)) return;
        const system = new SocketAddress({ address: text, family: 'ipv6' }).address;
        assert.equal(canonicalAddress(text), canonicalAddress(system));
        const unfolded = /^::(ffff:)?(\d+\.\d+\.\d+\.\d+)$/.exec(system)?.[2];
        assert.equal(canonicalAddress(text), unfolded ?? system);
      }),
    );
  });

  test('agrees with the system on what is an address, and its canonical form is stable', () => {
    const alphabet = fc.constantFrom(...'0123456789abfx:.%'.split(''));
    fc.assert(
      fc.property(fc.string({ unit: alphabet, maxLength: 24 }), (text) => {
        if (isIP(text) !== 0) assert.notEqual(parseIpAddress(text), undefined);
        const canonical = canonicalAddress(text);
        assert.equal(canonicalAddress(canonical), canonical);
      }),
      { numRuns: 2000 },
    );
  });

  test('knows loopback and “this host”', () => {
    const is = (check: typeof isLoopback, text: string) => {
      const address = parseIpAddress(text);
      return address !== undefined && check(address);
    };
    assert.ok(is(isLoopback, '127.255.0.9') && is(isLoopback, '::1'));
    assert.ok(!is(isLoopback, '128.0.0.1') && !is(isLoopback, '::2') && !is(isLoopback, '::'));
    assert.ok(is(isUnspecified, '0.0.0.0') && is(isUnspecified, '::') && is(isUnspecified, '0'));
    assert.ok(!is(isUnspecified, '1.0.0.0') && !is(isUnspecified, '::1'));
  });
});
