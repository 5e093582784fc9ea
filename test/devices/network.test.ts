// Printers of the network as devices: by DNS-SD and by SNMP, from strangers whose words may be
// anything.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createDevices } from '../../firmware/devices/devices.ts';
import { createNetworkDevices } from '../../firmware/devices/network-devices.ts';
import { searchBySnmp } from '../../firmware/devices/snmp-search.ts';
import type { FoundService } from '../../firmware/discovery/contract.ts';
import type { SocketAddress, Udp } from '../../hal/contract.ts';
import { SeededRandom } from '../world/random.ts';
import { decodeMessage, encodeCommunityMessage } from '../../monitors/wire/snmp/message.ts';
import { formatOid, oidOf } from '../../monitors/wire/snmp/oid.ts';
import { encodable } from '../../monitors/wire/snmp/pdu.ts';
import { oidValue, type SnmpValue, textValue } from '../../monitors/wire/snmp/values.ts';
import { ApiFixture, localAdministrator } from '../api/fixture.ts';
import { VirtualClock } from '../world/clock.ts';

const languageFor = (sets: readonly string[]) => (sets.includes('PJL') ? 'pjl' : undefined);
const never = new AbortController().signal;

function service(changes: Partial<FoundService> & { readonly type: string }): FoundService {
  return {
    instance: 'Laser',
    host: 'laser.local',
    port: 631,
    addresses: ['fe80::1%eth0', '192.0.2.9'],
    txt: new Map(),
    ...changes,
  };
}

async function heard(...services: readonly FoundService[]) {
  const clock = new VirtualClock();
  const devices = createNetworkDevices({
    discovery: { browse: () => ({ found: () => services, stop() {} }) },
    clock,
    addresses: {
      own: () => ({ hostName: 'box', addresses: ['192.0.2.1'] }),
      resolve: async () => [],
    },
    languageFor,
  });
  const finding = devices.find();
  await clock.advance(2_000);
  const found = await finding;
  devices.stop();
  return found;
}

describe('by DNS-SD', () => {
  test('each service is a port that could be added', async () => {
    const txt = new Map([
      ['rp', 'ipp/print'],
      ['ty', 'Laser 9'],
      ['note', '2nd floor'],
      ['usb_cmd', 'PJL,PCL'],
    ]);
    const found = await heard(
      service({ type: '_ipp', txt }),
      service({ type: '_ipps', txt }),
      service({ type: '_pdl-datastream', port: 9100, txt }),
      service({ type: '_printer', port: 515, txt: new Map([['rp', 'raw']]) }),
    );
    assert.deepEqual(
      found.map(({ key, port: { monitor }, language }) => [key, monitor, language]),
      [
        ['ipp://192.0.2.9:631/ipp/print', 'ipp', undefined],
        ['ipps://192.0.2.9:631/ipp/print', 'ipp', undefined],
        ['socket://192.0.2.9:9100', 'tcp', 'pjl'],
        ['lpd://192.0.2.9:515/raw', 'lpr', undefined],
      ],
    );
    assert.deepEqual([found[0]?.name, found[0]?.location], ['Laser 9', '2nd floor']);
  });

  test('our own, those without an address, and paths that are none are left out', async () => {
    const found = await heard(
      service({ type: '_ipp', addresses: ['192.0.2.1'] }),
      service({ type: '_ipp', addresses: [] }),
      service({ type: '_ipp', txt: new Map([['rp', 'a b\n']]) }),
    );
    assert.deepEqual(found, []);
  });

  test('words are shown without what hides or turns text', async () => {
    const [found] = await heard(
      service({ type: '_ipp', txt: new Map([['ty', `a\u202eb\u0000\n${'x'.repeat(9_999)}`]]) }),
    );
    assert.match(found?.name ?? '', /^a b x{1,200}$/);
  });
});

const facts: Readonly<Record<string, SnmpValue>> = {
  '1.3.6.1.2.1.25.3.2.1.2.1': oidValue(oidOf('1.3.6.1.2.1.25.3.1.5')),
  '1.3.6.1.2.1.25.3.2.1.3.1': textValue('Laser 9'),
  '1.3.6.1.2.1.1.6.0': textValue('cellar'),
  '1.3.6.1.4.1.2699.1.2.1.2.1.1.3.1': textValue('MFG:A;MDL:B;CMD:PJL,PCL;SN:7;'),
};

