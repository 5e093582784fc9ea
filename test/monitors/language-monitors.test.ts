// The language monitors: true end of job where the device confirms it, its troubles, and no faults.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MonitorPort, PortOutcome } from '../../monitors/contract.ts';
import { escposLanguage } from '../../monitors/escpos/module.ts';
import { chooseLanguage, openWithLanguage } from '../../monitors/language/choose.ts';
import { pjlLanguage } from '../../monitors/pjl/module.ts';
import { parseDeviceId } from '../../monitors/wire/ieee1284/device-id.ts';
import { zplLanguage } from '../../monitors/zpl/module.ts';
import type { VirtualClock } from '../world/clock.ts';
import { type LanguageName, type LanguageRig, makeLanguageRig } from './language-rig.ts';
import { docOf, never, pattern } from './port-monitor-suite.ts';

const almostDeadlineMs = 179_000;
const names: readonly LanguageName[] = ['pjl', 'zpl', 'escpos'];
/** Two labels of ZPL; data as good as any for the others. */
const labels = Buffer.from('^XA^FO20,20^FDone^FS^XZ\n^XA^FO20,20^FDtwo^FS^XZ\n');

/** As the spooler does, with time passing: until all is taken, or something failed. */
async function writeFor(
  port: MonitorPort,
  clock: VirtualClock,
  bytes: Uint8Array,
  calls: number,
): Promise<'written' | 'waiting' | 'failed'> {
  let left = bytes;
  for (let call = 0; call < calls; call += 1) {
    const write = port.writePort(left, never());
    await clock.advance(almostDeadlineMs);
    const outcome = await write;
    left = left.subarray(outcome.writtenBytes);
    if (outcome.kind === 'failed') return 'failed';
    if (outcome.kind === 'written' && left.length === 0) return 'written';
  }
  return 'waiting';
}

async function endOf({ port, clock }: LanguageRig, discard = false): Promise<PortOutcome> {
  const ending = port.endDocPort({ discard }, never());
  await clock.advance(almostDeadlineMs);
  return ending;
}

