// USB printers are told apart by serial number, 1284 serial and socket, without upsetting them.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { UsbInterfaceInfo } from '../../hal/contract.ts';
import { deviceKeyPattern } from '../../monitors/usb/identity.ts';
import { isPrinter } from '../../monitors/usb/interfaces.ts';
import { usbMonitor } from '../../monitors/usb/module.ts';
import { quirkRows, quirksOf } from '../../monitors/usb/quirks.ts';
import {
  bidirectional,
  FakeUsbHost,
  FakeUsbPrinter,
  type FakeUsbPrinterOptions,
} from '../fakes/usb-printer.ts';
import { VirtualClock } from '../world/clock.ts';
import { addPort, doc, never, openPort, print, startInstance, xcv } from './port-monitor-suite.ts';
import { devicesOverUsb } from './usb-rig.ts';
import { atEnd } from '../at-end.ts';

async function start(
  t: TestContext,
  ...printers: readonly Omit<FakeUsbPrinterOptions, 'clock' | 'onBytes'>[]
) {
  const clock = new VirtualClock();
  const received: string[][] = printers.map(() => []);
  const host = new FakeUsbHost(
    ...printers.map(
      (options, at) =>
        new FakeUsbPrinter({
          clock,
          onBytes: (bytes) => received[at]?.push(Buffer.from(bytes).toString()),
          ...options,
        }),
    ),
  );
  const instance = await startInstance({
    module: usbMonitor,
    clock,
    devices: devicesOverUsb(host),
  });
  atEnd(t, () => instance.shutdown());
  const list = async () => {
    const { output } = await xcv(instance.monitor).xcvDataPort('ListDevices', null, never());
    assert.ok(typeof output === 'object' && output !== null && 'devices' in output);
    const { devices } = output;
    assert.ok(Array.isArray(devices));
    return devices.map((device: unknown) => {
      assert.ok(typeof device === 'object' && device !== null && 'device' in device);
      const key = String(device.device);
      assert.match(key, deviceKeyPattern);
      return key;
    });
  };
  return { ...instance, clock, host, received, list };
}

const withSn = (serial: string) => `MFG:Z;MDL:L;SN:${serial};`;

test('twins have their serial numbers, and documents go to the right one', async (t) => {
  const { monitor, list, host, received } = await start(
    t,
    { path: '1-1', serialNumber: 'A 1/ä' },
    { path: '1-2', serialNumber: 'B' },
  );
  const keys = await list();
  assert.deepEqual(keys, ['usb://1209:f020/serial/A%201%2F%C3%A4', 'usb://1209:f020/serial/B']);
  for (const [at, device] of keys.entries()) await addPort(monitor, `USB${at}`, { device });
  host.printers.reverse();
  await print(await openPort(monitor, 'USB1'), Buffer.from('for B'));
  await print(await openPort(monitor, 'USB0'), Buffer.from('for A'));
  assert.deepEqual(received, [['for A'], ['for B']]);
});

test('without a serial number the 1284 id names it, from the kernel or asked once', async (t) => {
  const { list, host } = await start(
    t,
    { path: '1-1', serialNumber: undefined, ieee1284Id: withSn('K1') },
    { path: '1-2', serialNumber: '0000000000', deviceId: withSn('Q2') },
    { path: '1-3.4', serialNumber: undefined, deviceId: 'MFG:Z;MDL:L;' },
  );
  const keys = ['usb://1209:f020/sn/K1', 'usb://1209:f020/sn/Q2', 'usb://path/1-3.4'];
  assert.deepEqual(await list(), keys);
  assert.deepEqual(await list(), keys);
  const opened = host.printers.map(({ log }) => log.length);
  assert.deepEqual(opened, [0, 1, 1]);
  assert.ok(host.printers.every(({ openInterfaces }) => openInterfaces === 0));
});

test('one that has a serial number is not asked for anything to be listed', async (t) => {
  const { list, host } = await start(t, {});
  await list();
  assert.deepEqual(host.printers[0]?.log, []);
});

