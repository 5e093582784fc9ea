// Net-SNMP's tools against a whole appliance with twenty printers, in versions 1, 2c and 3.
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { port } from '../../firmware/api/schemas/port.ts';
import { printer } from '../../firmware/api/schemas/printer.ts';
import { added } from '../../firmware/api/schemas/snmp.ts';
import { appliance } from '../../firmware/api/schemas/system.ts';
import { readPages } from '../../firmware/cli/pages.ts';
import { createLinuxHal } from '../../hal/linux/linux.ts';
import { compareOids, oidOf } from '../../monitors/wire/snmp/oid.ts';
import { startSnmpPrinter } from '../../tools/emulators/snmp-printer/printer.ts';
import type { Platen } from '../../tools/up/platen.ts';
import { runTool, variablesOf } from '../snmp/net-snmp.ts';
import { startRelay } from '../snmp/relay.ts';
import { type House, openHouse } from './house.ts';
import { compareValues, type Shown } from './snmp-values.ts';
import { atEnd } from '../at-end.ts';

const hal = createLinuxHal({ wallTrusted: () => true });
const community = ['-c', 'geheim'];
const secrets = ['-A', 'authpassword', '-X', 'privpassword'];
const users = [
  { name: 'sha1', auth: 'SHA', priv: 'AES', authProtocol: 'sha1', privProtocol: 'aes128' },
  { name: 'sha256', auth: 'SHA-256', priv: 'AES', authProtocol: 'sha256', privProtocol: 'aes128' },
  {
    name: 'sha512',
    auth: 'SHA-512',
    priv: 'AES-256',
    authProtocol: 'sha512',
    privProtocol: 'aes256',
  },
  { name: 'long', auth: 'SHA', priv: 'AES-256', authProtocol: 'sha1', privProtocol: 'aes256' },
] as const;

const ready = z.object({ addresses: z.array(z.object({ what: z.string(), address: z.string() })) });

function agentOf(platen: Platen): string {
  const { addresses } = ready.parse(platen.process.ready);
  const found = addresses.find(({ what }) => what === 'snmp');
  return `127.0.0.1:${new URL(found?.address ?? '').port}`;
}

async function addPrinters(house: House, count: number, asked: readonly number[]): Promise<void> {
  const api = house.api();
  const answer = z.object({ status: z.literal('ERROR_SUCCESS') });
  for (let at = 1; at <= count; at += 1) {
    const name = `p${at}`;
    const snmpPort = asked[at - 1];
    const snmp =
      snmpPort === undefined ? {} : { snmpEnabled: true, snmpCommunity: 'druck', snmpPort };
    const made = { name, host: '127.0.0.1', portNumber: house.emulator.port, ...snmp };
    await api.send('POST', '/monitors/tcp/xcv/AddPort', made, answer);
    const location = `room ${at}`;
    await api.send('POST', '/printers', { name, portNames: [name], location }, printer);
  }
}

/** UDP ports of devices that are asked by SNMP; one of them is out of paper. */
async function startDevices(t: TestContext): Promise<readonly number[]> {
  const started = (['laser', 'mono', 'ink'] as const).map(async (shape) => {
    const device = await startSnmpPrinter({
      udp: hal.udp,
      address: '127.0.0.1',
      port: 0,
      community: 'druck',
      shape,
    });
    atEnd(t, () => device.close());
    if (shape === 'laser') device.show('paper-out');
    return device.local.port;
  });
  return await Promise.all(started);
}

/** What the API says, once all devices that are asked have answered. */
async function readShown(house: House, asked: number): Promise<Shown> {
  for (;;) {
    const shown = await read(house);
    const heard = shown.ports.filter(({ statuses }) =>
      statuses.some(({ device }) => device?.makeAndModel !== undefined),
    );
    if (heard.length === asked) return shown;
  }
}

async function read(house: House): Promise<Shown> {
  const api = house.api();
  const [box, printers, ports] = await Promise.all([
    api.get('/system', appliance),
    readPages(api, '/printers', printer),
    readPages(api, '/ports', port),
  ]);
  return { appliance: box, printers, ports };
}

const printerName = '1.3.6.1.2.1.43.5.1.1.16';

