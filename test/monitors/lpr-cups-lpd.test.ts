// A server that is not ours, Debian's cups-lpd before a cupsd, gets what the lpr monitor sends.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createLinuxAddresses } from '../../hal/linux/addresses.ts';
import { createLinuxTcp } from '../../hal/linux/tcp.ts';
import { lprMonitor } from '../../monitors/lpr/module.ts';
import { cupsd } from '../../tools/bench/peers/cupsd.ts';
import type { RunningServer } from '../../tools/bench/print-server.ts';
import { type RawPrinter, startRawPrinter } from '../../tools/emulators/raw-printer/printer.ts';
import { createMemorySink } from '../../tools/emulators/raw-printer/sink.ts';
import { VirtualClock } from '../world/clock.ts';
import {
  addPort,
  docOf,
  never,
  openPort,
  pattern,
  print,
  startInstance,
  xcv,
} from './port-monitor-suite.ts';
import { devicesOver } from './tcp-rig.ts';
import { atEnd } from '../at-end.ts';

const cupsLpd = '/usr/lib/cups/daemon/cups-lpd';

/** As inetd does: each connection becomes the standard input and output of a cups-lpd. */
async function startCupsLpd(server: RunningServer) {
  const listener = createServer({ pauseOnConnect: true }, (socket) => {
    const child = spawn(cupsLpd, ['-h', `127.0.0.1:${server.port}`, '-n'], {
      stdio: [socket, socket, 'inherit'],
    });
    // Only the child is to hold the connection now.
    child.once('spawn', () => socket.destroy());
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  assert.ok(address !== null && typeof address === 'object');
  return { port: address.port, close: () => listener.close() };
}

/** cups-lpd serves shared queues only. */
async function share({ port, queue }: RunningServer): Promise<void> {
  const args = ['-h', `127.0.0.1:${port}`, '-p', queue, '-o', 'printer-is-shared=true'];
  const child = spawn('lpadmin', args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = await once(child, 'close');
  assert.equal(code, 0);
}

describe('cups-lpd', () => {
  const clock = new VirtualClock();
  const tcp = createLinuxTcp({ clock, addresses: createLinuxAddresses() });
  const sink = createMemorySink();
  let folder: string;
  let printer: RawPrinter;
  let server: RunningServer;
  let lpd: Awaited<ReturnType<typeof startCupsLpd>>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'platen-cups-lpd-'));
    printer = await startRawPrinter({
      tcp,
      clock,
      address: '127.0.0.1',
      port: 0,
      openSink: sink.open,
    });
    server = await cupsd.start({ folder, sinkPort: printer.local.port, paused: false });
    await share(server);
    lpd = await startCupsLpd(server);
  });

  after(async () => {
    lpd.close();
    await server.stop();
    await printer.close();
    await rm(folder, { recursive: true });
  });

  for (const order of ['control-first', 'data-first']) {
    test(`prints what it gets ${order}, byte for byte`, async (t) => {
      const instance = await startInstance({
        module: lprMonitor,
        clock,
        devices: devicesOver(tcp),
      });
      atEnd(t, () => instance.shutdown());
      const input = { host: '127.0.0.1', portNumber: lpd.port, queue: server.queue, order };
      await addPort(instance.monitor, 'Desk', input);
      const printedBefore = printer.sessions().length;
      const bytes = pattern(1_000_000);
      const end = await print(await openPort(instance.monitor, 'Desk'), bytes);
      assert.deepEqual(end, { deliveredBytes: bytes.length, outcome: 'sent', reasons: [] });
      const sessions = await printer.until((all) => all[printedBefore]?.end === 'fin');
      assert.ok(sink.bytesOf(sessions.at(-1)?.number ?? 0).equals(bytes));
    });
  }

  test('refuses a queue that it does not have: the document waits', async (t) => {
    const instance = await startInstance({ module: lprMonitor, clock, devices: devicesOver(tcp) });
    atEnd(t, () => instance.shutdown());
    const input = { host: '127.0.0.1', portNumber: lpd.port, queue: 'nowhere' };
    await addPort(instance.monitor, 'Lost', input);
    const port = await openPort(instance.monitor, 'Lost');
    const started = await port.startDocPort(docOf(10), never());
    assert.equal(started.kind, 'waiting');
    assert.match('message' in started ? started.message : '', /"nowhere"/);
  });

  test('answers CheckPrinter with the state of its queue', async (t) => {
    const instance = await startInstance({ module: lprMonitor, clock, devices: devicesOver(tcp) });
    atEnd(t, () => instance.shutdown());
    const input = { host: '127.0.0.1', portNumber: lpd.port, queue: server.queue };
    const { status, output } = await xcv(instance.monitor).xcvDataPort(
      'CheckPrinter',
      input,
      never(),
    );
    assert.equal(status, 'ERROR_SUCCESS');
    assert.match(JSON.stringify(output), new RegExp(server.queue));
  });
});
