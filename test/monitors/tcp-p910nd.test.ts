// A printer server that is not ours, Debian's p910nd, gets from the tcp monitor what was sent.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createLinuxAddresses } from '../../hal/linux/addresses.ts';
import { createLinuxTcp } from '../../hal/linux/tcp.ts';
import { tcpMonitor } from '../../monitors/tcp/module.ts';
import { VirtualClock } from '../world/clock.ts';
import { addPort, openPort, pattern, print, startInstance } from './port-monitor-suite.ts';
import { devicesOver } from './tcp-rig.ts';

/** It locks one file a machine below /run; a /run of its own lets test runs stand side by side. */
const inPrivateRun =
  'mount -t tmpfs tmpfs /run && mkdir -p /run/lock/p910nd && exec /usr/sbin/p910nd -f "$1" 0';

/** As inetd does: each connection becomes the standard input and output of a p910nd. */
async function startP910nd(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'platen-p910nd-'));
  const device = join(folder, 'device');
  await writeFile(device, '');
  const ended: Promise<unknown>[] = [];
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    const child = spawn('unshare', ['-rm', 'sh', '-c', inPrivateRun, 'sh', device], {
      stdio: [socket, socket, 'inherit'],
    });
    ended.push(once(child, 'close'));
    // Only the child is to hold the connection now.
    child.once('spawn', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return {
    port: address.port,
    async received() {
      await Promise.all(ended);
      return readFile(device);
    },
  };
}

test('p910nd gets every byte, and closes after the last', async (t) => {
  const judge = await startP910nd(t);
  const clock = new VirtualClock();
  const tcp = createLinuxTcp({ clock, addresses: createLinuxAddresses() });
  const rig = { module: tcpMonitor, clock, devices: devicesOver(tcp) };
  const instance = await startInstance(rig);
  const { monitor } = instance;
  t.after(() => instance.shutdown());
  await addPort(monitor, 'Desk', { host: '127.0.0.1', portNumber: judge.port });
  const bytes = pattern(3_000_000);
  const outcome = await print(await openPort(monitor, 'Desk'), bytes);
  // Whether a reset follows the last byte depends on which of its two processes lets go first.
  const { deliveredBytes, outcome: became } = outcome;
  assert.deepEqual([deliveredBytes, became], [bytes.length, 'sent']);
  assert.ok((await judge.received()).equals(bytes));
});
