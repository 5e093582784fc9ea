// A server that is not ours, the lpd of Debian's lprng, gets what the lpr monitor sends.
import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { createLinuxAddresses } from '../../hal/linux/addresses.ts';
import { createLinuxTcp } from '../../hal/linux/tcp.ts';
import type { JsonValue } from '../../monitors/contract.ts';
import { lprMonitor } from '../../monitors/lpr/module.ts';
import { VirtualClock } from '../world/clock.ts';
import { type Lprng, startLprng } from './lprng.ts';
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

const isRoot = process.getuid?.() === 0;

describe('lprng', () => {
  const clock = new VirtualClock();
  const tcp = createLinuxTcp({ clock, addresses: createLinuxAddresses() });
  let lpd: Lprng | undefined;

  before(async () => {
    if (isRoot) lpd = await startLprng();
  });
  after(() => lpd?.stop());

  /** Undefined without root, where it does not run. */
  const start = async (t: TestContext, settings: Readonly<Record<string, JsonValue>>) => {
    if (lpd === undefined) return undefined;
    const instance = await startInstance({ module: lprMonitor, clock, devices: devicesOver(tcp) });
    atEnd(t, () => instance.shutdown());
    const input = { host: '127.0.0.1', portNumber: lpd.port, queue: lpd.queue, ...settings };
    await addPort(instance.monitor, 'Desk', input);
    return { monitor: instance.monitor, input, port: await openPort(instance.monitor, 'Desk') };
  };

  let printedBytes = 0;
  for (const order of ['control-first', 'data-first']) {
    test(`prints what it gets ${order}, byte for byte`, async (t) => {
      const started = await start(t, { order });
      if (lpd === undefined || started === undefined) return assert.ok(!isRoot);
      for (const bytes of [pattern(1_000_000), pattern(1)]) {
        const end = await print(started.port, bytes);
        assert.deepEqual(end, { deliveredBytes: bytes.length, outcome: 'sent', reasons: [] });
        const before = printedBytes;
        printedBytes += bytes.length;
        assert.ok((await lpd.printed(printedBytes)).subarray(before).equals(bytes));
      }
    });
  }

  test('refuses a queue that it does not have: the document waits', async (t) => {
    const started = await start(t, { queue: 'nowhere' });
    if (started === undefined) return assert.ok(!isRoot);
    const outcome = await started.port.startDocPort(docOf(10), never());
    assert.equal(outcome.kind, 'waiting');
    assert.match('message' in outcome ? outcome.message : '', /"nowhere"/);
  });

  test('answers CheckPrinter with the state of its queue', async (t) => {
    const started = await start(t, {});
    if (started === undefined) return assert.ok(!isRoot);
    const handle = xcv(started.monitor);
    const { status, output } = await handle.xcvDataPort('CheckPrinter', started.input, never());
    assert.equal(status, 'ERROR_SUCCESS');
    assert.match(JSON.stringify(output), /lp@/);
  });
});
