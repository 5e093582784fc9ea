// Shows what holds for every DNS message and for every mistreated one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { canonicalAddress } from '../../hal/address.ts';
import { decodeDnsMessage } from '../../monitors/wire/dns/decode.ts';
import { dnsDataOctets, encodeDnsMessage } from '../../monitors/wire/dns/encode.ts';
import { DnsDecodeError } from '../../monitors/wire/dns/errors.ts';
import type { DnsData, DnsMessage, DnsRecord } from '../../monitors/wire/dns/message.ts';

/** Any other will do; one that never changes keeps the test from failing by chance. */
const seed = 6762;

/** Objects as the decoder makes them, with a prototype. */
function record<Shape extends object>(shape: { [Name in keyof Shape]: fc.Arbitrary<Shape[Name]> }) {
  return fc.record<Shape>(shape, { noNullPrototype: true });
}

const label = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((text) => Buffer.byteLength(text) <= 63 && text.isWellFormed());
/** From few labels, so that suffixes repeat and are compressed. */
const name = fc.array(fc.oneof(fc.constantFrom('_ipp', '_tcp', 'local', 'A', 'a'), label), {
  maxLength: 4,
});
const uint16 = fc.nat(0xffff);

const data: fc.Arbitrary<DnsData> = fc.oneof(
  record({ type: fc.constant('A' as const), address: fc.ipV4() }),
  record({
    type: fc.constant('AAAA' as const),
    address: fc
      .ipV6()
      .map(canonicalAddress)
      .filter((address) => address.includes(':')),
  }),
  record({ type: fc.constant('PTR' as const), target: name }),
  record({
    type: fc.constant('SRV' as const),
    priority: uint16,
    weight: uint16,
    port: uint16,
    target: name,
  }),
  record({
    type: fc.constant('TXT' as const),
    strings: fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 5 }),
  }),
  record({
    type: fc.constant('NSEC' as const),
    next: name,
    types: fc
      .uniqueArray(fc.oneof(fc.nat(64), uint16), { maxLength: 8 })
      .map((types) => types.toSorted((a, b) => a - b)),
  }),
  record({
    type: fc.constant('other' as const),
    number: fc.integer({ min: 48, max: 0xffff }),
    octets: fc.uint8Array({ maxLength: 40 }),
  }),
);
const dnsClass = fc.nat(0x7fff);
const dnsRecord: fc.Arbitrary<DnsRecord> = record({
  name,
  class: dnsClass,
  cacheFlush: fc.boolean(),
  ttlSeconds: fc.nat(0xffffffff),
  data,
});
const records = fc.array(dnsRecord, { maxLength: 4 });
const message: fc.Arbitrary<DnsMessage> = record({
  id: uint16,
  response: fc.boolean(),
  opcode: fc.nat(15),
  authoritative: fc.boolean(),
  truncated: fc.boolean(),
  responseCode: fc.nat(15),
  questions: fc.array(
    record({ name, type: uint16, class: dnsClass, unicastResponse: fc.boolean() }),
    { maxLength: 4 },
  ),
  answers: records,
  authorities: records,
  additionals: records,
});

/** A message is made, or a DnsDecodeError; what was made has data that can be compared. */
function assertReadOrRefused(octets: Uint8Array): void {
  try {
    const { answers, authorities, additionals } = decodeDnsMessage(octets);
    for (const each of [answers, authorities, additionals].flat()) dnsDataOctets(each.data);
  } catch (error) {
    if (!(error instanceof DnsDecodeError)) throw error;
    assert.ok(error.offsetBytes <= octets.length);
  }
}

test('a message is read as it was written', () => {
  fc.assert(
    fc.property(message, fc.boolean(), (sent, compressSrv) => {
      assert.deepEqual(decodeDnsMessage(encodeDnsMessage(sent, { compressSrv })), sent);
    }),
    { seed, numRuns: 800 },
  );
});

test('a message that is cut, or has octets changed, is read or refused', () => {
  fc.assert(
    fc.property(
      message,
      fc.nat(),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
      (sent, cut, changes) => {
        const octets = encodeDnsMessage(sent);
        for (const [at, value] of changes) octets[at % octets.length] = value;
        assertReadOrRefused(octets);
        assertReadOrRefused(octets.subarray(0, cut % octets.length));
      },
    ),
    { seed, numRuns: 800 },
  );
});

test('any octets are read or refused', () => {
  const header = fc.constantFrom('000084000001000100000001', '000000000000000200020000');
  fc.assert(
    fc.property(header, fc.uint8Array({ maxLength: 80 }), (head, tail) => {
      assertReadOrRefused(tail);
      assertReadOrRefused(Buffer.concat([Buffer.from(head, 'hex'), tail]));
    }),
    { seed, numRuns: 1_500 },
  );
});
