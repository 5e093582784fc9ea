// Shows that two appliances of one name each end with a name of their own, for ever, and that
// others who take a name are told from ourselves.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DnsRecord } from '../../monitors/wire/dns/message.ts';
import { ethernet } from '../fakes/multicast.ts';
import {
  announcement,
  type Appliance,
  type ApplianceOptions,
  DiscoveryWorld,
  establishedMs,
  hostName,
  lines,
  officeName,
  printer,
} from './rig.ts';

const settledMs = 20_000;

interface Names {
  readonly host: string;
  readonly office: string | undefined;
}

async function run(
  world: DiscoveryWorld,
  options: readonly ApplianceOptions[],
): Promise<{ names: () => readonly Names[]; appliances: readonly Appliance[] }> {
  const appliances = options.map((each) => world.add(each));
  const announced = appliances.map(({ discovery }) => discovery.announce(announcement()));
  for (const { discovery } of appliances) await discovery.start();
  await world.clock.advance(settledMs);
  const names = () =>
    announced.map((each) => {
      const { host, instances } = each.names();
      return { host, office: instances.get('office') };
    });
  return { names, appliances };
}

function conflictingAddress(address: string, ttlSeconds = 120): DnsRecord {
  return { name: hostName, class: 1, cacheFlush: true, ttlSeconds, data: { type: 'A', address } };
}

describe('two appliances of one name', () => {
  const first: ApplianceOptions = { address: '10.0.0.1', distinction: 'aaaa', seed: 1 };
  const second: ApplianceOptions = { address: '10.0.0.2', distinction: 'bbbb', seed: 2 };

  test('started together: one keeps the name, the other adds its own, for good', async () => {
    for (let seed = 1; seed <= 12; seed += 1) {
      const world = new DiscoveryWorld();
      const { names } = await run(world, [
        { ...first, seed },
        { ...second, seed: seed * 31 },
      ]);
      const before = names();
      assert.equal(new Set(before.map(({ host }) => host)).size, 2, JSON.stringify(before));
      assert.equal(new Set(before.map(({ office }) => office)).size, 2, JSON.stringify(before));
      const all = before.flatMap(({ host, office }) => [host, office]);
      assert.ok(all.includes('platen.local') && all.includes('Office'), all.join());
      world.said();
      await world.clock.advance(3_600_000);
      assert.deepEqual(names(), before);
      assert.deepEqual(world.said(), []);
    }
  });

  test('after a restart, in any order, each has the name that it had', async () => {
    const world = new DiscoveryWorld();
    const { names, appliances } = await run(world, [first, second]);
    const before = names();
    for (const { discovery } of appliances) await discovery.stop();
    const keptOf = (at: number) => ({ kept: appliances[at]?.kept ?? new Map() });
    const together = await run(new DiscoveryWorld(), [
      { ...first, ...keptOf(0) },
      { ...second, ...keptOf(1) },
    ]);
    assert.deepEqual(together.names(), before);
    const alone = await run(new DiscoveryWorld(), [{ ...second, ...keptOf(1) }]);
    assert.deepEqual(alone.names(), [before[1]]);
  });

  test('who comes later gives way, whatever its records; the log names the other', async () => {
    for (const [one, other] of [
      [first, second],
      [second, first],
    ] as const) {
      const world = new DiscoveryWorld();
      await run(world, [one]);
      const { names, appliances } = await run(world, [other]);
      assert.deepEqual(names(), [
        { host: `platen-${other.distinction}.local`, office: `Office (${other.distinction})` },
      ]);
      const [renamed] = appliances[0]?.warnings ?? [];
      assert.equal(renamed?.message, 'a name is taken by another host');
      assert.deepEqual(renamed?.facts, {
        name: 'platen',
        by: one.address,
        renamedTo: `platen-${other.distinction}`,
      });
    }
  });

  test('five of one name and one distinction find five names', async () => {
    const world = new DiscoveryWorld();
    const { names } = await run(
      world,
      [1, 2, 3, 4, 5].map((at) => ({ address: `10.0.0.${at}`, distinction: 'same', seed: at })),
    );
    await world.clock.advance(60_000);
    assert.equal(new Set(names().map(({ host }) => host)).size, 5, JSON.stringify(names()));
    assert.equal(new Set(names().map(({ office }) => office)).size, 5, JSON.stringify(names()));
  });

  test('two that meet when their networks are joined: one of them gives way', async () => {
    const world = new DiscoveryWorld();
    const early = await run(world, [first]);
    const [{ host: earlyHost } = world.add()] = early.appliances;
    earlyHost.plugged = false;
    const late = await run(world, [second]);
    assert.deepEqual(
      [...early.names(), ...late.names()].map(({ host }) => host),
      ['platen.local', 'platen.local'],
    );
    earlyHost.plugged = true;
    world.ask([{ name: hostName }, { name: officeName }]);
    await world.clock.advance(settledMs);
    const names = [...early.names(), ...late.names()];
    assert.equal(new Set(names.map(({ host }) => host)).size, 2, JSON.stringify(names));
    assert.equal(new Set(names.map(({ office }) => office)).size, 2, JSON.stringify(names));
  });
});

