// Shows DNS messages octet by octet, as RFC 1035, 6762 and 6763 draw them, and hostile ones
// refused.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeDnsMessage } from '../../monitors/wire/dns/decode.ts';
import { dnsDataOctets, encodeDnsMessage } from '../../monitors/wire/dns/encode.ts';
import {
  DnsDecodeError,
  DnsEncodeError,
  type DnsDecodeFault,
} from '../../monitors/wire/dns/errors.ts';
import {
  dnsNameKey,
  dnsTypes,
  formatDnsName,
  sameDnsName,
  type DnsData,
  type DnsMessage,
  type DnsName,
} from '../../monitors/wire/dns/message.ts';

const empty: DnsMessage = {
  id: 0,
  response: true,
  opcode: 0,
  authoritative: true,
  truncated: false,
  responseCode: 0,
  questions: [],
  answers: [],
  authorities: [],
  additionals: [],
};

const ipp: DnsName = ['_ipp', '_tcp', 'local'];
const office: DnsName = ['Office 4.1 \\ Größe', ...ipp];
const host: DnsName = ['laser', 'local'];

function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replace(/\s+/g, ''), 'hex'));
}

function withAnswer(data: DnsData, name: DnsName = host): DnsMessage {
  return {
    ...empty,
    answers: [{ name, class: 1, cacheFlush: false, ttlSeconds: 120, data }],
  };
}