describe('a language monitor', () => {
  for (const name of names) {
    test(`${name}: a document is printed when the device says so, and is whole`, async (t) => {
      const rig = await makeLanguageRig(t, name);
      for (const [at, bytes] of [labels, Buffer.from(pattern(70_000)), labels].entries()) {
        await rig.port.startDocPort(docOf(bytes.length), never());
        assert.equal(await writeFor(rig.port, rig.clock, bytes, 3), 'written');
        const end = await endOf(rig);
        const wanted = { deliveredBytes: bytes.length, outcome: 'printed', reasons: [] };
        // PJL's printer says how many pages it printed, the others have no word for it.
        const counted = name === 'pjl' ? { pages: 1 } : {};
        assert.deepEqual(end, { ...wanted, ...counted });
        assert.ok(rig.printer.sessions()[at]?.bytes.includes(bytes), 'byte for byte, in one piece');
      }
    });

    test(`${name}: paper out is waited for, and said; then it is printed`, async (t) => {
      const rig = await makeLanguageRig(t, name);
      await rig.port.startDocPort(docOf(labels.length), never());
      rig.printer.trouble('paper-out');
      assert.equal(await writeFor(rig.port, rig.clock, labels, 20), 'waiting');
      const status = rig.language.reports.at(-1)?.status;
      assert.equal(status?.source, 'language-monitor');
      assert.match(status?.reasons[0]?.keyword ?? '', /^media-(needed|empty)$/);
      assert.equal(status?.reasons[0]?.severity, 'error');
      rig.printer.trouble('none');
      assert.equal(await writeFor(rig.port, rig.clock, labels.subarray(-1), 3), 'written');
      assert.equal((await endOf(rig)).outcome, 'printed');
      assert.equal(rig.printer.sessions().length, 1);
    });

    test(`${name}: a cover that stays open is no error once nobody looks any more`, async (t) => {
      const rig = await makeLanguageRig(t, name);
      await rig.port.startDocPort(docOf(labels.length), never());
      rig.printer.trouble('cover-open');
      assert.equal(await writeFor(rig.port, rig.clock, labels, 2), 'waiting');
      const end = await endOf(rig, true);
      assert.equal(end.outcome, 'failed');
      assert.ok(end.deliveredBytes <= labels.length);
      const { reasons, busy } = rig.language.reports.at(-1)?.status ?? {};
      assert.equal(busy, false);
      assert.equal(reasons?.[0]?.severity, 'warning');
      assert.match(reasons?.[0]?.keyword ?? '', /^(cover|door)-open$/);
    });

    for (const spoken of ['mute', 'babble'] as const) {
      test(`${name}: a device that is ${spoken} gets its document, and it is sent`, async (t) => {
        const rig = await makeLanguageRig(t, name, spoken);
        await rig.port.startDocPort(docOf(labels.length), never());
        assert.equal(await writeFor(rig.port, rig.clock, labels, 3), 'written');
        const end = await endOf(rig);
        assert.equal(end.outcome, 'sent');
        assert.equal(end.deliveredBytes, labels.length);
        assert.ok(rig.printer.sessions()[0]?.bytes.includes(labels));
      });
    }

    test(`${name}: a document of unknown size is confirmed at its end`, async (t) => {
      const rig = await makeLanguageRig(t, name);
      await rig.port.startDocPort({ ...docOf(0), sizeBytes: undefined }, never());
      assert.equal(await writeFor(rig.port, rig.clock, labels, 1), 'written');
      assert.equal((await endOf(rig)).outcome, 'printed');
    });

    test(`${name}: a device that breaks off before it confirms has not printed`, async (t) => {
      const rig = await makeLanguageRig(t, name);
      await rig.port.startDocPort(docOf(labels.length), never());
      rig.printer.trouble('offline');
      assert.equal(await writeFor(rig.port, rig.clock, labels, 1), 'waiting');
      rig.printer.breakOff();
      await writeFor(rig.port, rig.clock, labels.subarray(-1), 3);
      const end = await endOf(rig);
      assert.notEqual(end.outcome, 'printed');
      assert.equal(end.deliveredBytes, labels.length);
    });

    test(`${name}: what was added does not count as delivered`, async (t) => {
      const rig = await makeLanguageRig(t, name);
      await rig.port.startDocPort(docOf(10), never());
      await rig.port.writePort(new Uint8Array(0), never());
      const end = await endOf(rig, true);
      assert.equal(end.deliveredBytes, 0);
      assert.ok((rig.printer.sessions()[0]?.bytes.length ?? 0) >= 0);
    });

    test(`${name}: a device that takes nothing makes a write wait`, async (t) => {
      const rig = await makeLanguageRig(t, name);
      rig.printer.stall(true);
      const bytes = pattern(2 * 1024 * 1024);
      await rig.port.startDocPort(docOf(bytes.length), never());
      assert.equal(await writeFor(rig.port, rig.clock, bytes, 2), 'waiting');
      rig.printer.stall(false);
      assert.equal(await writeFor(rig.port, rig.clock, bytes.subarray(-1), 3), 'written');
      assert.equal((await endOf(rig)).outcome, 'printed');
      assert.ok(rig.printer.sessions()[0]?.bytes.includes(bytes));
    });

    test(`${name}: a port is opened once at a time, and again after it was closed`, async (t) => {
      const rig = await makeLanguageRig(t, name);
      const open = () =>
        rig.language.monitor.openPortEx?.('desk', 'Front', rig.portMonitor, never());
      assert.equal((await open())?.status, 'ERROR_BUSY');
      await rig.port.closePort(never());
      assert.equal((await open())?.status, 'ERROR_SUCCESS');
      assert.deepEqual(await rig.language.monitor.enumPorts(never()), []);
    });
  }

  test('pjl: a cancel at the panel is final, before and after the last byte', async (t) => {
    const rig = await makeLanguageRig(t, 'pjl');
    await rig.port.startDocPort(docOf(1_000_000), never());
    assert.equal(await writeFor(rig.port, rig.clock, pattern(1_000), 1), 'written');
    rig.printer.cancel();
    await rig.clock.advance(1_000);
    assert.equal(await writeFor(rig.port, rig.clock, pattern(1_000), 1), 'failed');
    assert.equal((await endOf(rig, true)).cancelledAtDevice, true);
    await rig.port.startDocPort(docOf(labels.length), never());
    rig.printer.trouble('paper-out');
    assert.equal(await writeFor(rig.port, rig.clock, labels, 1), 'waiting');
    rig.printer.cancel();
    assert.equal(await writeFor(rig.port, rig.clock, labels.subarray(-1), 2), 'failed');
    const end = await endOf(rig, true);
    assert.equal(end.cancelledAtDevice, true);
    assert.equal(end.outcome, 'failed');
  });

  test('pjl: the control panel is what people read', async (t) => {
    const rig = await makeLanguageRig(t, 'pjl');
    await rig.port.startDocPort(docOf(labels.length), never());
    rig.printer.trouble('cover-open');
    await writeFor(rig.port, rig.clock, labels, 1);
    assert.equal(rig.language.reports.at(-1)?.status.message, 'CLOSE DOOR');
  });
});