describe('conflicts', () => {
  test('an established name is probed for again, and kept where nobody answers', async () => {
    const world = new DiscoveryWorld();
    const { names, appliances } = await run(world, [{}]);
    world.said();
    world.tell({ answers: [conflictingAddress('10.0.0.99')] });
    await world.clock.advance(establishedMs);
    assert.ok(world.said().some(({ message }) => message.authorities.length > 0));
    assert.equal(names()[0]?.host, 'platen.local');
    assert.deepEqual(appliances[0]?.warnings, [
      { message: 'another host uses a name of ours', facts: { name: 'platen', by: '10.0.0.99' } },
    ]);
  });

  test('a goodbye, our own words, or another port take no name', async () => {
    const world = new DiscoveryWorld();
    const { appliances } = await run(world, [{}]);
    world.said();
    world.tell({ answers: [conflictingAddress('10.0.0.99', 0)] });
    world.tell({ answers: [conflictingAddress('10.0.0.1')] });
    world.tell({ answers: [conflictingAddress('10.0.0.99')] }, { port: 4000 });
    await world.clock.advance(establishedMs);
    assert.deepEqual(world.said(), []);
    assert.deepEqual(appliances[0]?.warnings, []);
  });

  test('the same records on another interface of ours are no conflict', async () => {
    const world = new DiscoveryWorld();
    const { names, appliances } = await run(world, [
      {
        interfaces: [ethernet('10.0.0.1'), { ...ethernet('10.0.0.2'), name: 'eth1' }],
      },
    ]);
    assert.deepEqual(names(), [{ host: 'platen.local', office: 'Office' }]);
    assert.deepEqual(appliances[0]?.warnings, []);
  });

  test('the other appliance of a pair takes names over without a conflict', async () => {
    const world = new DiscoveryWorld();
    const shared = announcement({ key: 'group', name: 'print', addresses: ['10.0.0.50'] });
    const one = world.add({ address: '10.0.0.1' });
    const two = world.add({ address: '10.0.0.2', distinction: 'bbbb', seed: 2 });
    await one.discovery.start();
    await two.discovery.start();
    const before = one.discovery.announce(shared);
    await world.clock.advance(establishedMs);
    const after = two.discovery.announce({ ...shared, takenOver: true });
    await world.clock.advance(10);
    before.withdraw();
    await world.clock.advance(establishedMs);
    const names = { host: 'print.local', instances: new Map([['office', 'Office']]) };
    assert.deepEqual(after.names(), names);
    assert.deepEqual([...one.warnings, ...two.warnings], []);
    const last = new Map(
      world
        .said()
        .flatMap(({ message }) => message.answers)
        .map((record) => [lines([record]).join().replace(/ \d+$/, ''), record.ttlSeconds]),
    );
    assert.ok(
      [...last.values()].every((ttlSeconds) => ttlSeconds > 0),
      JSON.stringify([...last]),
    );
  });

  test('two printers of one name on one appliance have two names', async () => {
    const world = new DiscoveryWorld();
    const { discovery } = world.add();
    const instances = [printer('Office', 'a'), printer('OFFICE', 'b')];
    const announced = discovery.announce(announcement({ instances }));
    await discovery.start();
    await world.clock.advance(settledMs);
    assert.deepEqual([...announced.names().instances.values()], ['Office', 'OFFICE (3f2a)']);
  });

  test('a name that is wished anew is a new beginning', async () => {
    const world = new DiscoveryWorld();
    const { discovery, kept } = world.add();
    const announced = discovery.announce(announcement());
    await discovery.start();
    await world.clock.advance(settledMs);
    assert.deepEqual(kept.get('node/office'), { wanted: 'Office', name: 'Office' });
    world.said();
    announced.update({ instances: [printer('Lobby')] });
    await world.clock.advance(settledMs);
    assert.equal(announced.names().instances.get('office'), 'Lobby');
    assert.deepEqual(kept.get('node/office'), { wanted: 'Lobby', name: 'Lobby' });
    const goodbyes = world
      .said()
      .flatMap(({ message }) => message.answers)
      .filter(({ ttlSeconds }) => ttlSeconds === 0);
    assert.ok(lines(goodbyes).includes('Office._ipp._tcp.local SRV 0'), lines(goodbyes).join());
  });

  test('names are clipped to 63 octets, between characters, the distinction whole', async () => {
    const world = new DiscoveryWorld();
    await run(world, [{ address: '10.0.0.1' }]);
    const { discovery } = world.add({ address: '10.0.0.2', distinction: 'bbbb' });
    const long = 'Größe'.repeat(20);
    const one = world.add({ address: '10.0.0.3', distinction: 'cccc', seed: 3 });
    const wish = announcement({ name: long, instances: [printer(long)] });
    one.discovery.announce(wish);
    await one.discovery.start();
    await world.clock.advance(settledMs);
    const announced = discovery.announce(wish);
    await discovery.start();
    await world.clock.advance(settledMs);
    const { host, instances } = announced.names();
    assert.match(host, /^(Grosse|Gro-e|GroBe|Gro-?.*)+-bbbb\.local$/);
    assert.match(instances.get('office') ?? '', /^(Größe)+.* \(bbbb\)$/);
    for (const label of [host.replace(/\.local$/, ''), instances.get('office') ?? '']) {
      assert.ok(Buffer.byteLength(label) <= 63, label);
    }
  });
});
