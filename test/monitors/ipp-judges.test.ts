// IPP printers that are not ours, ippeveprinter and cupsd, get documents and tell how jobs ended.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { createLinuxAddresses } from '../../hal/linux/addresses.ts';
import { createLinuxClock } from '../../hal/linux/clock.ts';
import { createLinuxTcp } from '../../hal/linux/tcp.ts';
import { ippMonitor } from '../../monitors/ipp/module.ts';
import { cupsd } from '../../tools/bench/peers/cupsd.ts';
import { startRawPrinter } from '../../tools/emulators/raw-printer/printer.ts';
import { createMemorySink } from '../../tools/emulators/raw-printer/sink.ts';
import { startIppEvePrinter } from './ippeveprinter.ts';
import {
  addPort,
  docOf,
  never,
  openPort,
  pattern,
  print,
  startInstance,
  writeAll,
  xcv,
} from './port-monitor-suite.ts';
import { devicesOver } from './tcp-rig.ts';
import { atEnd } from '../at-end.ts';

const clock = createLinuxClock({ wallTrusted: () => false });
const tcp = createLinuxTcp({ clock, addresses: createLinuxAddresses() });

async function portTo(t: TestContext, uri: string) {
  const instance = await startInstance({ module: ippMonitor, clock, devices: devicesOver(tcp) });
  atEnd(t, () => instance.shutdown());
  await addPort(instance.monitor, 'Desk', { uri });
  const port = await openPort(instance.monitor, 'Desk');
  return { instance, monitor: instance.monitor, port };
}

describe('ippeveprinter', () => {
  test('keeps what it got byte for byte, and tells that it is printed', async (t) => {
    const printer = await startIppEvePrinter();
    atEnd(t, () => printer.stop());
    const { port, monitor } = await portTo(t, printer.uri);
    const checked = await xcv(monitor, 'Desk').xcvDataPort('CheckPrinter', null, never());
    assert.equal(checked.status, 'ERROR_SUCCESS');
    assert.match(JSON.stringify(checked.output), /application\/pdf/);
    const bytes = pattern(1_000_000);
    const doc = { ...docOf(bytes.length), format: 'application/pdf' };
    assert.equal((await port.startDocPort(doc, never())).kind, 'started');
    const written = await writeAll(port, bytes);
    assert.equal(written.kind, 'written', JSON.stringify(written));
    const end = await port.endDocPort({ discard: false }, never());
    assert.equal(end.outcome, 'printed', String(end.message));
    assert.equal(end.deliveredBytes, bytes.length);
    const [kept] = await printer.documents();
    assert.ok(kept?.equals(bytes));
  });
});

/** A cupsd whose queue leads to an emulated raw printer. */
async function startCupsd(t: TestContext, paused: boolean) {
  const folder = await mkdtemp(join(tmpdir(), 'platen-cupsd-'));
  const sink = createMemorySink();
  const listen = { tcp, clock, address: '127.0.0.1', port: 0 };
  const printer = await startRawPrinter({ ...listen, openSink: sink.open });
  const server = await cupsd.start({ folder, sinkPort: printer.local.port, paused });
  atEnd(t, async () => {
    await server.stop();
    await printer.close();
    await rm(folder, { recursive: true });
  });
  return { server, sink, uri: `ipp://127.0.0.1:${server.port}/printers/${server.queue}` };
}

describe('cupsd', () => {
  test('passes on what it got byte for byte, and tells when', async (t) => {
    const { uri, sink } = await startCupsd(t, false);
    const { port } = await portTo(t, uri);
    const documents = [pattern(1_000_000), pattern(1)];
    for (const [at, bytes] of documents.entries()) {
      const end = await print(port, bytes);
      assert.equal(end.outcome, 'printed', String(end.message));
      assert.ok(sink.bytesOf(at + 1).equals(bytes));
    }
  });

  test('takes documents of unknown size in chunks', async (t) => {
    const { uri, sink } = await startCupsd(t, false);
    const { port } = await portTo(t, uri);
    await port.startDocPort({ ...docOf(0), sizeBytes: undefined }, never());
    const bytes = pattern(300_000);
    assert.equal((await port.writePort(bytes, never())).kind, 'written');
    const end = await port.endDocPort({ discard: false }, never());
    assert.equal(end.outcome, 'printed', String(end.message));
    assert.ok(sink.bytesOf(1).equals(bytes));
  });

  test('loses a job that is discarded, and a cancel there is final', async (t) => {
    const { uri, server } = await startCupsd(t, true);
    const { port } = await portTo(t, uri);
    const ask = async (program: string, ...args: readonly string[]): Promise<string> => {
      const all = ['-h', `127.0.0.1:${server.port}`, ...args];
      const child = spawn(program, all, { stdio: ['ignore', 'pipe', 'inherit'] });
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (part: string) => void (text += part));
      await once(child, 'close');
      return text;
    };
    const sendHeld = async () => {
      const controller = new AbortController();
      await port.startDocPort(docOf(10), never());
      const write = port.writePort(pattern(10), { signal: controller.signal });
      let queued = '';
      for (let turn = 0; turn < 500 && !queued.includes(server.queue); turn += 1) {
        queued = await ask('lpstat', '-o');
      }
      return { write, controller, queued };
    };
    const discarded = await sendHeld();
    discarded.controller.abort();
    assert.equal((await discarded.write).kind, 'waiting');
    assert.equal((await port.endDocPort({ discard: true }, never())).outcome, 'failed');
    assert.equal(await ask('lpstat', '-o'), '');
    const cancelled = await sendHeld();
    await ask('cancel', cancelled.queued.split(' ')[0] ?? '');
    assert.equal((await cancelled.write).kind, 'failed');
    const end = await port.endDocPort({ discard: true }, never());
    assert.equal(end.cancelledAtDevice, true, String(end.message));
  });
});
