// SNMP messages against octets from Net-SNMP and the RFCs' own examples.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SnmpDecodeError } from '../../monitors/wire/snmp/errors.ts';
import {
  decodeMessage,
  decodeScopedPdu,
  encodeCommunityMessage,
  encodeScopedPdu,
  encodeV3Message,
} from '../../monitors/wire/snmp/message.ts';
import { compareOids, formatOid, isBelow, oidOf, parseOid } from '../../monitors/wire/snmp/oid.ts';
import { encodable, encodeVarbind, type Pdu } from '../../monitors/wire/snmp/pdu.ts';
import {
  decrypt,
  encrypt,
  hasGoodMac,
  localizedKey,
  messageMac,
} from '../../monitors/wire/snmp/usm-crypto.ts';
import { octetsValue, type SnmpValue } from '../../monitors/wire/snmp/values.ts';

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex.replaceAll(/\s/g, ''), 'hex'));
const hex = (octets: Uint8Array) => Buffer.from(octets).toString('hex');
const ascii = (text: string) => new TextEncoder().encode(text);

/** `snmpget -v2c -c public HOST 1.3.6.1.2.1.1.5.0`, from Net-SNMP 5.9.3. */
const getSysName =
  '3029020101 0406 7075626c6963 a01c 0204 1af5c0f7 020100 020100 ' +
  '300e 300c 0608 2b06010201010500 0500';

describe('messages', () => {
  test('a get of version 2c is read and written as it came', () => {
    const octets = bytes(getSysName);
    const message = decodeMessage(octets);
    assert.ok(message.version === 'v2c');
    assert.deepEqual(message.pdu, {
      type: 'get',
      requestId: 0x1af5_c0f7,
      errorStatus: 0,
      errorIndex: 0,
      varbinds: [{ oid: [1, 3, 6, 1, 2, 1, 1, 5, 0], value: { type: 'null' } }],
    });
    const again = encodeCommunityMessage({ ...message, pdu: encodable(message.pdu) });
    assert.equal(hex(again), hex(octets));
  });

  const values: readonly (readonly [SnmpValue, string])[] = [
    [{ type: 'integer', value: 0 }, '020100'],
    [{ type: 'integer', value: -1 }, '0201ff'],
    [{ type: 'integer', value: -129 }, '0202ff7f'],
    [{ type: 'integer', value: 128 }, '02020080'],
    [{ type: 'integer', value: -0x8000_0000 }, '020480000000'],
    [{ type: 'octets', value: ascii('ab') }, '04026162'],
    [{ type: 'null' }, '0500'],
    [{ type: 'oid', value: [2, 999, 3] }, '0603883703'],
    [{ type: 'oid', value: [1, 3, 6, 4_294_967_295] }, '06072b068fffffff7f'],
    [{ type: 'ip-address', value: bytes('7f000001') }, '40047f000001'],
    [{ type: 'counter32', value: 0xffff_ffff }, '410500ffffffff'],
    [{ type: 'gauge32', value: 127 }, '42017f'],
    [{ type: 'time-ticks', value: 256 }, '43020100'],
    [{ type: 'counter64', value: 0xffff_ffff_ffff_ffffn }, '460900ffffffffffffffff'],
    [{ type: 'counter64', value: 0n }, '460100'],
    [{ type: 'end-of-mib-view' }, '8200'],
  ];
  for (const [value, expected] of values) {
    test(`${value.type} ${expected}`, () => {
      const varbind = { oid: [1, 3], value };
      assert.equal(hex(encodeVarbind(varbind)).slice(10), expected);
      const pdu: Pdu = {
        type: 'response',
        requestId: -7,
        errorStatus: 0,
        errorIndex: 0,
        varbinds: [varbind],
      };
      const scoped = { contextEngineId: bytes('8000000001'), contextName: ascii(''), pdu };
      const octets = encodeScopedPdu({ ...scoped, pdu: encodable(pdu) });
      assert.deepEqual(decodeScopedPdu(octets), scoped);
    });
  }

  test('version 3: the field of the MAC is found again', () => {
    const security = {
      engineId: bytes('80007ed9050102'),
      boots: 3,
      timeSeconds: 70_000,
      userName: ascii('monitor'),
      authentication: new Uint8Array(24),
      privacy: bytes('0102030405060708'),
    };
    const header = {
      id: 9,
      maxSizeBytes: 65_507,
      authenticated: true,
      encrypted: true,
      reportable: true,
      securityModel: 3,
    };
    const data = new Uint8Array(300).fill(7);
    const { bytes: octets, authenticationOffset } = encodeV3Message({ header, security, data });
    const message = decodeMessage(octets);
    assert.ok(message.version === 'v3');
    assert.deepEqual(message.security, security);
    assert.deepEqual(message.header, header);
    assert.equal(message.authenticationOffset, authenticationOffset);
    assert.deepEqual(message.data, data);
  });

  test('messages of every size are read again', () => {
    for (let size = 0; size < 1_100; size += 1) {
      const varbinds = [{ oid: [1, 3], value: octetsValue(new Uint8Array(size)) }];
      const whole: Pdu = { type: 'get', requestId: 1, errorStatus: 0, errorIndex: 0, varbinds };
      const octets = encodeCommunityMessage({
        version: 'v2c',
        community: ascii('c'),
        pdu: encodable(whole),
      });
      const message = decodeMessage(octets);
      assert.deepEqual(message.version === 'v2c' && message.pdu, whole);
    }
  });

  test('each cut of a message, and each with more behind it, is an error', () => {
    const octets = bytes(getSysName);
    for (let length = 0; length < octets.length; length += 1) {
      assert.throws(() => decodeMessage(octets.subarray(0, length)), SnmpDecodeError);
    }
    assert.throws(() => decodeMessage(Buffer.concat([octets, bytes('00')])), SnmpDecodeError);
  });
});