describe('vectors', () => {
  test('a question with the QU bit', () => {
    const octets = hex(`0000 0000 0001 0000 0000 0000
      04 5f697070 04 5f746370 05 6c6f63616c 00 000c 8001`);
    const message: DnsMessage = {
      ...empty,
      response: false,
      authoritative: false,
      questions: [{ name: ipp, type: dnsTypes.PTR, class: 1, unicastResponse: true }],
    };
    assert.deepEqual(decodeDnsMessage(octets), message);
    assert.deepEqual(encodeDnsMessage(message), octets);
  });

  test('an address with the cache-flush bit', () => {
    const octets = hex(`0000 8400 0000 0001 0000 0000
      05 6c61736572 05 6c6f63616c 00 0001 8001 00000078 0004 0a4d0001`);
    const message: DnsMessage = {
      ...empty,
      answers: [
        {
          name: host,
          class: 1,
          cacheFlush: true,
          ttlSeconds: 120,
          data: { type: 'A', address: '10.77.0.1' },
        },
      ],
    };
    assert.deepEqual(decodeDnsMessage(octets), message);
    assert.deepEqual(encodeDnsMessage(message), octets);
  });

  test('names are compressed wherever a suffix stood before, in SRV on demand', () => {
    const message: DnsMessage = {
      ...empty,
      answers: [
        {
          name: ipp,
          class: 1,
          cacheFlush: false,
          ttlSeconds: 4500,
          data: { type: 'PTR', target: ['a', ...ipp] },
        },
        {
          name: ['a', ...ipp],
          class: 1,
          cacheFlush: true,
          ttlSeconds: 120,
          data: { type: 'SRV', priority: 0, weight: 0, port: 631, target: host },
        },
      ],
    };
    const head = `0000 8400 0000 0002 0000 0000
      04 5f697070 04 5f746370 05 6c6f63616c 00 000c 0001 00001194 0004 01 61 c00c
      c027 0021 8001 00000078`;
    const compressed = hex(`${head} 000e 0000 0000 0277 05 6c61736572 c016`);
    const plain = hex(`${head} 0013 0000 0000 0277 05 6c61736572 05 6c6f63616c 00`);
    assert.deepEqual(encodeDnsMessage(message), compressed);
    assert.deepEqual(encodeDnsMessage(message, { compressSrv: false }), plain);
    assert.deepEqual(decodeDnsMessage(compressed), message);
    assert.deepEqual(decodeDnsMessage(plain), message);
  });

  test('dots and backslashes stay inside their label', () => {
    const octets = encodeDnsMessage(withAnswer({ type: 'PTR', target: office }, ipp));
    const text = Buffer.from(octets).toString('utf8');
    assert.ok(text.includes('\u0014Office 4.1 \\ Größe'), text);
    assert.deepEqual(decodeDnsMessage(octets).answers[0]?.data, { type: 'PTR', target: office });
    assert.equal(formatDnsName(office), 'Office 4\\.1 \\\\ Größe._ipp._tcp.local');
  });

  test('NSEC says by bits which types there are', () => {
    const data: DnsData = { type: 'NSEC', next: host, types: [dnsTypes.A, dnsTypes.AAAA, 257] };
    assert.deepEqual(
      dnsDataOctets(data),
      hex('05 6c61736572 05 6c6f63616c 00 00 04 40000008 01 01 40'),
    );
    assert.deepEqual(decodeDnsMessage(encodeDnsMessage(withAnswer(data))), withAnswer(data));
  });

  test('TXT without any string is one empty string', () => {
    const octets = hex(`0000 8400 0000 0001 0000 0000 00 0010 0001 00000000 0000`);
    assert.deepEqual(decodeDnsMessage(octets).answers[0]?.data, {
      type: 'TXT',
      strings: [new Uint8Array(0)],
    });
  });

  test('OPT is passed over, what is unknown is kept', () => {
    const octets = hex(`0000 0000 0000 0000 0000 0002
      00 0029 05a0 00001194 0004 0004 0000
      00 0063 0001 00000001 0002 abcd`);
    assert.deepEqual(decodeDnsMessage(octets).additionals, [
      {
        name: [],
        class: 1,
        cacheFlush: false,
        ttlSeconds: 1,
        data: { type: 'other', number: 0x63, octets: hex('abcd') },
      },
    ]);
  });

  test('IPv4 inside IPv6 is no address, and still has its octets', () => {
    const mapped = '00000000000000000000ffff0a4d0001';
    const octets = hex(`0000 8400 0000 0001 0000 0000 00 001c 0001 00000000 0010 ${mapped}`);
    const data = decodeDnsMessage(octets).answers[0]?.data;
    const expected: DnsData = { type: 'other', number: dnsTypes.AAAA, octets: hex(mapped) };
    assert.deepEqual(data, expected);
    assert.deepEqual(dnsDataOctets(expected), hex(mapped));
  });

  test('names are compared without regard to the case of A to Z alone', () => {
    assert.ok(sameDnsName(['LASER', 'Local'], host));
    assert.ok(!sameDnsName(['Ä'], ['ä']));
    assert.ok(!sameDnsName(['a.b'], ['a', 'b']));
    assert.notEqual(dnsNameKey(['a.b']), dnsNameKey(['a', 'b']));
    assert.notEqual(dnsNameKey(['a\\', 'b']), dnsNameKey(['a\\.b']));
  });
});

