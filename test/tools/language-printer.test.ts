// The emulated printer that speaks can be slow, and break off at a byte in both ways.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { isHalError } from '../../hal/errors.ts';
import { startLanguagePrinter } from '../../tools/emulators/language-printer/printer.ts';
import { createFakeNetwork } from '../fakes/network.ts';
import { VirtualClock } from '../world/clock.ts';
import { atEnd } from '../at-end.ts';

async function rig(t: TestContext) {
  const clock = new VirtualClock();
  const tcp = createFakeNetwork({ clock });
  const at = { address: '127.0.0.1', port: 0 };
  const printer = await startLanguagePrinter({ tcp, clock, ...at, language: 'zpl' });
  atEnd(t, () => printer.close());
  const connect = () =>
    tcp.connect({ host: at.address, port: printer.local.port, timeoutMs: 1_000 });
  const took = () => printer.sessions().map(({ bytes }) => bytes.length);
  return { clock, printer, connect, took };
}

test('slow: reads no faster than it was told to', async (t) => {
  const { clock, printer, connect, took } = await rig(t);
  printer.slow(100);
  const connection = await connect();
  await connection.write(Buffer.alloc(200));
  await clock.advance(1);
  await connection.write(Buffer.alloc(50));
  await clock.advance(1_900);
  assert.deepEqual(took(), [200]);
  await clock.advance(200);
  assert.deepEqual(took(), [250]);
  connection.reset();
});

test('breaks off at a byte: by a reset, or in order', async (t) => {
  const { clock, printer, connect } = await rig(t);
  printer.breakAfter(10);
  const first = await connect();
  await first.write(Buffer.alloc(10));
  await assert.rejects(first.read(), (error) => isHalError(error, 'connection-reset'));
  printer.breakAfter(undefined);
  printer.disconnectAfter(10);
  const second = await connect();
  await second.write(Buffer.alloc(10));
  await clock.advance(1);
  assert.equal(await second.read(), undefined);
  second.reset();
});
