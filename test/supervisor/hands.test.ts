// The hands of a group: addresses that live as long as the lease, and what is asked on the link.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLog } from '../../firmware/log/log.ts';
import type { WireEvent } from '../../firmware/supervisor/contract.ts';
import { createHands } from '../../firmware/supervisor/hands.ts';
import { createFakeNetwork } from '../fakes/network-admin.ts';
import { VirtualClock } from '../world/clock.ts';

const address = '10.0.0.50';
const peer = '10.0.0.2';
const peerMac = '02:00:00:00:00:02';
const printer = '10.0.0.9';

async function subject({ gated = true } = {}) {
  const clock = new VirtualClock();
  const network = createFakeNetwork({ clock, gated });
  const events: WireEvent[] = [];
  const log = createLog({ level: 'error', clock, destination: { write: () => undefined } });
  const hands = createHands({
    clock,
    network,
    abilities: await network.abilities(),
    log,
    onEvent: (event) => events.push(event),
  });
  await hands.setUp({
    groups: [{ id: 'g', addresses: [{ address, prefixBits: 32, interfaceName: 'eth0' }] }],
    link: { interfaceName: 'eth0', address: '10.0.0.1' },
    peerAddress: peer,
    arbiters: [printer],
  });
  const setUpDeeds = network.deeds.splice(0);
  return { clock, network, hands, events, setUpDeeds };
}

describe('the hands of a group', () => {
  test('what an earlier process left is gone before the address can come back', async () => {
    const { setUpDeeds } = await subject();
    const kinds = setUpDeeds.map((deed) => deed.split(' ')[0]);
    assert.deepEqual(kinds.slice(0, 3), ['close', 'delete', 'destroy']);
  });

  test('an address is up while its lease is renewed, and gone with it', async () => {
    const { clock, network, hands, events } = await subject();
    for (let round = 0; round < 5; round += 1) {
      await hands.renew('g', clock.monotonicMs() + 600);
      assert.ok(network.passes(address));
      await clock.advance(200);
    }
    await clock.advance(399);
    assert.ok(network.passes(address));
    await clock.advance(2);
    assert.ok(!network.has(address));
    assert.ok(network.deeds.includes(`destroy ${address}`));
    assert.deepEqual(events.at(-1), { kind: 'taken-down', group: 'g' });
  });

  test('new connections are held at the gate, where one is', async () => {
    const gated = await subject();
    await gated.hands.renew('g', gated.clock.monotonicMs() + 600);
    await gated.hands.hold('g');
    assert.ok(gated.network.deeds.includes(`hold ${address}`));
    const open = await subject({ gated: false });
    await open.hands.renew('g', open.clock.monotonicMs() + 600);
    await open.hands.hold('g');
    assert.ok(!open.network.deeds.includes(`hold ${address}`));
  });

  test('where the supervisor stands still, the gate ends with the lease', async () => {
    const { clock, network, hands } = await subject();
    await hands.renew('g', clock.monotonicMs() + 600);
    network.hold('close');
    await clock.advance(601);
    assert.ok(network.has(address));
    assert.ok(!network.passes(address));
    await clock.advance(400);
    assert.ok(!network.has(address));
  });

  test('a renewal that comes too late takes nothing', async () => {
    const { clock, network, hands } = await subject();
    await assert.rejects(hands.renew('g', clock.monotonicMs()), /lease is over/);
    assert.ok(!network.has(address));
  });

  test('a lease that ends while the kernel works is taken down again', async () => {
    const { clock, network, hands } = await subject();
    const release = network.hold('renew');
    const renewal = assert.rejects(hands.renew('g', clock.monotonicMs() + 600), /ended while/);
    await clock.advance(601);
    release();
    await renewal;
    assert.ok(!network.has(address));
  });

  test('a fence deletes the address and ends its sockets before it is done', async () => {
    const { clock, network, hands } = await subject();
    await hands.renew('g', clock.monotonicMs() + 600);
    network.deeds.length = 0;
    await hands.fence('g');
    assert.deepEqual(network.deeds, [
      `close ${address}`,
      `delete ${address}`,
      `destroy ${address}`,
    ]);
    await clock.advance(700);
    assert.equal(network.deeds.length, 3);
  });

  test('the address is announced 5 times, 5 more after 5 s, then each 30 s', async () => {
    const { clock, network, hands } = await subject();
    const announced = () => network.deeds.filter((deed) => deed.startsWith('announce')).length;
    const hold = async (forMs: number) => {
      for (let passed = 0; passed < forMs; passed += 200) {
        await hands.renew('g', clock.monotonicMs() + 600);
        await clock.advance(200);
      }
    };
    await hold(1_000);
    assert.equal(announced(), 5);
    await hold(5_000);
    assert.equal(announced(), 10);
    await hold(30_000);
    assert.equal(announced(), 11);
  });

  test('without a gate the kernel is given the longer lifetime', async () => {
    const { clock, network, hands } = await subject({ gated: false });
    await hands.renew('g', clock.monotonicMs() + 600);
    network.hold('delete');
    await clock.advance(1_900);
    assert.ok(network.passes(address));
    await clock.advance(200);
    assert.ok(!network.passes(address));
  });

  test('probes go to the owner, whose answer counts; another MAC is a conflict', async () => {
    const { network, hands, events } = await subject();
    network.answer(peer, peerMac);
    hands.probe('g');
    assert.deepEqual(network.deeds, [`ask ${address} of ${peerMac}`, `ask ${peer} of ${peerMac}`]);
    events.length = 0;
    network.answer(address, peerMac);
    network.answer(peer, '02:00:00:00:00:99');
    const seen = events.map((event) => event.kind === 'probe-answered' && [event.of, event.by]);
    assert.deepEqual(seen, [
      ['group', 'owner'],
      ['node', 'conflict'],
    ]);
  });

  test('an arbiter that answers is told with the moment it was asked', async () => {
    const { clock, network, hands, events } = await subject();
    hands.askArbiters();
    const askedAtMs = clock.monotonicMs();
    await clock.advance(30);
    events.length = 0;
    network.answer(printer, '02:00:00:00:00:09');
    assert.deepEqual(events, [{ kind: 'arbiter-replied', askedAtMs }]);
  });

  test('a cable that is pulled is told', async () => {
    const { clock, network, events } = await subject();
    network.carrierUp = false;
    await clock.advance(200);
    assert.deepEqual(events.at(-1), { kind: 'carrier', up: false });
  });
});