describe('hostile messages', () => {
  const one = '0000 8400 0000 0001 0000 0000';
  const rows: readonly { what: string; octets: string; code: DnsDecodeFault; at: number }[] = [
    { what: 'no header', octets: '0000 8400', code: 'truncated', at: 4 },
    { what: 'an answer that is missing', octets: one, code: 'truncated', at: 12 },
    { what: 'a pointer to itself', octets: `${one} c00c`, code: 'bad-pointer', at: 12 },
    { what: 'a pointer ahead', octets: `${one} c020`, code: 'bad-pointer', at: 12 },
    { what: 'a pointer into the header', octets: `${one} c000`, code: 'bad-pointer', at: 12 },
    { what: 'a loop through a label', octets: `${one} 01 61 c00c`, code: 'bad-pointer', at: 14 },
    { what: 'half a pointer', octets: `${one} c0`, code: 'truncated', at: 13 },
    { what: 'a label type of old', octets: `${one} 41 00`, code: 'bad-name', at: 12 },
    { what: 'a label beyond the end', octets: `${one} 3f 61`, code: 'truncated', at: 12 },
    { what: 'a label that is no UTF-8', octets: `${one} 01 ff 00`, code: 'bad-name', at: 13 },
    {
      what: 'a name of 256 octets',
      octets: `${one} ${`3f${'61'.repeat(63)}`.repeat(4)} 00`,
      code: 'bad-name',
      at: 12,
    },
    {
      what: 'data beyond the end',
      octets: `${one} 00 0001 0001 00000000 0005 0a4d0001`,
      code: 'truncated',
      at: 23,
    },
    {
      what: 'an address of five octets',
      octets: `${one} 00 0001 0001 00000000 0005 0a4d000100`,
      code: 'bad-data',
      at: 23,
    },
    {
      what: 'an address of three octets',
      octets: `${one} 00 0001 0001 00000000 0003 0a4d00`,
      code: 'truncated',
      at: 23,
    },
    {
      what: 'a name that leaves its data',
      octets: `${one} 00 000c 0001 00000000 0002 0161 00`,
      code: 'truncated',
      at: 25,
    },
    {
      what: 'type windows that go back',
      octets: `${one} 00 002f 0001 00000000 0007 00 010140 000140`,
      code: 'bad-data',
      at: 27,
    },
    {
      what: 'more records than anybody needs',
      octets: '0000 8400 0000 ffff 0000 0000',
      code: 'too-many-records',
      at: 4,
    },
  ];
  for (const { what, octets, code, at } of rows) {
    test(`${what}: ${code}`, () => {
      assert.throws(
        () => decodeDnsMessage(hex(octets)),
        (error) =>
          error instanceof DnsDecodeError && error.code === code && error.offsetBytes === at,
      );
    });
  }

  test('above 9,000 octets nothing is looked at', () => {
    assert.throws(() => decodeDnsMessage(new Uint8Array(9_001)), { code: 'too-large' });
  });

  test('a chain of pointers is followed a bounded number of times', () => {
    // The chain stands in the data of one record, behind its 11 octets of head.
    const chain = (length: number) =>
      Array.from({ length }, (_, at) =>
        at === 0 ? '0000' : (0xc000 + 23 + 2 * (at - 1)).toString(16),
      ).join('');
    const octets = (length: number) =>
      hex(`0000 8400 0000 0002 0000 0000
        00 0063 0001 00000000 ${(2 * length).toString(16).padStart(4, '0')} ${chain(length)}
        ${(0xc000 + 23 + 2 * (length - 1)).toString(16)} 0001 0001 00000000 0004 0a4d0001`);
    assert.equal(decodeDnsMessage(octets(100)).answers.length, 2);
    assert.throws(() => decodeDnsMessage(octets(200)), { code: 'bad-pointer' });
  });
});

describe('what has no encoding', () => {
  const rows: readonly { what: string; message: DnsMessage }[] = [
    { what: 'an empty label', message: withAnswer({ type: 'PTR', target: [''] }) },
    {
      what: 'a label of 64 octets',
      message: withAnswer({ type: 'PTR', target: ['a'.repeat(64)] }),
    },
    {
      what: 'a name of 256 octets',
      message: withAnswer({ type: 'PTR', target: Array.from({ length: 4 }, () => 'a'.repeat(63)) }),
    },
    { what: 'half a character', message: withAnswer({ type: 'PTR', target: ['\ud800'] }) },
    { what: 'an IPv6 address in A', message: withAnswer({ type: 'A', address: '::1' }) },
    { what: 'TXT of nothing', message: withAnswer({ type: 'TXT', strings: [] }) },
    {
      what: 'a string of 256 octets',
      message: withAnswer({ type: 'TXT', strings: [new Uint8Array(256)] }),
    },
    {
      what: 'more than 9,000 octets',
      message: withAnswer({ type: 'other', number: 99, octets: new Uint8Array(9_000) }),
    },
  ];
  for (const { what, message } of rows) {
    test(what, () => assert.throws(() => encodeDnsMessage(message), DnsEncodeError));
  }
});
