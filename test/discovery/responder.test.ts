// Shows the responder as RFC 6762 wants it: probing, announcing, answering, suppression, goodbye.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dnsTypes, type DnsRecord } from '../../monitors/wire/dns/message.ts';
import { ethernet } from '../fakes/multicast.ts';
import {
  announcement,
  type Appliance,
  DiscoveryWorld,
  establishedMs,
  group,
  hostName,
  ippName,
  lines,
  officeName,
  printer,
} from './rig.ts';

async function established(): Promise<{ world: DiscoveryWorld; appliance: Appliance }> {
  const world = new DiscoveryWorld();
  const appliance = world.add();
  appliance.discovery.announce(announcement());
  await appliance.discovery.start();
  await world.clock.advance(establishedMs);
  world.said();
  return { world, appliance };
}

const officePointer: DnsRecord = {
  name: ippName,
  class: 1,
  cacheFlush: false,
  ttlSeconds: 4500,
  data: { type: 'PTR', target: officeName },
};

describe('probing and announcing', () => {
  test('three probes 250 ms apart, after a random start, then two announcements', async () => {
    const world = new DiscoveryWorld();
    const { discovery } = world.add();
    discovery.announce(announcement({ instances: [] }));
    await discovery.start();
    const times: { atMs: number; kind: string }[] = [];
    const startMs = world.clock.monotonicMs();
    for (let passedMs = 0; passedMs < establishedMs; passedMs += 10) {
      await world.clock.advance(10);
      for (const { message } of world.said()) {
        times.push({
          atMs: world.clock.monotonicMs() - startMs,
          kind: message.response ? 'announcement' : 'probe',
        });
      }
    }
    assert.deepEqual(
      times.map(({ kind }) => kind),
      ['probe', 'probe', 'probe', 'announcement', 'announcement'],
    );
    const [first = 0] = times.map(({ atMs }) => atMs);
    assert.ok(first <= 260, `${first}`);
    const pauses = times.slice(1).map(({ atMs }, at) => atMs - (times[at]?.atMs ?? 0));
    assert.deepEqual(pauses, [250, 250, 250, 1000]);
  });

  test('a probe names what it will say, and asks for anything of that name', async () => {
    const world = new DiscoveryWorld();
    const { discovery } = world.add();
    discovery.announce(announcement());
    await discovery.start();
    await world.clock.advance(260);
    const [probe] = world.said();
    assert.deepEqual(probe?.message.questions, [
      { name: hostName, type: dnsTypes.ANY, class: 1, unicastResponse: false },
    ]);
    assert.deepEqual(lines(probe?.message.authorities ?? []), ['platen.local A 120']);
    assert.equal(probe?.to, group.address);
  });

  test('all that there is of an instance is announced; a name only kept, without PTR', async () => {
    const world = new DiscoveryWorld();
    const { discovery } = world.add();
    discovery.announce(announcement());
    await discovery.start();
    await world.clock.advance(establishedMs);
    const said = world.said().filter(({ message }) => message.response);
    const answers = said.flatMap(({ message }) => message.answers);
    assert.deepEqual(
      [...new Set(lines(answers))],
      [
        '1.0.0.10.in-addr.arpa PTR 120',
        'Office._ipp._tcp.local SRV 120',
        'Office._ipp._tcp.local TXT 4500',
        'Office._printer._tcp.local SRV 120',
        'Office._printer._tcp.local TXT 4500',
        '_ipp._tcp.local PTR 4500',
        '_print._sub._ipp._tcp.local PTR 4500',
        '_services._dns-sd._udp.local PTR 4500',
        '_universal._sub._ipp._tcp.local PTR 4500',
        'platen.local A 120',
      ],
    );
    for (const { cacheFlush, data, name } of answers) {
      assert.equal(cacheFlush, data.type !== 'PTR' || name.includes('arpa'), lines(answers).join());
    }
  });

  test('twenty printers fit their packets, and probe together', async () => {
    const world = new DiscoveryWorld();
    const { discovery } = world.add();
    const instances = Array.from({ length: 20 }, (_, at) => printer(`Printer ${at}`, `p${at}`));
    discovery.announce(announcement({ instances }));
    await discovery.start();
    await world.clock.advance(establishedMs);
    const sizes = world.segment.said.map(({ bytes }) => bytes.length);
    assert.ok(Math.max(...sizes) <= 1400, `${Math.max(...sizes)}`);
    assert.ok(sizes.length <= 30, `${sizes.length} packets`);
    const named = new Set(
      world
        .said()
        .flatMap(({ message }) => message.answers)
        .flatMap(({ data, name }) => (data.type === 'SRV' ? [name[0]] : [])),
    );
    assert.equal(named.size, 20);
  });

  test('a name taken over is said at once', async () => {
    const world = new DiscoveryWorld();
    const { discovery } = world.add();
    await discovery.start();
    discovery.announce(announcement({ takenOver: true }));
    await world.clock.advance(0);
    const [first] = world.said();
    assert.equal(first?.message.response, true);
    const spoken = lines(first?.message.answers ?? []);
    assert.ok(spoken.includes('platen.local A 120'), spoken.join());
  });
});

