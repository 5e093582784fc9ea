// The ipp monitor follows a job to the printer's own end, whatever happens on the way.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { DocInfo, JsonValue, MonitorPort, WriteOutcome } from '../../monitors/contract.ts';
import type { Behaviour } from '../../tools/emulators/ipp-printer/behaviour.ts';
import { createFakeNetwork } from '../fakes/network.ts';
import { VirtualClock } from '../world/clock.ts';
import { makeIppRig } from './ipp-rig.ts';
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
import { noSnmp } from './no-snmp.ts';
import { atEnd } from '../at-end.ts';

const almostDeadlineMs = 179_000;
const sendDocument = 0x0006;

async function make(
  t: TestContext,
  behaviour: Behaviour = {},
  settings: Readonly<Record<string, JsonValue>> = {},
) {
  const clock = new VirtualClock();
  const tcp = createFakeNetwork({ clock });
  const rig = await makeIppRig({ clock, tcp, floodBytes: 1024 * 1024, behaviour, settings });
  const instance = await startInstance(rig);
  atEnd(t, async () => {
    await instance.shutdown();
    await rig.dispose();
  });
  await addPort(instance.monitor, 'Desk', rig.portInput);
  const port = await openPort(instance.monitor, 'Desk');
  return { ...rig, instance, monitor: instance.monitor, port };
}

/** Starts a document and hands it over; the printer is not done with it when this ends. */
async function sendHeld(
  port: MonitorPort,
  clock: VirtualClock,
  bytes: Uint8Array,
): Promise<{ readonly waiting: WriteOutcome; readonly left: Uint8Array }> {
  const started = await port.startDocPort(docOf(bytes.length), never());
  assert.equal(started.kind, 'started');
  const write = port.writePort(bytes, never());
  await clock.advance(almostDeadlineMs);
  const waiting = await write;
  assert.equal(waiting.kind, 'waiting');
  return { waiting, left: bytes.subarray(waiting.writtenBytes) };
}

async function refusedStart(t: TestContext, behaviour: Behaviour, doc: DocInfo = docOf(10)) {
  const { port, clock } = await make(t, behaviour);
  const starting = port.startDocPort(doc, never());
  await clock.advance(almostDeadlineMs);
  return starting;
}

