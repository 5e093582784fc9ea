// The agent's engine by itself: versions, views, security, time, and what it refuses.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { viewOf } from '../../firmware/snmp/view.ts';
import { isInNetwork, localNetworks, parseNetwork } from '../../hal/networks.ts';
import { oidOf } from '../../monitors/wire/snmp/oid.ts';
import type { Pdu } from '../../monitors/wire/snmp/pdu.ts';
import {
  engineId,
  everything,
  makeRig,
  printerOf,
  requestOf,
  v3Answer,
  v3Request,
} from './fixture.ts';

const sysName = '1.3.6.1.2.1.1.5.0';
const highSpeed = '1.3.6.1.2.1.31.1.1.1.15';
/** ifHCInOctets, a Counter64. */
const wide = '1.3.6.1.2.1.31.1.1.1.6.1';

const told = { boots: 1, timeSeconds: 0 } as const;
const get = requestOf('get', [sysName]);

const typesOf = (pdu: Pdu | undefined) => pdu?.varbinds.map(({ value }) => value.type);
const firstOid = (pdu: Pdu | undefined) => pdu?.varbinds[0]?.oid.join('.');

describe('versions 1 and 2c', () => {
  test('exceptions are version 2c’s, noSuchName is version 1’s', async () => {
    const { ask, askV1 } = makeRig();
    const oids = ['1.3.6.1.2.1.1.5.1', '1.3.6.1.2.1.99.0', sysName];
    assert.deepEqual(typesOf(await ask('get', oids)), [
      'no-such-instance',
      'no-such-object',
      'octets',
    ]);
    const old = await askV1('get', [sysName, ...oids]);
    assert.deepEqual([old?.errorStatus, old?.errorIndex], [2, 2]);
    assert.deepEqual(typesOf(await ask('get-next', ['1.9'])), ['end-of-mib-view']);
    assert.equal((await askV1('get-next', ['1.9']))?.errorStatus, 2);
  });

  test('version 1 sees no 64-bit counter, and walks past it', async () => {
    const { ask, askV1 } = makeRig();
    assert.deepEqual(typesOf(await ask('get', [wide])), ['counter64']);
    assert.equal((await askV1('get', [wide]))?.errorStatus, 2);
    const before = '1.3.6.1.2.1.31.1.1.1.1.1';
    assert.equal(firstOid(await ask('get-next', [before])), wide);
    assert.equal(firstOid(await askV1('get-next', [before])), '1.3.6.1.2.1.31.1.1.1.14.1');
    assert.equal(await askV1('get-bulk', [sysName]), undefined);
  });

  test('get-bulk keeps to its numbers, is not padded, and is cut where it is full', async () => {
    const { ask } = makeRig({ printers: [1, 2, 3].map((index) => printerOf(index)) });
    const two = await ask('get-bulk', [sysName, highSpeed], { errorStatus: 1, errorIndex: 3 });
    assert.equal(two?.varbinds.length, 4);
    const last = await ask('get-bulk', ['1.9'], { errorIndex: 50 });
    assert.deepEqual(typesOf(last), ['end-of-mib-view']);
    const long = await ask('get-bulk', ['1.3'], { errorIndex: 10_000 });
    assert.ok((long?.varbinds.length ?? 0) > 20);
    for (const errorIndex of [-5, 0]) {
      assert.equal((await ask('get-bulk', ['1.3'], { errorIndex }))?.varbinds.length, 0);
    }
    const many = Array.from({ length: 120 }, () => '1.3.6.1.2.1.43.11.1.1.6.1.1');
    const tooBig = await ask('get', many);
    assert.deepEqual([tooBig?.errorStatus, tooBig?.varbinds.length], [1, 0]);
  });

  test('nothing is set, and what is no question is not answered', async () => {
    const { ask, askV1 } = makeRig();
    assert.equal((await ask('set', [sysName]))?.errorStatus, 17);
    assert.equal((await ask('set', ['1.9.9']))?.errorStatus, 6);
    assert.equal((await askV1('set', [sysName]))?.errorStatus, 2);
    for (const type of ['response', 'trap-v2', 'inform', 'report'] as const) {
      assert.equal(await ask(type, [sysName]), undefined);
    }
  });

  test('others’ communities, and ours from elsewhere, are not answered and are told', async () => {
    const strict = { name: 'a', community: 'geheim', ...everything, networks: ['10.0.0.0/8'] };
    const { ask, refused } = makeRig({ communities: [strict] });
    assert.equal(await ask('get', [sysName]), undefined);
    const other = makeRig({ communities: [{ ...strict, networks: [], community: 'x' }] });
    assert.equal(await other.ask('get', [sysName]), undefined);
    assert.deepEqual([...refused, ...other.refused], ['127.0.0.1', '127.0.0.1']);
    assert.equal(other.engine.counters().badCommunityNames, 1);
  });

  test('a view is asked before what there is', async () => {
    const included = ['1.3.6.1.2.1.43'];
    const excluded = ['1.3.6.1.2.1.43.5'];
    const reader = { name: 'a', community: 'geheim', networks: [], included, excluded };
    const { ask } = makeRig({ communities: [reader] });
    assert.deepEqual(typesOf(await ask('get', [sysName])), ['no-such-object']);
    assert.equal(firstOid(await ask('get-next', ['1.3'])), '1.3.6.1.2.1.43.6.1.1.2.1.1');
    assert.equal((await ask('set', [sysName]))?.errorStatus, 6);
  });
});