test('two with one serial number are named by their sockets', async (t) => {
  const { monitor, list } = await start(t, { path: '1-1' }, { path: '1-2' });
  assert.deepEqual(await list(), ['usb://path/1-1', 'usb://path/1-2']);
  await addPort(monitor, 'USB1', { device: 'usb://1209:f020/serial/PLT0001' });
  const started = await (await openPort(monitor, 'USB1')).startDocPort(doc, never());
  assert.match(started.kind === 'waiting' ? started.message : '', /two printers/);
});

test('garbage and endless ids do no harm', async (t) => {
  const garbage = new Uint8Array(4096).map((_, at) => at * 73);
  const endless = Buffer.from('MFG:Z;MDL:L;SN:E1;'.repeat(10_000));
  const { list } = await start(
    t,
    { path: '1-1', serialNumber: undefined, deviceId: garbage },
    { path: '1-2', serialNumber: undefined, deviceId: endless },
    { path: '1-3', serialNumber: undefined, ieee1284Id: '\0\xff;;;:::;' },
    { path: '1-4', serialNumber: '\ud800' },
  );
  assert.deepEqual(await list(), [
    'usb://path/1-1',
    'usb://1209:f020/sn/E1',
    'usb://path/1-3',
    'usb://path/1-4',
  ]);
});

test('one that is deaf is named by its socket', async (t) => {
  const { monitor, clock, host } = await start(t, { serialNumber: undefined });
  host.printers[0]?.deafen('port-reset');
  const answer = xcv(monitor).xcvDataPort('ListDevices', null, never());
  await clock.advance(5_000);
  assert.match(JSON.stringify((await answer).output), /usb:\/\/path\/1-1/);
});

const keyboard: UsbInterfaceInfo = { ...bidirectional, classCode: 3, subclass: 1, protocol: 1 };
const ippOverUsb: UsbInterfaceInfo = { ...bidirectional, number: 1, alternate: 1, protocol: 4 };

test('only printers are listed, with what they take', async (t) => {
  const { monitor, list } = await start(
    t,
    { path: '1-1', interfaces: [keyboard] },
    { path: '1-2', serialNumber: 'I', interfaces: [ippOverUsb] },
    {
      path: '1-3',
      serialNumber: 'E',
      vendorId: 0x04b8,
      productId: 0x0202,
      interfaces: [{ ...bidirectional, classCode: 255 }],
    },
    { path: '1-4', serialNumber: 'V', interfaces: [{ ...bidirectional, classCode: 255 }] },
  );
  assert.deepEqual(await list(), ['usb://1209:f020/serial/I', 'usb://04b8:0202/serial/E']);
  await addPort(monitor, 'USB1', { device: 'usb://1209:f020/serial/I', protocol: 'raw' });
  const started = await (await openPort(monitor, 'USB1')).startDocPort(doc, never());
  assert.match(started.kind === 'failed' ? started.message : '', /IPP over USB/);
});

test('each quirk has a reason, and a device has those of its rows', () => {
  for (const { reason, quirks } of quirkRows) {
    assert.ok(reason.length > 20);
    assert.ok(quirks.length > 0);
  }
  const photo = { ...new FakeUsbPrinter({ clock: new VirtualClock(), onBytes() {} }).info };
  assert.equal(isPrinter({ ...photo, vendorId: 0x04a9, productId: 0x3255 }), false);
  assert.equal(isPrinter(photo), true);
  assert.equal(
    new Set(quirkRows.map((each) => `${each.vendorId}:${each.productId}`)).size,
    quirkRows.length,
  );
  // A printer that no setting may be selected at is used as it is.
  const brother = { ...photo, vendorId: 0x04f9, productId: 0x000d };
  assert.equal(isPrinter(brother), true);
  const second = photo.interfaces.map((each) => ({ ...each, alternate: 1 }));
  assert.equal(isPrinter({ ...brother, interfaces: second }), false);
  const hp = { vendorId: 0x03f0, productId: 0x0304 };
  assert.deepEqual([...quirksOf(hp)], ['unidirectional']);
  const rows = [
    { vendorId: 1, productId: undefined, quirks: ['no-soft-reset' as const], reason: 'all' },
  ];
  assert.deepEqual([...quirksOf({ vendorId: 1, productId: 9 }, rows)], ['no-soft-reset']);
});