describe('a job at an IPP printer', () => {
  test('that the printer completes is printed', async (t) => {
    const { port, printer } = await make(t);
    const doc = { ...docOf(10), documentName: 'Grüße 日本', format: 'application/pdf' };
    await port.startDocPort(doc, never());
    await writeAll(port, pattern(10));
    const end = await port.endDocPort({ discard: false }, never());
    assert.deepEqual(end, { deliveredBytes: 10, outcome: 'printed', reasons: [] });
    const [job] = printer.jobs();
    assert.equal(job?.name, 'Grüße 日本');
    assert.equal(job?.user, 'anna');
    assert.equal(job?.format, 'application/pdf');
  });

  test("that waits for paper is waited for, hours long, with the printer's reasons", async (t) => {
    const { port, printer, clock, instance } = await make(t);
    await printer.behave({
      hold: true,
      printerState: 5,
      printerReasons: ['media-empty-error', 'vendor-thing', 'toner-low-report'],
      printerMessage: 'Load\x07 A4',
    });
    const first = await sendHeld(port, clock, pattern(10));
    let { left } = first;
    assert.ok(left.length > 0, 'something is left to come back with');
    for (let turn = 0; turn < 20; turn += 1) {
      const write = port.writePort(left, never());
      await clock.advance(almostDeadlineMs);
      const outcome = await write;
      assert.equal(outcome.kind, 'waiting');
      left = left.subarray(outcome.writtenBytes);
    }
    const status = instance.reports.at(-1)?.status;
    assert.deepEqual(status?.reasons, [
      { keyword: 'other', severity: 'error' },
      { keyword: 'media-empty', severity: 'error' },
      { keyword: 'toner-low', severity: 'report' },
    ]);
    assert.equal(status?.message, 'Load A4');
    await printer.behave({});
    const last = port.writePort(left, never());
    await clock.advance(almostDeadlineMs);
    assert.equal((await last).kind, 'written');
    assert.equal((await port.endDocPort({ discard: false }, never())).outcome, 'printed');
    assert.deepEqual(instance.reports.at(-1)?.status.reasons, []);
    assert.equal(printer.jobs().length, 1);
    assert.equal(printer.requests.get(sendDocument), 1);
  });

  for (const [state, reasons, wanted] of [
    [7, ['job-canceled-at-device'], { cancelled: true, text: /cancelled at the printer/ }],
    [8, ['document-format-error'], { cancelled: false, text: /gave it up \(document-format/ }],
  ] as const) {
    test(`that ends with state ${state} after its last byte has failed`, async (t) => {
      const { port, printer, clock } = await make(t, { hold: true });
      const { left } = await sendHeld(port, clock, pattern(10));
      printer.endJob(1, state, reasons);
      const write = port.writePort(left, never());
      await clock.advance(almostDeadlineMs);
      assert.equal((await write).kind, 'failed');
      const end = await port.endDocPort({ discard: true }, never());
      assert.equal(end.outcome, 'failed');
      assert.equal(end.cancelledAtDevice ?? false, wanted.cancelled);
      assert.match(end.message ?? '', wanted.text);
      assert.equal(end.deliveredBytes, 10);
    });
  }

  test('that is cancelled at the printer while its data still flow is final', async (t) => {
    const { port, printer, clock } = await make(t, { stallAtByte: 1000 });
    await port.startDocPort(docOf(1024 * 1024), never());
    const write = port.writePort(pattern(1024 * 1024), never());
    printer.endJob(1, 7, ['job-canceled-by-user']);
    await clock.advance(almostDeadlineMs);
    const outcome = await write;
    const next =
      outcome.kind === 'failed' ? outcome : await port.writePort(new Uint8Array(0), never());
    assert.equal(next.kind, 'failed');
    const end = await port.endDocPort({ discard: true }, never());
    assert.equal(end.cancelledAtDevice, true);
  });

  test('that was passed on to a device behind the printer is sent', async (t) => {
    const { port } = await make(t, { jobReasons: ['queued-in-device'] });
    assert.equal((await print(port, pattern(10))).outcome, 'sent');
  });

  test('that the printer forgot is sent, with a warning', async (t) => {
    const { port, printer, clock } = await make(t, { hold: true });
    const { left } = await sendHeld(port, clock, pattern(10));
    await printer.behave({ hold: true, forgetsJobs: true });
    const write = port.writePort(left, never());
    await clock.advance(almostDeadlineMs);
    assert.equal((await write).kind, 'written');
    const end = await port.endDocPort({ discard: false }, never());
    assert.equal(end.outcome, 'sent');
    assert.equal(end.reasons[0]?.severity, 'warning');
  });

  test('that is discarded is cancelled at the printer', async (t) => {
    const { port, printer, clock } = await make(t, { hold: true });
    await sendHeld(port, clock, pattern(10));
    const end = await port.endDocPort({ discard: true }, never());
    assert.equal(end.outcome, 'failed');
    assert.equal(end.cancelledAtDevice, undefined);
    const [job] = await printer.until(([first]) => first?.cancelled === true);
    assert.equal(job?.state, 7);
  });

  test('that is discarded while the printer is silent is not waited for', async (t) => {
    const { port, printer, clock } = await make(t, { hold: true });
    await sendHeld(port, clock, pattern(10));
    await printer.behave({ hold: true, silentTo: 'Cancel-Job' });
    const ending = port.endDocPort({ discard: true }, never());
    await clock.advance(1_500);
    assert.equal((await ending).outcome, 'failed');
  });

  test('whose answer was lost is not sent again: the printer knows', async (t) => {
    const { port, printer } = await make(t, { dropAnswerTo: 'Send-Document' });
    const end = await print(port, pattern(10));
    assert.deepEqual(end, { deliveredBytes: 10, outcome: 'printed', reasons: [] });
    assert.equal(printer.requests.get(sendDocument), 1);
  });

  test('whose data were lost is cancelled before anybody sends it again', async (t) => {
    const { port, printer } = await make(t, { resetAtByte: 1000, keepsBroken: true });
    await port.startDocPort(docOf(1024 * 1024), never());
    assert.equal((await writeAll(port, pattern(1024 * 1024))).kind, 'failed');
    const end = await port.endDocPort({ discard: true }, never());
    assert.equal(end.outcome, 'failed');
    assert.ok(end.deliveredBytes >= 1000);
    assert.equal(printer.jobs()[0]?.cancelled, true);
    await printer.behave({});
    assert.equal((await print(port, pattern(10))).outcome, 'printed');
  });

  test('goes on when the printer is away for a while', async (t) => {
    const { port, printer, clock } = await make(t, { hold: true });
    const { left } = await sendHeld(port, clock, pattern(10));
    await printer.behave({ hold: true, refuse: true });
    const away = port.writePort(left, never());
    await clock.advance(almostDeadlineMs);
    const outcome = await away;
    assert.equal(outcome.kind, 'waiting');
    assert.equal(outcome.kind === 'waiting' && outcome.reasons[0]?.keyword, 'connecting-to-device');
    await printer.behave({});
    const last = port.writePort(left.subarray(outcome.writtenBytes), never());
    await clock.advance(almostDeadlineMs);
    assert.equal((await last).kind, 'written');
    assert.equal((await port.endDocPort({ discard: false }, never())).outcome, 'printed');
  });

  test('of unknown size is followed for a while, and then sent', async (t) => {
    for (const hold of [false, true]) {
      const { port, clock, printer } = await make(t, { hold });
      await port.startDocPort({ ...docOf(0), sizeBytes: undefined }, never());
      await port.writePort(pattern(1000), never());
      const ending = port.endDocPort({ discard: false }, never());
      await clock.advance(almostDeadlineMs);
      const end = await ending;
      assert.equal(end.outcome, hold ? 'sent' : 'printed');
      assert.equal(end.deliveredBytes, 1000);
      assert.ok(printer.dataOf(1).equals(pattern(1000)));
      assert.equal(printer.jobs()[0]?.cancelled, false);
    }
  });

  test('that is longer or shorter than it was said to be is not printed', async (t) => {
    const { port, printer } = await make(t);
    await port.startDocPort(docOf(10), never());
    await port.writePort(pattern(9), never());
    assert.equal((await port.endDocPort({ discard: false }, never())).outcome, 'failed');
    await port.startDocPort(docOf(10), never());
    assert.equal((await port.writePort(pattern(11), never())).kind, 'failed');
    assert.equal((await port.endDocPort({ discard: true }, never())).outcome, 'failed');
    assert.ok(printer.jobs().every(({ state }) => state !== 9));
  });

  test('that is cut at any of 100 places has failed, and is printed once in the end', async (t) => {
    const { port, printer } = await make(t);
    const bytes = pattern(5_000);
    for (let at = 0; at < 100; at += 1) {
      const cutAtByte = Math.floor((bytes.length * at) / 100);
      await printer.behave({ [at % 2 === 0 ? 'resetAtByte' : 'disconnectAtByte']: cutAtByte });
      await port.startDocPort(docOf(bytes.length), never());
      assert.equal((await writeAll(port, bytes)).kind, 'failed');
      const end = await port.endDocPort({ discard: true }, never());
      assert.equal(end.outcome, 'failed');
      assert.ok(end.deliveredBytes >= cutAtByte && end.deliveredBytes <= bytes.length);
    }
    await printer.behave({});
    assert.equal((await print(port, bytes)).outcome, 'printed');
    assert.equal(printer.jobs().filter(({ state }) => state === 9).length, 1);
  });

  test('that the printer refuses in the middle fails with its words', async (t) => {
    const { port } = await make(t, { answerAtByte: { byte: 1000, status: 0x0411 } });
    await port.startDocPort(docOf(1024 * 1024), never());
    const outcome = await writeAll(port, pattern(1024 * 1024));
    assert.equal(outcome.kind, 'failed');
    assert.match(outcome.kind === 'failed' ? outcome.message : '', /document-format-error/);
    assert.equal((await port.endDocPort({ discard: true }, never())).outcome, 'failed');
  });

  test('keeps an error shown until the printer is well again, and no longer', async (t) => {
    const { port, printer, clock, instance } = await make(t, {
      hold: true,
      printerReasons: ['door-open-error'],
    });
    await sendHeld(port, clock, pattern(10));
    await port.endDocPort({ discard: true }, never());
    assert.equal(instance.reports.at(-1)?.status.reasons[0]?.severity, 'error');
    await clock.advance(200_000);
    assert.equal(instance.reports.at(-1)?.status.reasons[0]?.keyword, 'door-open');
    await printer.behave({});
    await clock.advance(200_000);
    assert.deepEqual(instance.reports.at(-1)?.status.reasons, []);
  });
});

describe('an IPP printer that', () => {
  test('takes no jobs makes a document wait, with its reasons', async (t) => {
    const started = await refusedStart(t, {
      accepting: false,
      printerState: 5,
      printerReasons: ['paused'],
    });
    assert.equal(started.kind, 'waiting');
    assert.equal(started.kind === 'waiting' && started.reasons[0]?.keyword, 'paused');
  });

  for (const [status, wanted] of [
    [0x0506, 'waiting'],
    [0x0507, 'waiting'],
    [0x0500, 'waiting'],
    [0x0403, 'failed'],
    [0x0401, 'failed'],
  ] as const) {
    test(`answers Create-Job with 0x0${status.toString(16)}: ${wanted}`, async (t) => {
      const refuseOperation = { operation: 'Create-Job' as const, status, message: 'No\x00 way' };
      const started = await refusedStart(t, { refuseOperation });
      assert.equal(started.kind, wanted);
      assert.match('message' in started ? started.message : '', /^No way \(/);
    });
  }

  test('does not take the format gets it as octets, or not at all', async (t) => {
    const pdf = { ...docOf(10), format: 'application/pdf' };
    const { port, printer } = await make(t, { formats: ['application/octet-stream'] });
    assert.equal((await port.startDocPort(pdf, never())).kind, 'started');
    await writeAll(port, pattern(10));
    await port.endDocPort({ discard: false }, never());
    assert.equal(printer.jobs()[0]?.format, 'application/octet-stream');
    const refused = await refusedStart(t, { formats: ['image/urf', 'text/plain'] }, pdf);
    assert.equal(refused.kind === 'failed' && refused.status, 'ERROR_NOT_SUPPORTED');
    assert.match('message' in refused ? refused.message : '', /application\/pdf.*image\/urf/);
  });

  test('speaks IPP 1.1 only gets that', async (t) => {
    const { port } = await make(t, { oldVersion: true });
    assert.equal((await print(port, pattern(10))).outcome, 'printed');
  });

  for (const behaviour of [
    { garbage: '' },
    { garbage: '\x02\x00\x00\x00' },
    { garbage: '\x02\x00\x00\x00\x00\x00\x00\x01\x01\x47\xff\xff' },
    { garbage: 'A'.repeat(64 * 1024), endless: true },
    { garbage: '\x02\x00\x00\x00\x00\x00\x00\x01' + '\x04'.repeat(60_000), endless: true },
    { httpStatus: 404 },
    { httpStatus: 500 },
    { silentTo: 'Get-Printer-Attributes' },
    { dropAnswerTo: 'Get-Printer-Attributes' },
    { dropAnswerTo: 'Create-Job' },
  ] as const) {
    test(`answers ${JSON.stringify(behaviour).slice(0, 50)} makes a document wait`, async (t) => {
      const started = await refusedStart(t, behaviour);
      assert.equal(started.kind, 'waiting');
      assert.ok('message' in started && started.message.length < 500);
    });
  }

  test('lets nobody in without a password: failed, and says why', async (t) => {
    const started = await refusedStart(t, { credentials: 'anna:secret' });
    assert.equal(started.kind === 'failed' && started.status, 'ERROR_ACCESS_DENIED');
    assert.match('message' in started ? started.message : '', /user name and password/);
  });

  test('has no TLS is told no password', async (t) => {
    const { port, printer } = await make(
      t,
      { credentials: 'anna:secret' },
      { userName: 'anna', password: 'secret' },
    );
    const started = await port.startDocPort(docOf(10), never());
    assert.equal(started.kind === 'failed' && started.status, 'ERROR_INVALID_PARAMETER');
    assert.equal(printer.requests.size, 0);
  });

  test('is an address of ours is refused', async (t) => {
    const { monitor } = await make(t);
    await addPort(monitor, 'Own', { uri: 'ipp://198.51.100.1/ipp/print' });
    const port = await openPort(monitor, 'Own');
    const started = await port.startDocPort(docOf(10), never());
    assert.equal(started.kind === 'failed' && started.status, 'ERROR_INVALID_PARAMETER');
  });
});

describe('Xcv of ipp', () => {
  test('checks addresses', async (t) => {
    const { monitor } = await make(t);
    const add = async (uri: string) =>
      (await xcv(monitor).xcvDataPort('AddPort', { name: uri.slice(0, 3) + 'x', uri }, never()))
        .status;
    for (const bad of [
      '',
      'http://printer/ipp/print',
      'ipp://',
      'ipp://user:secret@printer/ipp/print',
      'ipp://printer/ipp print',
      'ipp://printer:70000/',
      'ipp://printer/#x',
    ]) {
      assert.equal(await add(bad), 'ERROR_INVALID_DATA', bad);
    }
    assert.equal(await add('ipps://printer.example/ipp/print'), 'ERROR_SUCCESS');
  });

  test('never shows the password, and keeps it when other things change', async (t) => {
    const { monitor } = await make(t);
    await addPort(monitor, 'Safe', {
      uri: 'IPPS://[2001:db8::1]:8631/printers/x?y=1',
      userName: 'anna',
      password: 'hush',
    });
    const handle = xcv(monitor, 'Safe');
    const change = await handle.xcvDataPort('ConfigPort', { description: 'attic' }, never());
    assert.equal(change.status, 'ERROR_SUCCESS');
    const { output } = await handle.xcvDataPort('GetConfigInfo', null, never());
    assert.deepEqual(output, {
      version: 1,
      name: 'Safe',
      uri: 'IPPS://[2001:db8::1]:8631/printers/x?y=1',
      description: 'attic',
      userName: 'anna',
      certificate: '',
      connectTimeoutMs: 20_000,
      ...noSnmp,
    });
    const noName = await handle.xcvDataPort('ConfigPort', { userName: '' }, never());
    assert.equal(noName.status, 'ERROR_INVALID_DATA', 'the password is still there');
    const [, info] = await monitor.enumPorts(never());
    assert.equal(info?.host, '2001:db8::1');
  });

  test('CheckPrinter says who answers', async (t) => {
    const { monitor, printer } = await make(t);
    const handle = xcv(monitor, 'Desk');
    assert.deepEqual(await handle.xcvDataPort('CheckPrinter', null, never()), {
      status: 'ERROR_SUCCESS',
      output: {
        makeAndModel: 'Emulated Printer',
        accepting: true,
        formats: ['application/octet-stream', 'application/pdf'],
      },
    });
    await printer.behave({ httpStatus: 404 });
    const wrong = await handle.xcvDataPort('CheckPrinter', null, never());
    assert.equal(wrong.status, 'ERROR_NOT_READY');
    assert.match(wrong.message ?? '', /is the path right/);
    const none = await handle.xcvDataPort('AcceptNewCertificate', null, never());
    assert.equal(none.status, 'ERROR_NOT_READY');
  });
});
