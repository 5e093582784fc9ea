// A printer that is plugged in is added once: over replugs, restarts, twins, and against nobody's
// will.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createPluggedWatch, type PluggedWatch } from '../../firmware/devices/plugged.ts';
import { createPluggedMemory } from '../../firmware/devices/plugged-memory.ts';
import { createLinuxOutputs } from '../../hal/linux/outputs.ts';
import { pjlMonitor } from '../../monitors/pjl/module.ts';
import { usbMonitor } from '../../monitors/usb/module.ts';
import { createFakeRegistry } from '../fakes/registry.ts';
import { FakeSerialPorts } from '../fakes/serial-port.ts';
import { FakeUsbHost, FakeUsbPrinter, type FakeUsbPrinterOptions } from '../fakes/usb-printer.ts';
import { administrator, Bench } from '../spooler/bench.ts';

const silent = { debug() {}, info() {}, warn() {} };

async function box() {
  const host = new FakeUsbHost();
  const bench = new Bench({
    devices: [],
    monitors: () => [usbMonitor, pjlMonitor],
    spooler: {
      box: {
        usb: host,
        serial: new FakeSerialPorts({ onBytes() {} }),
        outputs: createLinuxOutputs(),
        outputFolder: '/output',
      },
    },
  });
  const registry = createFakeRegistry();
  let watch: PluggedWatch | undefined;
  const start = async () => {
    await bench.boot();
    watch = createPluggedWatch({
      spooler: bench.spooler,
      memory: createPluggedMemory(registry.reopened()),
      listBus: () => host.list(),
      clock: bench.clock,
      log: silent,
    });
    watch.start();
  };
  await start();
  const plug = (options: Omit<FakeUsbPrinterOptions, 'clock' | 'onBytes'> = {}) => {
    const printer = new FakeUsbPrinter({ clock: bench.clock, onBytes() {}, ...options });
    host.printers.push(printer);
    return printer;
  };
  const names = async () => (await bench.spooler.printers.list()).map(({ name }) => name);
  const portNames = async () => (await bench.spooler.ports.list()).map(({ info }) => info.name);
  return {
    bench,
    host,
    plug,
    names,
    portNames,
    pass: (ms = 5_000) => bench.pass(ms),
    restart: async () => {
      await watch?.stop();
      await bench.stop();
      await start();
    },
    stop: async () => {
      await watch?.stop();
      await bench.stop();
    },
  };
}

async function remove(bench: Bench, name: string): Promise<void> {
  const { id } = await bench.printer(name);
  const removed = bench.spooler.printers.remove(id, { cancelJobs: true }, administrator);
  assert.equal((await bench.during(removed)).kind, 'done');
}

describe('a printer that is plugged in', () => {
  test('gets a port and a printer, named by its serial number, and prints', async () => {
    const { bench, plug, names, portNames, pass, stop } = await box();
    plug({ deviceId: 'MFG:Z;MDL:Laser 7;CMD:PJL,PCL,POSTSCRIPT;' });
    await pass();
    assert.deepEqual(await names(), ['LabelPrinter-420-PLT0001']);
    assert.deepEqual(await portNames(), ['usb-PLT0001']);
    const { description, portNames: pool } = await bench.printer('LabelPrinter-420-PLT0001');
    assert.deepEqual([description, pool], ['ZFake LabelPrinter 420', ['usb-PLT0001']]);
    const { id: printerId } = await bench.printer('LabelPrinter-420-PLT0001');
    const { id } = await bench.print(Uint8Array.of(1), { printerId });
    await bench.untilState(id, 'completed', 60_000);
    await stop();
  });

  test('again, into another socket, after a restart: it is the one that is there', async () => {
    const { plug, names, pass, restart, stop, host } = await box();
    const first = plug();
    await pass();
    first.unplug();
    await pass();
    first.plug();
    await pass();
    await restart();
    await pass();
    host.printers.pop();
    plug({ path: '1-4.2' });
    await pass();
    assert.equal((await names()).length, 1);
    await stop();
  });

  test('and removed by an administrator stays removed, over replug and restart', async () => {
    const { bench, plug, names, pass, restart, stop } = await box();
    const printer = plug();
    await pass();
    await remove(bench, 'LabelPrinter-420-PLT0001');
    printer.unplug();
    await pass();
    printer.plug();
    await pass();
    await restart();
    await pass();
    assert.deepEqual(await names(), []);
    await stop();
  });

  test('to which a port leads already gets nothing more', async () => {
    const { bench, plug, names, portNames, pass, stop } = await box();
    const printer = plug();
    printer.unplug();
    const device = 'usb://1209:f020/serial/PLT0001';
    const input = { name: 'mine', device };
    await bench.during(
      bench.spooler.ports.xcv({ monitor: 'usb' }, 'AddPort', input, administrator),
    );
    printer.plug();
    await pass();
    assert.deepEqual([await names(), await portNames()], [[], ['mine']]);
    await stop();
  });

  test('with a name that is taken gets the next one', async () => {
    const { bench, plug, names, pass, stop } = await box();
    const taken = bench.spooler.printers.create('labelprinter-420-plt0001', {}, administrator);
    await bench.during(taken);
    plug();
    await pass();
    assert.deepEqual((await names()).toSorted(), [
      'LabelPrinter-420-PLT0001-2',
      'labelprinter-420-plt0001',
    ]);
    await stop();
  });

  test('whose words are hostile gets a name that is none', async () => {
    const { plug, names, portNames, pass, stop } = await box();
    plug({ serialNumber: '../\u0000\u202e"; rm -rf /?#' });
    await pass();
    assert.deepEqual(await names(), ['LabelPrinter-420-rm-rf']);
    assert.deepEqual(await portNames(), ['usb-rm-rf']);
    await stop();
  });
});

describe('printers that are twins', () => {
  test('with serial numbers are two, without they are known by their sockets', async () => {
    const { plug, names, pass, stop } = await box();
    plug({ path: '1-1', serialNumber: 'A' });
    plug({ path: '1-2', serialNumber: 'B' });
    plug({ path: '1-3', serialNumber: undefined });
    plug({ path: '1-4', serialNumber: undefined });
    await pass();
    assert.deepEqual((await names()).toSorted(), [
      'LabelPrinter-420-1-3',
      'LabelPrinter-420-1-4',
      'LabelPrinter-420-A',
      'LabelPrinter-420-B',
    ]);
    await stop();
  });

  test('with one serial number: the second one takes nothing from the first', async () => {
    const { plug, names, pass, stop } = await box();
    plug({ path: '1-1' });
    await pass();
    plug({ path: '1-2' });
    await pass();
    assert.deepEqual(await names(), ['LabelPrinter-420-PLT0001']);
    await stop();
  });

  test('of another model in the socket of one without a serial number is new', async () => {
    const { plug, names, pass, stop, host } = await box();
    plug({ path: '1-3', serialNumber: undefined });
    await pass();
    host.printers.pop();
    plug({ path: '1-3', serialNumber: undefined, productId: 0xf0aa });
    await pass();
    assert.equal((await names()).length, 1, 'the port of that socket leads to it already');
    await stop();
  });
});
