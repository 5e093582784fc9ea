// Language monitors on the ports of a spooler: chosen by hand or by the device, changed, and
// skipped.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PortLanguageChange } from '../../firmware/spooler/port-languages.ts';
import { escposMonitor } from '../../monitors/escpos/module.ts';
import { pjlMonitor } from '../../monitors/pjl/module.ts';
import { tcpMonitor } from '../../monitors/tcp/module.ts';
import { usbMonitor } from '../../monitors/usb/module.ts';
import { zplMonitor } from '../../monitors/zpl/module.ts';
import { createLinuxOutputs } from '../../hal/linux/outputs.ts';
import type { Tcp } from '../../hal/contract.ts';
import { startLanguagePrinter } from '../../tools/emulators/language-printer/printer.ts';
import { createVoice, type Language } from '../../tools/emulators/language-printer/voices.ts';
import { createFakeNetwork } from '../fakes/network.ts';
import { FakeSerialPorts } from '../fakes/serial-port.ts';
import { FakeUsbHost, FakeUsbPrinter } from '../fakes/usb-printer.ts';
import { administrator, Bench } from './bench.ts';

const label = Buffer.from('^XA^FO20,20^FDone^FS^XZ\n');
const modules = [tcpMonitor, usbMonitor, pjlMonitor, zplMonitor, escposMonitor];

async function addPort(bench: Bench, monitor: string, input: object): Promise<void> {
  const fields = { name: 'Desk', ...input };
  const adding = bench.spooler.ports.xcv({ monitor }, 'AddPort', fields, administrator);
  const added = await bench.during(adding);
  assert.ok('status' in added && added.status === 'ERROR_SUCCESS', JSON.stringify(added));
  await bench.addPrinter('office', { portNames: ['Desk'] });
}

async function setLanguage(bench: Bench, change: PortLanguageChange): Promise<void> {
  const answer = await bench.during(bench.spooler.ports.setLanguage('Desk', change, administrator));
  assert.equal(answer.kind, 'done', JSON.stringify(answer));
}

async function printed(bench: Bench): Promise<string | undefined> {
  const { id } = await bench.print(label);
  return (await bench.untilState(id, 'completed', 300_000)).outcome;
}

const deskOf = async (bench: Bench) => (await bench.spooler.ports.list())[0];

/** A tcp port to a printer that speaks `language`. */
async function networkRig(language: Language) {
  let network: Tcp | undefined;
  const laterNetwork = (): Tcp => {
    assert.ok(network !== undefined);
    return network;
  };
  const bench = new Bench({
    devices: [],
    monitors: () => modules,
    tcp: {
      connect: (request) => laterNetwork().connect(request),
      listen: (request) => laterNetwork().listen(request),
    },
  });
  const { clock } = bench;
  network = createFakeNetwork({ clock });
  const address = '127.0.0.1';
  const printer = await startLanguagePrinter({ tcp: network, clock, address, port: 0, language });
  await bench.boot();
  await addPort(bench, 'tcp', { host: address, portNumber: printer.local.port, finWaitMs: 1_000 });
  return { bench, printer };
}

/** A usb port to a printer that speaks `language`, and says `deviceId`. */
async function usbRig(language: Language, deviceId: string, onAsked?: () => void) {
  const host = new FakeUsbHost();
  const bench = new Bench({
    devices: [],
    monitors: () => modules,
    spooler: {
      box: {
        usb: host,
        serial: new FakeSerialPorts({ onBytes() {} }),
        outputs: createLinuxOutputs(),
        outputFolder: '/output',
      },
    },
  });
  const voice = createVoice(language);
  const received: Uint8Array[] = [];
  const printer: FakeUsbPrinter = new FakeUsbPrinter({
    clock: bench.clock,
    get deviceId() {
      onAsked?.();
      return deviceId;
    },
    onBytes(bytes) {
      received.push(bytes.slice());
      for (const answer of voice.take(bytes)) printer.say(Buffer.from(answer).toString('latin1'));
    },
  });
  host.printers.push(printer);
  await bench.boot();
  return { bench, printer, received: () => Buffer.concat(received) };
}

