// The supervisor: a served process that ends is made mute, the peer is told, and it starts again.
import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { describe, test } from 'node:test';
import { createLog } from '../../firmware/log/log.ts';
import { connectWire, type SupervisedWire } from '../../firmware/supervisor/client.ts';
import { WireError } from '../../firmware/supervisor/contract.ts';
import { servedEnds } from '../../firmware/supervisor/ends.ts';
import { createLineChannel } from '../../firmware/supervisor/line-channel.ts';
import { fromSupervisor, toSupervisor } from '../../firmware/supervisor/messages.ts';
import {
  type ProcessEnd,
  type ServedProcess,
  supervise,
} from '../../firmware/supervisor/supervisor.ts';
import { createFakeNetwork, type FakeNetwork } from '../fakes/network-admin.ts';
import { VirtualClock } from '../world/clock.ts';

const address = '10.0.0.50';
const term = { generation: 1, counter: 7, node: 'a' };

interface Served extends ServedProcess {
  readonly end: (end: ProcessEnd) => void;
  readonly signals: string[];
  readonly wire: Promise<SupervisedWire>;
}

function pipes(): readonly [Duplex, Duplex] {
  const make = (other: () => Duplex): Duplex =>
    new Duplex({
      read: () => undefined,
      write(chunk, _encoding, done) {
        other().push(chunk);
        done();
      },
      destroy(error, done) {
        if (!other().readableEnded) other().push(null);
        done(error);
      },
    });
  const left: Duplex = make(() => right);
  const right: Duplex = make(() => left);
  return [left, right];
}

function subject(prepare: (network: FakeNetwork) => void = () => undefined) {
  const clock = new VirtualClock();
  const network = createFakeNetwork({ clock });
  prepare(network);
  const started: Served[] = [];
  const told: (readonly [string, number])[] = [];
  const log = createLog({ level: 'error', clock, destination: { write: () => undefined } });
  const stopping = new AbortController();
  const startProcess = (): ServedProcess => {
    const [above, below] = pipes();
    const ended = Promise.withResolvers<ProcessEnd>();
    const signals: string[] = [];
    const served: Served = {
      channel: createLineChannel(above, toSupervisor),
      ended: ended.promise,
      signals,
      signal(signal) {
        signals.push(signal);
        ended.resolve({ code: undefined, signal });
      },
      end: ended.resolve,
      wire: connectWire({ clock, channel: createLineChannel(below, fromSupervisor) }),
    };
    started.push(served);
    return served;
  };
  const ended = supervise(
    {
      clock,
      network,
      watchdog: { open: async () => undefined },
      log,
      startProcess,
      sayFenced: async ({ terms }) => {
        told.push(...[...terms].map(([group, of]) => [group, of.counter] as const));
      },
    },
    stopping.signal,
  );
  return { clock, network, started, told, stopping, ended };
}

async function owning(served: Served | undefined, clock: VirtualClock): Promise<SupervisedWire> {
  const wire = await served?.wire;
  assert.ok(wire !== undefined);
  await wire.setUp({
    groups: [{ id: 'g', addresses: [{ address, prefixBits: 32, interfaceName: 'eth0' }] }],
    link: undefined,
    peerAddress: undefined,
    arbiters: [],
  });
  await wire.renew('g', { untilMs: clock.monotonicMs() + 600, term });
  return wire;
}

describe('the supervisor', () => {
  test('the process starts beside the look at what the machine can, and waits for it', async () => {
    let release = () => {};
    const { clock, started, stopping, ended } = subject((network) => {
      release = network.hold('abilities');
    });
    assert.equal(started.length, 1);
    let knows = false;
    void started[0]?.wire.then(() => (knows = true));
    await clock.advance(1_000);
    assert.equal(knows, false);
    release();
    await clock.advance(1);
    assert.equal(knows, true);
    stopping.abort();
    await ended;
  });

  test('a process that is killed leaves no address, and its peer is told its term', async () => {
    const { clock, network, started, told, stopping, ended } = subject();
    await clock.advance(0);
    await owning(started[0], clock);
    assert.ok(network.passes(address));
    started[0]?.end({ code: undefined, signal: 'SIGKILL' });
    await clock.advance(1);
    assert.ok(!network.has(address));
    assert.deepEqual(told, [['g', 7]]);
    await clock.advance(200);
    assert.equal(started.length, 2);
    stopping.abort();
    await ended;
  });

  test('a process that closes its pipe is ended, and loses its address', async () => {
    const { clock, network, started, stopping, ended } = subject();
    await clock.advance(0);
    const wire = await owning(started[0], clock);
    wire.close();
    await clock.advance(1);
    assert.deepEqual(started[0]?.signals, ['SIGKILL']);
    assert.ok(!network.has(address));
    stopping.abort();
    await ended;
  });

  test('starts are spaced out, and a wrong call is not repeated', async () => {
    const { clock, started, ended } = subject();
    await clock.advance(0);
    started[0]?.end({ code: 1, signal: undefined });
    await clock.advance(100);
    started[1]?.end({ code: 1, signal: undefined });
    await clock.advance(199);
    assert.equal(started.length, 2);
    await clock.advance(1);
    assert.equal(started.length, 3);
    started[2]?.end({ code: 2, signal: undefined });
    assert.equal(await ended, 2);
  });

  test('it ends with a process that wants both to start anew', async () => {
    const { clock, started, ended } = subject();
    await clock.advance(0);
    started[0]?.end({ code: servedEnds.wholeAnew, signal: undefined });
    assert.equal(await ended, servedEnds.wholeAnew);
    assert.equal(started.length, 1);
  });

  test('it stops its process in order, and by force where that takes too long', async () => {
    const { clock, started, stopping, ended } = subject();
    await clock.advance(0);
    stopping.abort();
    await clock.advance(1);
    assert.deepEqual(started[0]?.signals, ['SIGTERM']);
    assert.equal(await ended, 1);
  });

  test('a renewal that can not be done is told', async () => {
    const { clock, started, stopping, ended } = subject();
    await clock.advance(0);
    const wire = await owning(started[0], clock);
    await assert.rejects(wire.renew('other', { untilMs: 9e9, term }), WireError);
    stopping.abort();
    await ended;
  });
});
