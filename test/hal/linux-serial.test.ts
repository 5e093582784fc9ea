// The adapter of serial ports over a pseudo-terminal, and the list of ports.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { SerialLine } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { createLinuxSerial } from '../../hal/linux/serial.ts';
import { makePty } from '../monitors/pty.ts';
import { VirtualClock } from '../world/clock.ts';

const line: SerialLine = {
  baudRate: 9_600,
  dataBits: 8,
  parity: 'none',
  stopBits: 1,
  flow: 'none',
  dtr: true,
};
const serial = createLinuxSerial({ clock: new VirtualClock() });

async function open(t: TestContext) {
  const pty = await makePty();
  t.after(() => pty.dispose());
  const port = await serial.open(pty.path, line);
  t.after(() => port.close({ dropUnsent: true }));
  return { pty, port };
}

test('bytes go both ways, and a terminal without modem lines says so', async (t) => {
  const { pty, port } = await open(t);
  pty.say('hello');
  assert.equal(Buffer.from(await port.read()).toString(), 'hello');
  assert.equal(await port.write(Buffer.from('job')), 3);
  assert.equal(await port.lines(), undefined);
});

test('a port is for one program', async (t) => {
  const { pty } = await open(t);
  await assert.rejects(serial.open(pty.path, line), (error) => isHalError(error, 'busy'));
});

test('closing ends a write that is held and a read that waits', async (t) => {
  const { pty, port } = await open(t);
  pty.stall();
  const read = assert.rejects(port.read(), (error) => isHalError(error, 'closed'));
  const write = assert.rejects(
    async () => {
      for (;;) await port.write(new Uint8Array(4096));
    },
    (error) => isHalError(error, 'closed'),
  );
  // Enough for the terminal, the pipes and socat's own buffer to be full.
  const full = Promise.race([write, new Promise((resolve) => setImmediate(resolve))]);
  await full;
  await port.close({ dropUnsent: true });
  await Promise.all([read, write]);
});

test('a terminal that was hung up is gone', async (t) => {
  const { pty, port } = await open(t);
  const read = assert.rejects(port.read(), (error) => isHalError(error, 'device-gone', 'io-error'));
  await pty.unplug();
  await read;
  await assert.rejects(port.write(new Uint8Array(1)), (error) => isHalError(error));
  await assert.rejects(serial.open(pty.path, line), (error) => isHalError(error, 'not-found'));
});

test('ports with hardware are listed', async () => {
  for (const { path, driver } of await serial.list()) {
    assert.match(path, /^\/dev\/tty/);
    assert.notEqual(driver, '');
  }
});