describe('a language monitor that is chosen by hand', () => {
  for (const language of ['pjl', 'zpl', 'escpos'] as const) {
    test(`${language}: completed says printed`, async () => {
      const { bench } = await networkRig(language);
      assert.equal(await printed(bench), 'sent');
      await setLanguage(bench, { language });
      assert.equal(await printed(bench), 'printed');
      assert.equal((await deskOf(bench))?.languageMonitor, language);
      await bench.stop();
    });
  }

  test('is skipped where bidirectional is off, and nothing is added to documents', async () => {
    const { bench, printer } = await networkRig('pjl');
    await setLanguage(bench, { language: 'pjl', bidirectional: false });
    assert.equal(await printed(bench), 'sent');
    assert.ok(printer.sessions()[0]?.bytes.equals(label));
    await setLanguage(bench, { bidirectional: true });
    assert.equal(await printed(bench), 'printed');
    await bench.stop();
  });

  test('stays over a restart, and ends with its port', async () => {
    const { bench } = await networkRig('zpl');
    await setLanguage(bench, { language: 'zpl' });
    await bench.stop();
    await bench.boot();
    assert.equal(await printed(bench), 'printed');
    const office = await bench.printer();
    await bench.during(
      bench.spooler.printers.remove(office.id, { cancelJobs: true }, administrator),
    );
    const { ports } = bench.spooler;
    const target = { monitor: 'tcp', portName: 'Desk' };
    await bench.during(ports.xcv(target, 'DeletePort', null, administrator));
    await addPort(bench, 'tcp', { host: '127.0.0.1' });
    assert.equal((await deskOf(bench))?.language.language, 'auto');
    await bench.stop();
  });

  test('is one that exists, set by an administrator', async () => {
    const { bench } = await networkRig('zpl');
    const { ports } = bench.spooler;
    const wrong = await ports.setLanguage('Desk', { language: 'latin' }, administrator);
    assert.ok(wrong.kind === 'refused' && /auto, none, pjl, zpl, escpos/.test(wrong.message));
    const user = { kind: 'user', name: 'ann', role: 'operator' } as const;
    const denied = await ports.setLanguage('Desk', { language: 'zpl' }, user);
    assert.equal(denied.kind === 'refused' && denied.code, 'forbidden');
    const missing = await ports.setLanguage('Nowhere', { language: 'zpl' }, administrator);
    assert.equal(missing.kind === 'refused' && missing.code, 'port-not-found');
    await bench.stop();
  });

  test('leaves no error behind when its port is opened without it', async () => {
    const { bench, printer } = await networkRig('pjl');
    await setLanguage(bench, { language: 'pjl' });
    printer.trouble('paper-out');
    const { id } = await bench.print(label);
    const blocked = async () =>
      (await deskOf(bench))?.statuses.some(
        ({ source, reasons }) => source === 'language-monitor' && reasons[0]?.severity === 'error',
      ) ?? false;
    await bench.until(blocked, 300_000);
    printer.breakOff();
    await setLanguage(bench, { language: 'none' });
    await bench.untilState(id, 'completed', 600_000);
    assert.equal((await bench.job(id)).outcome, 'sent');
    await bench.stop();
  });
});

describe('a language monitor that the device chooses', () => {
  const device = 'usb://1209:f020/serial/PLT0001';

  test('by CMD of its 1284 id', async () => {
    const { bench, received } = await usbRig('pjl', 'MFG:X;CMD:PCL,PJL;MDL:Y;');
    await addPort(bench, 'usb', { device });
    assert.equal(await printed(bench), 'printed');
    assert.equal((await deskOf(bench))?.languageMonitor, 'pjl');
    assert.ok(received().includes(label));
    await bench.stop();
  });

  test('when it is plugged in after its job came', async () => {
    const { bench, printer } = await usbRig('zpl', 'MFG:X;CMD:ZPL;MDL:Y;');
    printer.unplug();
    await addPort(bench, 'usb', { device });
    const { id } = await bench.print(label);
    await bench.pass(600_000);
    printer.plug();
    assert.equal((await bench.untilState(id, 'completed', 300_000)).outcome, 'printed');
    await bench.stop();
  });

  test('unless another one is set while the port is opened: its first job has that', async () => {
    let setting: Promise<void> | undefined;
    let bench: Bench | undefined;
    const rig = await usbRig('pjl', 'MFG:X;CMD:PJL;MDL:Y;', () => {
      if (bench !== undefined) setting ??= setLanguage(bench, { language: 'none' });
    });
    await addPort(rig.bench, 'usb', { device });
    bench = rig.bench;
    rig.printer.unplug();
    await bench.pass(60_000);
    rig.printer.plug();
    assert.equal(await printed(bench), 'sent');
    assert.ok(setting !== undefined);
    await setting;
    assert.ok(rig.received().equals(label));
    await bench.stop();
  });

  test('none, where no language is known or it is set to none: bytes as they are', async () => {
    const { bench, received } = await usbRig('pjl', 'MFG:X;CMD:PCL;MDL:Y;');
    await addPort(bench, 'usb', { device });
    assert.equal(await printed(bench), 'sent');
    assert.ok(received().equals(label));
    await bench.stop();
    const other = await usbRig('pjl', 'MFG:X;CMD:PJL;MDL:Y;');
    await addPort(other.bench, 'usb', { device });
    await setLanguage(other.bench, { language: 'none' });
    assert.equal(await printed(other.bench), 'sent');
    assert.ok(other.received().equals(label));
    await other.bench.stop();
  });

  test('that never answers holds up its first document only', async () => {
    const { bench } = await usbRig('mute', 'MFG:X;CMD:PJL;MDL:Y;');
    await addPort(bench, 'usb', { device });
    const startMs = bench.clock.monotonicMs();
    assert.equal(await printed(bench), 'sent');
    const firstMs = bench.clock.monotonicMs() - startMs;
    assert.equal(await printed(bench), 'sent');
    const secondMs = bench.clock.monotonicMs() - startMs - firstMs;
    assert.ok(firstMs <= 11_000 && secondMs <= 3_000, `${firstMs} ms, then ${secondMs} ms`);
    await bench.stop();
  });
});