describe('version 3', () => {
  const statistic = (pdu: Pdu | undefined) => (pdu?.type === 'report' ? firstOid(pdu) : undefined);
  const usm = (number: number) => `1.3.6.1.6.3.15.1.1.${number}.0`;

  test('a right message is answered, encrypted as it came', async () => {
    const { engine } = makeRig();
    const answer = await engine.respond(v3Request(get, told), '127.0.0.1');
    assert.ok(answer && !Buffer.from(answer).includes('platen'));
    assert.deepEqual(typesOf(v3Answer(answer)), ['octets']);
    assert.equal(v3Answer(answer)?.requestId, get.requestId);
  });

  test('a recorded message is refused: at once, after its window, after a restart', async () => {
    const { engine, clock } = makeRig();
    const recorded = v3Request(get, told);
    assert.equal(v3Answer(await engine.respond(recorded, '127.0.0.1'))?.type, 'response');
    assert.equal(await engine.respond(recorded, '127.0.0.1'), undefined);
    await clock.advance(150_000);
    assert.equal(await engine.respond(recorded, '127.0.0.1'), undefined);
    assert.equal(engine.counters().replays, 2);
    // The same question in a message of its own is none.
    const resent = v3Request(get, told, { id: 6 });
    assert.equal(v3Answer(await engine.respond(resent, '127.0.0.1'))?.type, 'response');
    await clock.advance(1_000);
    const late = v3Answer(await engine.respond(recorded, '127.0.0.1'));
    assert.equal(statistic(late), usm(2));
    const again = makeRig({ boots: 2 });
    const after = v3Answer(await again.engine.respond(recorded, '127.0.0.1'));
    assert.equal(statistic(after), usm(2));
  });

  test('each change of a message is found', async () => {
    const { engine } = makeRig();
    const right = v3Request(get, told);
    for (let at = 0; at < right.length; at += 1) {
      const changed = Uint8Array.from(right);
      changed[at] = (changed[at] ?? 0) ^ 0x01;
      const answer = await engine.respond(changed, '127.0.0.1');
      const pdu = v3Answer(answer);
      assert.notEqual(pdu?.type, 'response', `octet ${at}`);
    }
    assert.ok(engine.counters().wrongDigests > 50);
  });

  test('a wrong engine, another context and an engine at its last boot are refused', async () => {
    const { engine } = makeRig();
    const strange = v3Request(get, told);
    const at = Buffer.from(strange).indexOf(Buffer.from(engineId));
    const other = Uint8Array.from(strange).fill(9, at + 5, at + 10);
    const answer = v3Answer(await engine.respond(other, '127.0.0.1'));
    assert.equal(statistic(answer), usm(4));
    const context = v3Request(get, told, { context: 'other' });
    const refused = v3Answer(await engine.respond(context, '127.0.0.1'));
    assert.equal(statistic(refused), '1.3.6.1.6.3.12.1.5.0');
    const boots = 0x7fff_ffff;
    const worn = makeRig({ boots });
    const ended = await worn.engine.respond(v3Request(get, { boots, timeSeconds: 0 }), '127.0.0.1');
    assert.equal(statistic(v3Answer(ended)), usm(2));
  });

  test('strangers from elsewhere learn nothing', async () => {
    const { engine } = makeRig();
    assert.equal(await engine.respond(v3Request(get, told), '192.0.2.1'), undefined);
  });
});

describe('rules of readers', () => {
  test('the longest subtree decides', () => {
    const view = viewOf({
      included: ['1.3.6', '1.3.6.1.9.1'],
      excluded: ['1.3.6.1.9', 'nonsense'],
    });
    const seen = (text: string) => view(oidOf(text));
    assert.deepEqual(['1.3.6.1.8', '1.3.6.1.9.2', '1.3.6.1.9.1.7', '1.4'].map(seen), [
      true,
      false,
      true,
      false,
    ]);
    assert.ok(viewOf({ included: [], excluded: ['1.4'] })(oidOf('1.3')));
  });

  test('networks by their prefix', () => {
    const inside = (address: string, text: string) => {
      const network = parseNetwork(text);
      assert.ok(network, text);
      return isInNetwork(address, network);
    };
    assert.ok(inside('10.1.2.3', '10.1.0.0/16'));
    assert.ok(!inside('10.2.2.3', '10.1.0.0/16'));
    assert.ok(inside('10.1.2.131', '10.1.2.128/25'));
    assert.ok(!inside('10.1.2.127', '10.1.2.128/25'));
    assert.ok(inside('fe80::1%eth0', 'fe80::/10'));
    assert.ok(!inside('10.1.2.3', '::/0'));
    assert.ok(inside('198.51.100.7', '0.0.0.0/0'));
    for (const wrong of ['10.0.0.0/33', 'x', '10.0.0.0/', '::1/129']) {
      assert.equal(parseNetwork(wrong), undefined, wrong);
    }
    const own = { address: '192.168.1.20', prefixBits: 24 };
    const [network] = localNetworks([{ name: 'eth0', loopback: false, addresses: [own] }]);
    assert.ok(network && isInNetwork('192.168.1.7', network));
  });
});