describe('answers', () => {
  test('the address of the host at once, with the news that there is no IPv6', async () => {
    const { world } = await established();
    world.ask([{ name: ['PLATEN', 'local'], type: dnsTypes.A }]);
    await world.clock.advance(0);
    const [answer] = world.said();
    assert.deepEqual(lines(answer?.message.answers ?? []), ['platen.local A 120']);
    assert.deepEqual(lines(answer?.message.additionals ?? []), ['platen.local NSEC 120']);
  });

  test('a type that the host does not have is denied', async () => {
    const { world } = await established();
    world.ask([{ name: hostName, type: dnsTypes.AAAA }]);
    await world.clock.advance(0);
    const [answer] = world.said();
    assert.deepEqual(answer?.message.answers[0]?.data, {
      type: 'NSEC',
      next: hostName,
      types: [dnsTypes.A],
    });
  });

  test('instances of a type after a short random pause, with all a client wants next', async () => {
    const { world } = await established();
    world.ask([{ name: ippName, type: dnsTypes.PTR }]);
    await world.clock.advance(19);
    assert.deepEqual(world.said(), []);
    await world.clock.advance(102);
    const [answer, ...more] = world.said();
    assert.deepEqual(more, []);
    assert.deepEqual(lines(answer?.message.answers ?? []), ['_ipp._tcp.local PTR 4500']);
    assert.deepEqual(lines(answer?.message.additionals ?? []), [
      'Office._ipp._tcp.local SRV 120',
      'Office._ipp._tcp.local TXT 4500',
      'platen.local A 120',
      'platen.local NSEC 120',
    ]);
  });

  test('subtypes, the list of types, and addresses to names', async () => {
    const { world } = await established();
    const rows = [
      { name: ['_universal', '_sub', ...ippName], target: officeName },
      { name: ['_services', '_dns-sd', '_udp', 'local'], target: ippName },
      { name: ['1', '0', '0', '10', 'in-addr', 'arpa'], target: hostName },
    ];
    for (const { name, target } of rows) {
      world.ask([{ name, type: dnsTypes.PTR }]);
      await world.clock.advance(130);
      const [answer] = world.said();
      assert.deepEqual(answer?.message.answers[0]?.data, { type: 'PTR', target });
    }
  });

  test('nothing to what is not ours, or is no question of the Internet class', async () => {
    const { world } = await established();
    world.ask([
      { name: ['other', 'local'] },
      { name: ['local'] },
      { name: [] },
      { name: hostName, class: 3 },
      { name: ippName, type: dnsTypes.A },
    ]);
    world.tell({ response: false, opcode: 2, questions: [] });
    await world.clock.advance(1_000);
    assert.deepEqual(world.said(), []);
  });

  test('what the asker knows is not said; what it knows for less than half is', async () => {
    const { world } = await established();
    const questions = [{ name: ippName, type: dnsTypes.PTR }];
    world.ask(questions, { answers: [{ ...officePointer, ttlSeconds: 2250 }] });
    await world.clock.advance(500);
    assert.deepEqual(world.said(), []);
    world.ask(questions, { answers: [{ ...officePointer, ttlSeconds: 2249 }] });
    await world.clock.advance(500);
    assert.equal(world.said().length, 1);
  });

  test('known answers may follow in a second packet', async () => {
    const { world } = await established();
    world.ask([{ name: ippName, type: dnsTypes.PTR }], { truncated: true });
    await world.clock.advance(100);
    world.ask([], { answers: [officePointer] });
    await world.clock.advance(1_000);
    assert.deepEqual(world.said(), []);
    world.ask([{ name: ippName, type: dnsTypes.PTR }], { truncated: true });
    await world.clock.advance(100);
    world.ask([], { answers: [officePointer], from: '10.0.0.98' });
    await world.clock.advance(1_000);
    assert.equal(world.said().length, 1);
  });

  test('what another says first is not said again', async () => {
    const { world } = await established();
    world.ask([{ name: ippName, type: dnsTypes.PTR }]);
    await world.clock.advance(10);
    world.tell({ answers: [officePointer] });
    await world.clock.advance(500);
    assert.deepEqual(world.said(), []);
  });

  test('no record is multicast twice within a second, and each asker is answered', async () => {
    const { world } = await established();
    const said: number[] = [];
    for (let at = 0; at < 20; at += 1) {
      world.ask([{ name: hostName, type: dnsTypes.A }], { from: `10.0.0.${100 + at}` });
      await world.clock.advance(100);
      said.push(world.said().length);
    }
    assert.equal(said[0], 1);
    const count = said.reduce((sum, each) => sum + each, 0);
    assert.ok(count >= 2 && count <= 3, said.join());
  });

  test('a probe for our name is answered sooner than that', async () => {
    const { world } = await established();
    const authorities: readonly DnsRecord[] = [
      {
        name: hostName,
        class: 1,
        cacheFlush: false,
        ttlSeconds: 120,
        data: { type: 'A', address: '10.0.0.99' },
      },
    ];
    for (let round = 0; round < 3; round += 1) {
      world.ask([{ name: hostName }], { authorities });
      await world.clock.advance(250);
      assert.equal(world.said().length, 1, `round ${round}`);
    }
  });

  test('who wants a unicast answer gets one, if the link heard the record lately', async () => {
    const { world } = await established();
    const question = { name: hostName, type: dnsTypes.A, unicastResponse: true };
    world.ask([question]);
    await world.clock.advance(0);
    assert.deepEqual(
      world.said().map(({ to, port }) => ({ to, port })),
      [{ to: '10.0.0.99', port: 5353 }],
    );
    await world.clock.advance(31_000);
    world.ask([question]);
    await world.clock.advance(0);
    assert.deepEqual(
      world.said().map(({ to }) => to),
      [group.address],
    );
  });

  test('a plain resolver is answered like by a DNS server, for ten seconds', async () => {
    const { world } = await established();
    world.ask([{ name: officeName, type: dnsTypes.SRV }], { id: 4711, port: 40_000 });
    await world.clock.advance(0);
    const [answer] = world.said();
    assert.equal(answer?.port, 40_000);
    assert.equal(answer?.message.id, 4711);
    assert.deepEqual(answer?.message.questions[0]?.name, officeName);
    assert.deepEqual(lines(answer?.message.answers ?? []), ['Office._ipp._tcp.local SRV 10']);
    assert.equal(answer?.message.answers[0]?.cacheFlush, false);
  });
});

