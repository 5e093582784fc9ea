// What the kernel still holds for a printer is not sent.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { TcpConnection } from '../../hal/contract.ts';
import { createFakeNetwork } from '../fakes/network.ts';
import { VirtualClock } from '../world/clock.ts';
import {
  addPort,
  docOf,
  never,
  openPort,
  pattern,
  startInstance,
  writeAll,
} from './port-monitor-suite.ts';
import { devicesOver, makeTcpRig } from './tcp-rig.ts';
import { atEnd } from '../at-end.ts';

/** A printer whose acknowledgements come as told. */
async function start(t: TestContext) {
  const clock = new VirtualClock();
  const network = createFakeNetwork({ clock });
  const held = { bytes: 0 };
  let connection: TcpConnection | undefined;
  const tcp = {
    ...network,
    async connect(options: Parameters<typeof network.connect>[0]) {
      connection = await network.connect(options);
      return new Proxy(connection, {
        get(target, name) {
          if (name === 'unacknowledgedBytes') return () => held.bytes;
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    },
  };
  const rig = await makeTcpRig({ clock, tcp: network, floodBytes: 0 });
  const instance = await startInstance({ module: rig.module, clock, devices: devicesOver(tcp) });
  atEnd(t, async () => {
    await instance.shutdown();
    await rig.dispose();
  });
  await addPort(instance.monitor, 'Desk', rig.portInput);
  const port = await openPort(instance.monitor, 'Desk');
  return { clock, held, port, printer: rig.printer };
}

describe('a small document that a printer does not acknowledge', () => {
  test('waits for an hour, is not handed over twice, and is sent when it is taken', async (t) => {
    const { clock, held, port, printer } = await start(t);
    const bytes = pattern(1000);
    await port.startDocPort(docOf(bytes.length), never());
    held.bytes = 400;
    let left: Uint8Array = bytes;
    for (let minute = 0; minute < 60; minute++) {
      const call = port.writePort(left, never());
      await clock.advance(60_000);
      const outcome = await call;
      assert.ok(outcome.kind === 'waiting' && outcome.reasons.length > 0);
      left = left.subarray(outcome.writtenBytes);
      assert.equal(left.length, 1);
    }
    held.bytes = 0;
    assert.equal((await writeAll(port, left)).kind, 'written');
    const end = await port.endDocPort({ discard: false }, never());
    assert.deepEqual(end, { deliveredBytes: 1000, outcome: 'sent', reasons: [] });
    assert.equal(printer.sessions().at(-1)?.bytes, 1000);
  });

  test('has failed where the printer dies', async (t) => {
    const { clock, held, port, printer } = await start(t);
    await port.startDocPort(docOf(1000), never());
    held.bytes = 400;
    const call = port.writePort(pattern(1000), never());
    await clock.advance(5_000);
    await printer.close();
    assert.equal((await call).kind, 'failed');
    const end = await port.endDocPort({ discard: false }, never());
    assert.deepEqual([end.outcome, end.deliveredBytes], ['failed', 1000]);
  });

  test('of unknown size has failed where the printer dies a while after the end', async (t) => {
    const { clock, held, port, printer } = await start(t);
    await printer.behave({ neverClose: true });
    await port.startDocPort({ ...docOf(0), sizeBytes: undefined }, never());
    assert.equal((await writeAll(port, pattern(1000))).kind, 'written');
    held.bytes = 400;
    const ending = port.endDocPort({ discard: false }, never());
    await clock.advance(5_000);
    await printer.behave({ resetAtEnd: true });
    await clock.advance(1_000);
    const end = await ending;
    assert.deepEqual([end.outcome, end.deliveredBytes], ['failed', 1000]);
  });

  test('of unknown size says how much was missing at the end of the wait', async (t) => {
    const { clock, held, port, printer } = await start(t);
    await printer.behave({ neverClose: true });
    await port.startDocPort({ ...docOf(0), sizeBytes: undefined }, never());
    await writeAll(port, pattern(1000));
    held.bytes = 400;
    const ending = port.endDocPort({ discard: false }, never());
    await clock.advance(31_000);
    const end = await ending;
    assert.equal(end.outcome, 'sent');
    assert.equal(end.message, 'the printer has not acknowledged the last 400 bytes');
    assert.equal(end.reasons[0]?.severity, 'warning');
  });
});