describe('an appliance with twenty printers', async () => {
  test('is read by Net-SNMP', async (t) => {
    const house = await openHouse(t);
    const platen = await house.serve([
      'listen.http=0',
      'listen.lpd=0',
      'listen.raw=0',
      'snmp.location=cellar',
    ]);
    const devices = await startDevices(t);
    await addPrinters(house, 20, devices);
    await platen.run('snmp', 'add-community', 'readers', '--community', 'geheim');
    const add = (kind: string, body: object) =>
      house.api().send('POST', `/snmp/${kind}`, body, added);
    const view = { included: ['1.3.6.1.2.1.1'], excluded: ['1.3.6.1.2.1.1.9'] };
    await add('communities', { name: 'few', community: 'wenig', ...view });
    await add('communities', { name: 'far', community: 'fern', networks: ['192.0.2.0/24'] });
    const passwords = { authPassword: 'authpassword', privPassword: 'privpassword' };
    for (const { name, authProtocol, privProtocol } of users) {
      await add('users', { name, authProtocol, privProtocol, ...passwords });
    }
    const agent = agentOf(platen);
    const ways = [
      { title: 'version 1', words: ['-v1', ...community], walk: 'snmpwalk' },
      { title: 'version 2c', words: ['-v2c', ...community], walk: 'snmpwalk' },
      { title: 'version 2c in bulk', words: ['-v2c', ...community], walk: 'snmpbulkwalk' },
      ...users.map(({ name, auth, priv }) => ({
        title: `version 3, ${auth} and ${priv}`,
        words: ['-v3', '-u', name, '-l', 'authPriv', '-a', auth, '-x', priv, ...secrets],
        walk: 'snmpbulkwalk',
      })),
    ];
    const { printers: shown } = await readShown(house, devices.length);
    const names = shown.map(({ name }) => name).toSorted();
    for (const { title, words, walk } of ways) {
      await t.test(`${title}: a walk ends, in order, with what the API says`, async () => {
        const walked = await runTool(walk, [...words, '-On', '-Oe', agent, '.1']);
        assert.equal(walked.status, 0, walked.errors);
        const all = variablesOf(walked.output);
        const variables = all.filter(([, value]) => !value.startsWith('No more variables'));
        // snmpwalk and snmpbulkwalk ask until they hear once that nothing follows.
        assert.ok(all.length - variables.length <= 1, 'no padding');
        const oids = variables.map(([oid]) => oidOf(oid));
        for (const [at, oid] of oids.slice(1).entries()) {
          assert.ok(
            compareOids(oids[at] ?? [], oid) < 0,
            `${oids[at]?.join('.')} before ${oid.join('.')}`,
          );
        }
        assert.equal(new Set(variables.map(([oid]) => oid)).size, variables.length);
        const told = variables
          .filter(([oid]) => oid.startsWith(`${printerName}.`))
          .map(([, value]) => value.replace(/^STRING: "(.*)"$/, '$1'));
        assert.deepEqual(told.toSorted(), names);
        const compared = compareValues(new Map(variables), await read(house));
        assert.ok(compared > 600, `${compared} values`);
        // Version 1 has no 64-bit counters, and no other difference.
        const wide = variables.filter(([, value]) => value.startsWith('Counter64'));
        assert.equal(wide.length > 0, !words.includes('-v1'));
      });
    }

    await t.test('indices and states are the printers’ own', async () => {
      const oids = shown.map((_, at) => `1.3.6.1.2.1.25.3.5.1.1.${at + 1}`);
      const got = await runTool('snmpget', ['-v2c', ...community, '-On', agent, ...oids]);
      const states = variablesOf(got.output).map(([, value]) => value);
      assert.deepEqual(states, ['INTEGER: 1', ...Array.from({ length: 19 }, () => 'INTEGER: 3')]);
      assert.deepEqual(shown[0]?.status.reasons, ['media-empty-error']);
      assert.ok(shown.slice(1).every(({ status }) => status.state === 'idle'));
    });

    await t.test('get-bulk is not padded', async () => {
      const last = '1.3.6.1.6.3.15.1.1.6.0';
      const words = ['-v2c', ...community, '-On', '-Cr50', agent, last];
      const { output } = await runTool('snmpbulkget', words);
      assert.equal(output.split('\n').filter((line) => line !== '').length, 1, output);
    });

    for (const { title, words, walk } of ways) {
      if (walk === 'snmpbulkwalk' && words.includes('-v2c')) continue;
      await t.test(`${title}: snmptable shows the interfaces`, async () => {
        const mibs = fileURLToPath(
          new URL('../../node_modules/net-snmp/lib/mibs', import.meta.url),
        );
        const asked = [...words, '-M', mibs, '-m', 'IF-MIB', agent, 'IF-MIB::ifTable'];
        const { output, errors, status } = await runTool('snmptable', asked);
        assert.equal(status, 0, errors);
        assert.match(output, /ifDescr\s+ifType/);
        assert.match(output, /\blo\b.*softwareLoopback/);
        const rows = output.trim().split('\n').length - 3;
        assert.equal(rows, (await hal.links.list()).length, output);
      });
    }

    await t.test('a view hides the rest, also from get', async () => {
      const words = ['-v2c', '-c', 'wenig', '-On', agent];
      const { output } = await runTool('snmpbulkwalk', [...words, '.1']);
      const seen = variablesOf(output).filter(([, value]) => !value.startsWith('No more'));
      assert.deepEqual(
        seen.map(([oid]) => oid),
        [1, 2, 3, 4, 5, 6, 7, 8].map((at) => `1.3.6.1.2.1.1.${at}.0`),
      );
      const hidden = await runTool('snmpget', [...words, '1.3.6.1.2.1.2.1.0']);
      assert.match(hidden.output, /No Such Object/);
    });

    await t.test('who may not ask hears nothing; a wrong password gets a report', async () => {
      const get = (...words: readonly string[]) =>
        runTool('snmpget', ['-r0', '-t1', ...words, agent, '1.3.6.1.2.1.1.6.0']);
      assert.match((await get('-v2c', '-c', 'public')).errors, /Timeout/);
      assert.match((await get('-v2c', '-c', 'fern')).errors, /Timeout/);
      const user = ['-v3', '-u', 'sha256', '-a', 'SHA-256', '-x', 'AES'];
      const right = await get(...user, '-l', 'authNoPriv', ...secrets);
      assert.match(right.output, /cellar/);
      const wrong = await get(...user, '-l', 'authNoPriv', '-A', 'wrongpassword');
      assert.match(wrong.errors, /Authentication failure/);
      const stranger = await get('-v3', '-u', 'nobody', '-l', 'authNoPriv', '-A', 'wrongpassword');
      assert.match(stranger.errors, /Unknown user name/);
      const plain = await get('-v3', '-u', 'sha256', '-l', 'noAuthNoPriv');
      assert.match(plain.errors, /[Uu]nsupported security level/);
      const wrongKey = await get(
        ...user,
        '-l',
        'authPriv',
        '-A',
        'authpassword',
        '-X',
        'otherpassword',
      );
      assert.match(wrongKey.errors, /[Dd]ecryption error/);
    });

    await t.test(
      'what was recorded is not answered; what is sent again by Net-SNMP is',
      async (t) => {
        const address = { address: '127.0.0.1', port: Number(agent.split(':')[1]) };
        const relay = await startRelay(t, hal, address);
        const user = ['-v3', '-u', 'sha256', '-l', 'authPriv', '-a', 'SHA-256', '-x', 'AES'];
        const at = `127.0.0.1:${relay.port}`;
        const get = () =>
          runTool('snmpget', [...user, ...secrets, '-r1', '-t1', at, '1.3.6.1.2.1.1.6.0']);
        const replays = async () => {
          const words = ['-v2c', ...community, '-On', agent, '1.3.6.1.4.1.32473.1.1.1.6.0'];
          return /Counter32: (\d+)/.exec((await runTool('snmpget', words)).output)?.[1];
        };
        assert.match((await get()).output, /cellar/);
        // It asks for the engine first.
        const [recorded] = relay.sent.slice(-1);
        assert.ok(recorded && relay.sent.length === 2 && relay.answers === 2);
        await relay.repeat(recorded);
        assert.equal(await replays(), '1');
        assert.equal(relay.answers, 2);
        relay.lose(4);
        assert.match((await get()).output, /cellar/);
        assert.equal(relay.sent.length, 5, 'the question was sent again');
        assert.equal(await replays(), '1');
      },
    );

    await t.test('nothing can be set', async () => {
      const set = (version: string) =>
        runTool('snmpset', [version, ...community, agent, '1.3.6.1.2.1.1.6.0', 's', 'attic']);
      assert.match((await set('-v2c')).errors, /notWritable/);
      assert.match((await set('-v1')).errors, /noSuchName/);
    });

    await t.test('a restart raises engineBoots, and keeps indices and readers', async () => {
      const engine = async (at: string) => {
        const words = ['-v2c', ...community, '-On', at];
        const { output } = await runTool('snmpget', [...words, '1.3.6.1.6.3.10.2.1.2.0']);
        const walked = await runTool('snmpwalk', [...words, printerName]);
        return { boots: /INTEGER: (\d+)/.exec(output)?.[1], names: walked.output };
      };
      const before = await engine(agent);
      await platen.process.kill();
      const again = await house.serve();
      const after = await engine(agentOf(again));
      assert.equal(Number(after.boots), Number(before.boots) + 1);
      assert.equal(after.names, before.names);
    });
  });
});
