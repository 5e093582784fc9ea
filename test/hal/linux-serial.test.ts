// The adapter of serial ports over a pseudo-terminal, and the list of ports.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { SerialLine } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { createLinuxSerial } from '../../hal/linux/serial.ts';
import { startTicking } from '../monitors/fifo.ts';
import { makePty } from '../monitors/pty.ts';
import { VirtualClock } from '../world/clock.ts';
import { atEnd } from '../at-end.ts';

const line: SerialLine = {
  baudRate: 9_600,
  dataBits: 8,
  parity: 'none',
  stopBits: 1,
  flow: 'none',
  dtr: true,
};
async function open(t: TestContext) {
  const clock = new VirtualClock();
  atEnd(
    t,
    startTicking(clock, () => true),
  );
  const serial = createLinuxSerial({ clock });
  const pty = await makePty();
  atEnd(t, () => pty.dispose());
  const port = await serial.open(pty.path, line);
  atEnd(t, () => port.close({ dropUnsent: true }));
  return { pty, port, serial };
}

test('bytes go both ways, and a terminal without modem lines says so', async (t) => {
  const { pty, port } = await open(t);
  pty.say('hello');
  assert.equal(Buffer.from(await port.read()).toString(), 'hello');
  assert.equal(await port.write(Buffer.from('job')), 3);
  assert.equal(await port.lines(), undefined);
});

test('a port is for one program', async (t) => {
  const { pty, serial } = await open(t);
  await assert.rejects(serial.open(pty.path, line), (error) => isHalError(error, 'busy'));
});

test('a port that is held takes nothing more, without waiting, and can be closed', async (t) => {
  const { pty, port } = await open(t);
  const read = assert.rejects(port.read(), (error) => isHalError(error, 'closed'));
  pty.stall();
  // Until the terminal, the pipes and socat's own buffer are full.
  let emptyHanded = 0;
  while (emptyHanded < 100) {
    emptyHanded = (await port.write(new Uint8Array(4096))) === 0 ? emptyHanded + 1 : 0;
  }
  await port.close({ dropUnsent: true });
  await read;
  await assert.rejects(port.write(new Uint8Array(1)), (error) => isHalError(error, 'closed'));
});

test('a terminal that was hung up is gone', async (t) => {
  const { pty, port, serial } = await open(t);
  const read = assert.rejects(port.read(), (error) => isHalError(error, 'device-gone', 'io-error'));
  await pty.unplug();
  await read;
  await assert.rejects(port.write(new Uint8Array(1)), (error) => isHalError(error));
  await assert.rejects(serial.open(pty.path, line), (error) => isHalError(error, 'not-found'));
});

test('what was written has settled once the driver sent it', async (t) => {
  const { pty, port } = await open(t);
  await port.write(Buffer.from('job'));
  await port.settled(new AbortController().signal);
  await pty.marks.end();
  assert.equal((await pty.marks.until(1)).length, 1);
});

test('ports with hardware are listed', async () => {
  const serial = createLinuxSerial({ clock: new VirtualClock() });
  for (const { path, driver } of await serial.list()) {
    assert.match(path, /^\/dev\/tty/);
    assert.notEqual(driver, '');
  }
});
