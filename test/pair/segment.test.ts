// Which addresses share an Ethernet segment.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharesSegment } from '../../firmware/pair/segment.ts';

const interfaces = [
  {
    name: 'eth0',
    loopback: false,
    addresses: [
      { address: '192.0.2.10', prefixBits: 26 },
      { address: '2001:db8::10', prefixBits: 64 },
    ],
  },
];

test('what the kernel reaches without a router is on the segment', () => {
  const cases = [
    ['192.0.2.10', '192.0.2.63', true],
    ['192.0.2.10', '192.0.2.64', false],
    ['192.0.2.11', '192.0.2.12', false],
    ['2001:db8::10', '2001:db8::ff:1', true],
    ['2001:db8::10', '2001:db8:0:1::1', false],
    ['192.0.2.10', '2001:db8::11', false],
    ['127.0.0.1', '127.0.0.2', true],
    ['', '192.0.2.11', false],
  ] as const;
  for (const [local, remote, wanted] of cases) {
    assert.equal(sharesSegment(local, remote, interfaces), wanted, `${local} ${remote}`);
  }
});