describe('a language is chosen', () => {
  const kinds = [pjlLanguage, zplLanguage, escposLanguage];
  const spoken = (cmd: string) => parseDeviceId(Buffer.from(`MFG:X;CMD:${cmd};MDL:Y;`));

  test('by the command sets of the device, in its own order', () => {
    const rows = [
      ['PJL,MLC,PCL', 'pjl'],
      ['zpl', 'zpl'],
      ['ZPL II', 'zpl'],
      ['ESC/POS', 'escpos'],
      ['EPL,ZPL,PJL', 'zpl'],
      ['PCL,POSTSCRIPT', undefined],
      ['ZPLX', undefined],
      ['', undefined],
    ] as const;
    for (const [cmd, wanted] of rows) {
      assert.equal(chooseLanguage(kinds, 'by-device-id', spoken(cmd)), wanted, cmd);
    }
    assert.equal(chooseLanguage(kinds, 'by-device-id', undefined), undefined);
  });

  test('by hand, or not at all', () => {
    assert.equal(chooseLanguage(kinds, { byHand: 'zpl' }, spoken('PJL')), 'zpl');
    assert.equal(chooseLanguage(kinds, { byHand: 'gone' }, spoken('PJL')), undefined);
    assert.equal(chooseLanguage(kinds, 'none', spoken('PJL')), undefined);
  });

  test('and skipped where there is no way back, or it is switched off', async (t) => {
    const rig = await makeLanguageRig(t, 'zpl');
    await rig.port.closePort(never());
    const open = async (bidirectional: boolean, backChannel: boolean) => {
      const handle = rig.portMonitor.xcvOpenPort('Desk', new Set(['SERVER_ACCESS_ADMINISTER']));
      assert.ok('handle' in handle);
      await handle.handle.xcvDataPort('ConfigPort', { backChannel }, never());
      const opened = await openWithLanguage(
        {
          portName: 'Desk',
          printerName: 'Front',
          portMonitor: rig.portMonitor,
          languageMonitor: rig.language.monitor,
          bidirectional,
        },
        never(),
      );
      assert.ok('handle' in opened, JSON.stringify(opened));
      const { handle: port } = opened;
      await port.startDocPort(docOf(labels.length), never());
      await writeFor(port, rig.clock, labels, 3);
      const ending = port.endDocPort({ discard: false }, never());
      await rig.clock.advance(almostDeadlineMs);
      const { outcome } = await ending;
      await port.closePort(never());
      return outcome;
    };
    assert.equal(await open(true, true), 'printed');
    assert.equal(await open(false, true), 'sent');
    assert.equal(await open(true, false), 'sent');
    const [, off, oneWay] = rig.printer.sessions();
    assert.ok(off?.bytes.equals(labels) && oneWay?.bytes.equals(labels), 'nothing was added');
  });
});