describe('object identifiers', () => {
  test('text and order', () => {
    assert.deepEqual(parseOid('.1.3.6'), [1, 3, 6]);
    for (const wrong of ['', '1', '1.', '1..3', '3.1', '1.40', '1.3.4294967296', '1.3.x']) {
      assert.equal(parseOid(wrong), undefined, wrong);
    }
    assert.equal(formatOid(oidOf('1.3.6.1')), '1.3.6.1');
    const sorted = ['1.3', '1.3.6', '1.3.6.2', '1.3.6.10', '1.3.7'].map(oidOf);
    assert.deepEqual(sorted.toReversed().toSorted(compareOids), sorted);
    assert.ok(isBelow(oidOf('1.3.6.1'), oidOf('1.3.6')));
    assert.ok(!isBelow(oidOf('1.3.61'), oidOf('1.3.6')));
  });
});

describe('the user-based security model', () => {
  const engineId = bytes('000000000000000000000002');

  test('RFC 3414 A.3.2: the key of "maplesyrup" with SHA-1', () => {
    const key = localizedKey('sha1', 'maplesyrup', engineId);
    assert.equal(hex(key), '6695febc9288e36282235fc7151f128497b38f3f');
  });

  test('a MAC is right, and wrong after any change', () => {
    for (const protocol of ['sha1', 'sha256', 'sha512'] as const) {
      const key = localizedKey(protocol, 'a long password', engineId);
      const message = new Uint8Array(100).fill(1);
      const offsetBytes = 20;
      const size = { sha1: 12, sha256: 24, sha512: 48 }[protocol];
      const blank = Uint8Array.from(message).fill(0, offsetBytes, offsetBytes + size);
      const mac = messageMac(protocol, key, blank);
      assert.equal(mac.length, size);
      const check = (changed: Uint8Array) =>
        hasGoodMac({ protocol, key, message: changed, mac, offsetBytes });
      assert.ok(check(message));
      assert.ok(!check(Uint8Array.from(message).fill(2, 0, 1)));
      assert.ok(!hasGoodMac({ protocol, key, message, mac: mac.slice(1), offsetBytes }));
    }
  });

  test('what is encrypted comes back', () => {
    for (const protocol of ['aes128', 'aes256'] as const) {
      const options = {
        protocol,
        authProtocol: 'sha1',
        key: localizedKey('sha1', 'a long password', engineId),
        boots: 1,
        timeSeconds: 2,
        salt: bytes('0102030405060708'),
      } as const;
      const plain = ascii('something that is secret');
      const secret = encrypt(options, plain);
      assert.notDeepEqual(secret, plain);
      assert.deepEqual(new Uint8Array(decrypt(options, secret)), plain);
    }
  });
});