describe('changes', () => {
  test('withdrawing says goodbye to all, and then nothing', async () => {
    const world = new DiscoveryWorld();
    const { discovery } = world.add();
    const announced = discovery.announce(announcement());
    await discovery.start();
    await world.clock.advance(establishedMs);
    world.said();
    announced.withdraw();
    await world.clock.advance(0);
    const [goodbye] = world.said();
    assert.deepEqual(lines(goodbye?.message.answers ?? []), [
      '1.0.0.10.in-addr.arpa PTR 0',
      'Office._ipp._tcp.local SRV 0',
      'Office._ipp._tcp.local TXT 0',
      'Office._printer._tcp.local SRV 0',
      'Office._printer._tcp.local TXT 0',
      '_ipp._tcp.local PTR 0',
      '_print._sub._ipp._tcp.local PTR 0',
      '_universal._sub._ipp._tcp.local PTR 0',
      'platen.local A 0',
    ]);
    world.ask([{ name: hostName }, { name: ippName }]);
    await world.clock.advance(2_000);
    assert.deepEqual(world.said(), []);
  });

  test('stopping says goodbye too', async () => {
    const { world, appliance } = await established();
    await appliance.discovery.stop();
    const answers = world.said().flatMap(({ message }) => message.answers);
    assert.ok(answers.length > 0 && answers.every(({ ttlSeconds }) => ttlSeconds === 0));
    assert.equal(world.clock.pendingTimers, 0);
  });

  test('another TXT is announced without probing; a service that goes says goodbye', async () => {
    const world = new DiscoveryWorld();
    const { discovery } = world.add();
    const announced = discovery.announce(announcement());
    await discovery.start();
    await world.clock.advance(establishedMs);
    world.said();
    const [ipp] = printer().services;
    assert.ok(ipp !== undefined);
    const services = [{ ...ipp, txt: [{ key: 'note', value: 'second floor' }] }];
    announced.update({ instances: [{ ...printer(), services }] });
    await world.clock.advance(establishedMs);
    const said = world.said();
    assert.ok(said.every(({ message }) => message.authorities.length === 0));
    const answers = said.flatMap(({ message }) => message.answers);
    assert.deepEqual(lines(answers.filter(({ ttlSeconds }) => ttlSeconds === 0)), [
      'Office._printer._tcp.local SRV 0',
      'Office._printer._tcp.local TXT 0',
    ]);
    const texts = answers
      .flatMap(({ data, ttlSeconds }) => (data.type === 'TXT' && ttlSeconds > 0 ? [data] : []))
      .map(({ strings }) => strings.map((string) => Buffer.from(string).toString()).join());
    assert.deepEqual(texts, ['note=second floor', 'note=second floor']);
  });

  test('an address that comes later is announced, one that goes is flushed', async () => {
    const { world, appliance } = await established();
    appliance.host.setInterfaces([ethernet('10.0.0.1', 'fe80::1')]);
    await world.clock.advance(12_000);
    const said = world.said();
    const byIpv6 = said.filter(({ to }) => to === 'ff02::fb%eth0');
    assert.ok(
      byIpv6.some(({ message }) => message.authorities.length > 0),
      'probes on IPv6',
    );
    world.ask([{ name: hostName, type: dnsTypes.AAAA }]);
    await world.clock.advance(0);
    assert.deepEqual(lines(world.said()[0]?.message.answers ?? []), ['platen.local AAAA 120']);
    appliance.host.setInterfaces([ethernet('10.0.0.2', 'fe80::1')]);
    await world.clock.advance(12_000);
    world.said();
    world.ask([{ name: hostName, type: dnsTypes.A }]);
    await world.clock.advance(1_000);
    const [answer] = world.said();
    assert.deepEqual(answer?.message.answers[0]?.data, { type: 'A', address: '10.0.0.2' });
  });

  test('each interface tells its own addresses; a group only its own', async () => {
    const world = new DiscoveryWorld();
    const { discovery } = world.add({
      interfaces: [ethernet('10.0.0.1', '10.0.0.50'), { ...ethernet('192.168.7.1'), name: 'eth1' }],
    });
    discovery.announce(announcement());
    discovery.announce({ key: 'group', name: 'print', addresses: ['10.0.0.50'], instances: [] });
    await discovery.start();
    await world.clock.advance(establishedMs);
    const said = world
      .said()
      .flatMap(({ from, message }) =>
        message.answers.flatMap(({ name, data }) =>
          data.type === 'A' ? [`${from} ${name[0]} ${data.address}`] : [],
        ),
      );
    assert.deepEqual([...new Set(said)].toSorted(), [
      '10.0.0.1 platen 10.0.0.1',
      '10.0.0.1 print 10.0.0.50',
      '192.168.7.1 platen 192.168.7.1',
    ]);
  });

  test('our record that another says goodbye to is said again', async () => {
    const { world } = await established();
    world.tell({ answers: [{ ...officePointer, ttlSeconds: 0 }] });
    await world.clock.advance(1_500);
    const answers = world.said().flatMap(({ message }) => message.answers);
    assert.ok(lines(answers).includes('_ipp._tcp.local PTR 4500'), lines(answers).join());
  });
});

describe('hostile networks', () => {
  test('a flood of goodbyes, conflicts and questions ends in few packets', async () => {
    const { world } = await established();
    const address: DnsRecord = {
      name: hostName,
      class: 1,
      cacheFlush: true,
      ttlSeconds: 120,
      data: { type: 'A', address: '10.9.9.9' },
    };
    for (let at = 0; at < 100; at += 1) {
      world.tell({ answers: [{ ...officePointer, ttlSeconds: 0 }] });
      world.tell({ answers: [address] });
      world.ask([{ name: ippName }, { name: hostName }], { from: `10.0.1.${at}` });
      await world.clock.advance(10);
    }
    assert.ok(world.said().length < 12, 'few packets');
  });

  test('garbage, and messages with an error in their head, are passed over', async () => {
    const { world } = await established();
    world.segment.say({ address: '10.0.0.9', port: 5353 }, group, new Uint8Array([1, 2, 3]));
    world.segment.said.length = 0;
    world.ask([{ name: hostName }], { responseCode: 3 });
    await world.clock.advance(1_000);
    assert.deepEqual(world.said(), []);
  });
});
