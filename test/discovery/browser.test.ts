// Shows the asking side: printers of others are found, resolved, kept for their time and forgotten.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Browsing } from '../../firmware/discovery/contract.ts';
import { discoveryLimits } from '../../firmware/limits/discovery-limits.ts';
import type { DnsName, DnsRecord } from '../../monitors/wire/dns/message.ts';
import { ethernet } from '../fakes/multicast.ts';
import {
  announcement,
  DiscoveryWorld,
  establishedMs,
  ippName,
  officeName,
  printer,
} from './rig.ts';

async function browsing(): Promise<{
  world: DiscoveryWorld;
  browser: Browsing;
  changes: () => number;
}> {
  const world = new DiscoveryWorld();
  const { discovery } = world.add({ address: '10.0.0.2', seed: 9 });
  await discovery.start();
  let changes = 0;
  const browser = discovery.browse({
    types: ['_ipp', '_printer'],
    onChange: () => {
      changes += 1;
    },
  });
  return { world, browser, changes: () => changes };
}

function record(name: DnsName, data: DnsRecord['data'], ttlSeconds = 120): DnsRecord {
  return { name, class: 1, cacheFlush: data.type !== 'PTR', ttlSeconds, data };
}

const pointer = record(ippName, { type: 'PTR', target: officeName }, 4500);
const srv = record(officeName, {
  type: 'SRV',
  priority: 0,
  weight: 0,
  port: 631,
  target: ['laser', 'local'],
});
const address = record(['laser', 'local'], { type: 'A', address: '10.0.0.99' });

describe('browsing', () => {
  test('finds another Platen with addresses and text, not the name that is only kept', async () => {
    const { world, browser, changes } = await browsing();
    const other = world.add({ interfaces: [ethernet('10.0.0.1', 'fe80::1')] });
    other.discovery.announce(announcement());
    await other.discovery.start();
    await world.clock.advance(establishedMs);
    assert.deepEqual(browser.found(), [
      {
        type: '_ipp',
        instance: 'Office',
        host: 'platen.local',
        port: 8631,
        addresses: ['10.0.0.1', 'fe80::1%eth0'],
        txt: new Map([
          ['txtvers', '1'],
          ['rp', 'ipp/print/office'],
        ]),
      },
    ]);
    assert.ok(changes() > 0);
    await other.discovery.stop();
    await world.clock.advance(2_000);
    assert.deepEqual(browser.found(), []);
  });

  test('does not find what this appliance announces itself', async () => {
    const world = new DiscoveryWorld();
    const { discovery } = world.add();
    const browser = discovery.browse({ types: ['_ipp'], onChange() {} });
    discovery.announce(announcement());
    await discovery.start();
    await world.clock.advance(establishedMs);
    assert.deepEqual(browser.found(), []);
  });

  test('asks after 1, 3, 9 … seconds, and says what it knows', async () => {
    const { world } = await browsing();
    await world.clock.advance(200);
    world.tell({ answers: [pointer], additionals: [srv, address] });
    world.said();
    const startMs = world.clock.monotonicMs();
    const asked: number[] = [];
    for (let second = 0; second < 60; second += 1) {
      await world.clock.advance(1_000);
      for (const { message } of world.said()) {
        if (!message.questions.some(({ name }) => name.length === 3)) continue;
        asked.push(Math.round((world.clock.monotonicMs() - startMs) / 1000));
        assert.equal(message.answers.length, 1);
      }
    }
    assert.deepEqual(
      asked.slice(1).map((at, index) => at - (asked[index] ?? 0)),
      [3, 9, 27],
    );
  });

  test('asks for what a responder left out, and again before it runs out', async () => {
    const { world, browser } = await browsing();
    await world.clock.advance(200);
    world.said();
    world.tell({ answers: [pointer] });
    await world.clock.advance(100);
    const types = world.said().flatMap(({ message }) => message.questions.map(({ type }) => type));
    assert.deepEqual(types, [33, 16]);
    world.tell({ answers: [srv] });
    await world.clock.advance(100);
    const more = world.said().flatMap(({ message }) => message.questions.map(({ type }) => type));
    assert.deepEqual(more, [1, 28]);
    world.tell({ answers: [address] });
    assert.deepEqual(
      browser.found().map(({ host, port, addresses }) => ({ host, port, addresses })),
      [{ host: 'laser.local', port: 631, addresses: ['10.0.0.99'] }],
    );
    await world.clock.advance(97_000);
    const again = world.said().flatMap(({ message }) => message.questions.map(({ type }) => type));
    assert.ok(again.includes(33) && again.includes(1), again.join());
  });

  test('holds no more than its limits, and nothing that it did not ask for', async () => {
    const { world, browser } = await browsing();
    await world.clock.advance(200);
    for (let packet = 0; packet < 20; packet += 1) {
      const names = Array.from({ length: 20 }, (_, at) => [`p${packet}-${at}`, ...ippName]);
      await world.clock.advance(100);
      world.tell({
        answers: names.map((target) => record(ippName, { type: 'PTR', target }, 0xffffffff)),
      });
      world.tell({
        answers: names.map((name) =>
          record(name, { type: 'SRV', priority: 0, weight: 0, port: 1, target: ['h', 'local'] }),
        ),
      });
    }
    world.tell({ answers: [record(['x', '_http', '_tcp', 'local'], srv.data), srv, address] });
    assert.equal(browser.found().length, discoveryLimits.browser.instances);
    await world.clock.advance((discoveryLimits.browser.ttlSecondsMax + 1) * 1000);
    assert.deepEqual(browser.found(), []);
  });

  test('text of strangers: keys in any case, the first counts, broken text goes', async () => {
    const { world, browser } = await browsing();
    await world.clock.advance(200);
    const strings = ['TY=Laser', 'ty=other', '=nothing', 'flag', 'note=größer'].map((text) =>
      Buffer.from(text),
    );
    const data = { type: 'TXT', strings: [...strings, Buffer.from([0x61, 0x3d, 0xff])] } as const;
    world.tell({ answers: [pointer], additionals: [srv, address, record(officeName, data)] });
    assert.deepEqual(
      [...(browser.found()[0]?.txt ?? [])],
      [
        ['ty', 'Laser'],
        ['flag', ''],
        ['note', 'größer'],
      ],
    );
  });

  test('stopping ends the questions', async () => {
    const { world, browser } = await browsing();
    browser.stop();
    await world.clock.advance(60_000);
    assert.deepEqual(world.said(), []);
  });

  test('two that browse hear each other as well as themselves', async () => {
    const { world } = await browsing();
    const one = world.add({ address: '10.0.0.1' });
    one.discovery.announce(announcement({ instances: [printer()] }));
    await one.discovery.start();
    const browser = one.discovery.browse({ types: ['_ipp', '_printer'], onChange() {} });
    await world.clock.advance(60_000);
    assert.deepEqual(browser.found(), []);
  });
});