/** A network whose hosts answer as they like. */
function network(answer: (question: Uint8Array) => readonly [Uint8Array, string][]) {
  const asked: SocketAddress[] = [];
  const udp: Udp = {
    interfaces: () => [
      { name: 'lo', loopback: true, addresses: [{ address: '127.0.0.1', prefixBits: 8 }] },
      {
        name: 'eth0',
        loopback: false,
        addresses: [
          { address: '192.0.2.1', prefixBits: 26 },
          { address: 'fe80::1', prefixBits: 64 },
        ],
      },
    ],
    open: async ({ address, onDatagram }) => ({
      local: { address, port: 50_000 },
      async send(bytes, to) {
        asked.push(to);
        for (const [said, from] of answer(bytes)) onDatagram(said, { address: from, port: 161 });
      },
      close: async () => {},
    }),
  };
  return { udp, asked };
}

function answerTo(question: Uint8Array, value: (oid: string) => SnmpValue): Uint8Array {
  const message = decodeMessage(question);
  assert.ok(message.version === 'v1');
  const [varbind] = message.pdu.varbinds;
  assert.ok(varbind !== undefined);
  const varbinds = [{ oid: varbind.oid, value: value(formatOid(varbind.oid)) }];
  const pdu = encodable({ ...message.pdu, type: 'response', varbinds });
  return encodeCommunityMessage({ version: 'v1', community: message.community, pdu });
}

async function search(udp: Udp) {
  const clock = new VirtualClock();
  const random = new SeededRandom(1);
  const searching = searchBySnmp({ udp, clock, random, languageFor }, never);
  await clock.advance(5_000);
  return await searching;
}

describe('by SNMP broadcast', () => {
  test('printers are found, and what is none is not', async () => {
    const { udp, asked } = network((question) => [
      [answerTo(question, (oid) => facts[oid] ?? textValue('')), '192.0.2.9'],
      [answerTo(question, () => oidValue(oidOf('1.3.6.1.2.1.25.3.1.3'))), '192.0.2.10'],
      [Buffer.from('not SNMP at all'), '192.0.2.11'],
      [question, '192.0.2.12'],
    ]);
    const found = await search(udp);
    assert.deepEqual(new Set(asked.map(({ address }) => address)), new Set(['192.0.2.63']));
    assert.equal(found.length, 1);
    assert.partialDeepStrictEqual(found[0], {
      key: 'socket://192.0.2.9:9100',
      name: 'Laser 9',
      location: 'cellar',
      serialNumber: '7',
      language: 'pjl',
      port: { monitor: 'tcp', input: { host: '192.0.2.9', portNumber: 9100 } },
    });
  });
});

describe('a device that a person adds', () => {
  const laser = {
    key: 'socket://192.0.2.9:9100',
    source: 'snmp',
    name: 'Laser 9',
    location: '',
    serialNumber: '7',
    address: '192.0.2.9',
    deviceId: '',
    commandSets: ['PCL'],
    port: { monitor: 'tcp', input: { host: '192.0.2.9', portNumber: 9100 } },
    language: 'pjl',
  } as const;

  test('becomes a port, its language and a printer; what is unknown does not', async () => {
    const fixture = new ApiFixture();
    fixture.ports = [];
    const devices = createDevices({
      spooler: fixture.spooler,
      finders: [],
      searchNetwork: async () => [laser],
    });
    const { key } = laser;
    const early = await devices.add({ key }, localAdministrator);
    assert.equal(early.kind === 'refused' && early.code, 'not-found');
    assert.equal((await devices.search(never)).length, 1);
    const operator = { kind: 'user', name: 'ann', role: 'operator' } as const;
    const denied = await devices.add({ key }, operator);
    assert.equal(denied.kind === 'refused' && denied.code, 'forbidden');
    const added = await devices.add({ key }, localAdministrator);
    assert.ok(added.kind === 'done', JSON.stringify(added));
    assert.deepEqual([added.printer.name, added.portName], ['Laser-9-7', 'Laser-9-7']);
    assert.deepEqual(fixture.languageCalls, [
      { portName: 'Laser-9-7', change: { language: 'pjl' } },
    ]);
  });
});
