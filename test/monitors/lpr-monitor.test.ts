// What the lpr monitor tells an LPD server, and what it makes of each answer, or of none.
import assert from 'node:assert/strict';
import { type TestContext, test, describe } from 'node:test';
import { HalError } from '../../hal/errors.ts';
import type { DocInfo, JsonValue, MonitorDevices } from '../../monitors/contract.ts';
import { type AnswerMoment, answerMoments } from '../../tools/emulators/lpd-printer/behaviour.ts';
import { createFakeNetwork } from '../fakes/network.ts';
import { noDevices, noLocalDevices } from '../fakes/no-devices.ts';
import { createFakeRegistry } from '../fakes/registry.ts';
import { VirtualClock } from '../world/clock.ts';
import { type LprMonitorRig, makeLprRig } from './lpr-rig.ts';
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

const hourMs = 3_600_000;

async function make(
  t: TestContext,
  settings: Readonly<Record<string, JsonValue>> = {},
  devicesOf: (rig: LprMonitorRig) => MonitorDevices = ({ devices }) => devices,
) {
  const clock = new VirtualClock();
  const tcp = createFakeNetwork({ clock });
  const rig = await makeLprRig({ clock, tcp, floodBytes: 1024 * 1024, settings });
  const registry = createFakeRegistry();
  const instance = await startInstance({ ...rig, devices: devicesOf(rig) }, registry);
  atEnd(t, async () => {
    await instance.shutdown();
    await rig.dispose();
  });
  await addPort(instance.monitor, 'Desk', rig.portInput);
  const port = await openPort(instance.monitor, 'Desk');
  return { ...rig, instance, monitor: instance.monitor, port, registry };
}

describe('an LPD server is told', () => {
  test('queue, names, sizes and the job, control file first', async (t) => {
    const { port, printer } = await make(t, { queue: 'raw1', banner: true });
    const doc: DocInfo = { ...docOf(5), jobId: 12_345, documentName: 'Grüße\nldfA999x' };
    await port.startDocPort(doc, never());
    await writeAll(port, pattern(5));
    assert.equal((await port.endDocPort({ discard: false }, never())).outcome, 'sent');
    const [session] = await printer.until(([first]) => first?.end === 'printed');
    assert.equal(session?.queue, 'raw1');
    assert.equal(session?.firstFile, 'control');
    assert.equal(session?.data?.announcedBytes, 5);
    assert.equal(session?.data?.name, 'dfA345platen-1');
    assert.equal(session?.control?.name, 'cfA345platen-1');
    assert.equal(
      session?.control?.text,
      'Hplaten-1\nPanna\nJGrüße ldfA999x\nLanna\nldfA345platen-1\nUdfA345platen-1\n' +
        'NGrüße ldfA999x\n',
    );
  });

  test('the data first, where it wants that', async (t) => {
    const { port, printer } = await make(t, { order: 'data-first', fileFormat: 'f' });
    assert.equal((await print(port, pattern(70_000))).outcome, 'sent');
    const [session] = await printer.until(([first]) => first?.end === 'printed');
    assert.equal(session?.firstFile, 'data');
    assert.match(session?.control?.text ?? '', /^fdfA007platen-1$/m);
  });

  test('a large size where the real one is not known, if the port says so', async (t) => {
    const { port, printer } = await make(t, { unknownSize: 'announce-large' });
    await printer.behave({ untilClose: true });
    await port.startDocPort({ ...docOf(0), sizeBytes: undefined }, never());
    await writeAll(port, pattern(1000));
    const end = await port.endDocPort({ discard: false }, never());
    assert.deepEqual(end, { deliveredBytes: 1000, outcome: 'sent', reasons: [] });
    const [session] = await printer.until(([first]) => first?.end === 'printed');
    assert.equal(session?.data?.announcedBytes, 2 ** 31 - 1);
    assert.ok(printer.dataOf(1).equals(pattern(1000)));
  });

  test('the end of such a document by the end of the connection, answered or not', async (t) => {
    const { port, clock, printer } = await make(t, { unknownSize: 'announce-large' });
    await printer.behave({ untilClose: true, neverClose: true });
    await port.startDocPort({ ...docOf(0), sizeBytes: undefined }, never());
    await writeAll(port, pattern(1000));
    const ending = port.endDocPort({ discard: false }, never());
    await clock.advance(179_000);
    const end = await ending;
    assert.equal(end.outcome, 'sent');
    assert.equal(end.reasons[0]?.keyword, 'timed-out');
  });

  test('nothing at all of a document whose size is not known', async (t) => {
    const { port, printer } = await make(t);
    const started = await port.startDocPort({ ...docOf(0), sizeBytes: undefined }, never());
    assert.equal(started.kind, 'failed');
    assert.equal(printer.sessions().length, 0);
    const dataFirst = await make(t, { unknownSize: 'announce-large', order: 'data-first' });
    const doc = { ...docOf(0), sizeBytes: undefined };
    assert.equal((await dataFirst.port.startDocPort(doc, never())).kind, 'failed');
  });
});

describe('an LPD server answers', () => {
  const beforeData: readonly AnswerMoment[] = answerMoments.filter((m) => m !== 'data-file-end');
  for (const refuseAt of beforeData) {
    test(`no at ${refuseAt}: the document waits, and goes when it says yes`, async (t) => {
      const { port, printer, instance } = await make(t);
      await printer.behave({ refuseAt, refuseText: 'spool is full\x1b[2J\n' });
      const started = await port.startDocPort(docOf(10), never());
      assert.equal(started.kind, 'waiting');
      assert.match('message' in started ? started.message : '', /code 1: spool is full \[2J/);
      assert.equal(instance.reports.at(-1)?.status.reasons[0]?.keyword, 'other');
      await printer.behave({});
      assert.equal((await print(port, pattern(10))).outcome, 'sent');
    });

    test(`nothing at ${refuseAt}: the document waits, in time`, async (t) => {
      const { port, printer, clock } = await make(t);
      await printer.behave({ silentAt: refuseAt });
      const started = port.startDocPort(docOf(10), never());
      await clock.advance(179_000);
      const outcome = await started;
      assert.equal(outcome.kind, 'waiting');
      assert.equal(outcome.kind === 'waiting' && outcome.reasons[0]?.keyword, 'timed-out');
    });

    test(`by closing at ${refuseAt}: the document waits`, async (t) => {
      const { port, printer } = await make(t);
      await printer.behave({ closeAt: refuseAt });
      assert.equal((await port.startDocPort(docOf(10), never())).kind, 'waiting');
    });
  }

  test('an unknown queue with its words', async (t) => {
    const { port, printer } = await make(t, { queue: 'nope' });
    await printer.behave({ queues: ['lp'] });
    const started = await port.startDocPort(docOf(10), never());
    assert.match('message' in started ? started.message : '', /"nope".*unknown printer/);
  });

  test('no after the last byte: failed, and all may be printed', async (t) => {
    const { port, printer } = await make(t);
    await printer.behave({ refuseAt: 'data-file-end', refuseCode: 2 });
    await port.startDocPort(docOf(10), never());
    const written = await port.writePort(pattern(10), never());
    assert.equal(written.kind, 'failed');
    const end = await port.endDocPort({ discard: false }, never());
    assert.equal(end.outcome, 'failed');
    assert.equal(end.deliveredBytes, 10);
    assert.match(end.message ?? '', /code 2/);
  });

  test('no in the middle of the data: the document ends at once', async (t) => {
    const { port, printer, clock } = await make(t);
    await printer.behave({ refuseAtByte: 1000 });
    await port.startDocPort(docOf(1024 * 1024), never());
    let outcome = await port.writePort(pattern(2000), never());
    await clock.advance(0);
    for (let turn = 0; turn < 1000 && outcome.kind === 'written'; turn += 1) {
      outcome = await port.writePort(pattern(1000), never());
    }
    assert.equal(outcome.kind, 'failed');
    assert.equal((await port.endDocPort({ discard: false }, never())).outcome, 'failed');
  });

  test('yes only after an hour without paper: one document, and waiting until then', async (t) => {
    const { port, printer, clock, instance } = await make(t);
    await printer.behave({ silentAt: 'data-file-end' });
    await port.startDocPort(docOf(10), never());
    let left = pattern(10);
    for (let passedMs = 0; passedMs < hourMs; passedMs += 179_000) {
      const write = port.writePort(left, never());
      await clock.advance(179_000);
      const outcome = await write;
      assert.equal(outcome.kind, 'waiting');
      left = left.subarray(outcome.writtenBytes);
    }
    assert.match(instance.reports.at(-1)?.status.message ?? '', /does not acknowledge/);
    await printer.behave({});
    assert.equal((await writeAll(port, left)).kind, 'written');
    assert.equal((await port.endDocPort({ discard: false }, never())).outcome, 'sent');
    assert.deepEqual(
      printer
        .sessions()
        .map(({ end }) => end)
        .slice(0, 1),
      ['printed'],
    );
    assert.equal(printer.sessions().length, 1);
  });

  for (const requireAck of [true, false]) {
    const wanted = requireAck ? 'failed' : 'sent';
    test(`never, and it is ${requireAck ? '' : 'not '}needed: ${wanted}`, async (t) => {
      const { port, printer, clock } = await make(t, { requireAck });
      for (const behaviour of [
        { silentAt: 'data-file-end' },
        { closeAt: 'data-file-end' },
      ] as const) {
        await printer.behave(behaviour);
        await port.startDocPort(docOf(10), never());
        const write = port.writePort(pattern(10), never());
        await clock.advance(179_000);
        await write;
        const ending = port.endDocPort({ discard: false }, never());
        await clock.advance(179_000);
        const end = await ending;
        assert.equal(end.outcome, wanted, JSON.stringify(behaviour));
        assert.equal(end.deliveredBytes, 10);
        assert.notEqual(end.message, undefined);
      }
    });
  }

  test('garbage without an end: bounded, and the document fails or waits', async (t) => {
    const clock = new VirtualClock();
    const tcp = createFakeNetwork({ clock });
    const listener = await tcp.listen({
      address: '127.0.0.1',
      port: 0,
      backlog: 1,
      onConnection: (connection) => {
        const talk = async (): Promise<void> => {
          for (;;) await connection.write(new Uint8Array(64 * 1024).fill(0x41));
        };
        // Ends with the connection, as it should.
        talk().catch(() => {});
      },
    });
    const rig = await makeLprRig({ clock, tcp, floodBytes: 1 });
    const instance = await startInstance(rig);
    atEnd(t, () => instance.shutdown());
    await addPort(instance.monitor, 'Babble', {
      host: '127.0.0.1',
      portNumber: listener.local.port,
    });
    const port = await openPort(instance.monitor, 'Babble');
    const starting = port.startDocPort(docOf(10), never());
    await clock.advance(179_000);
    const started = await starting;
    assert.equal(started.kind, 'waiting');
    assert.ok('message' in started && started.message.length < 500);
  });
});

describe('a document on LPD', () => {
  test('that is cut at any of 100 places has failed, and is printed once in the end', async (t) => {
    const { port, printer } = await make(t);
    const bytes = pattern(5_000);
    for (let at = 0; at < 100; at += 1) {
      const cutAtByte = Math.floor((bytes.length * at) / 100);
      await printer.behave({ [at % 2 === 0 ? 'resetAtByte' : 'disconnectAtByte']: cutAtByte });
      const started = await port.startDocPort(docOf(bytes.length), never());
      assert.equal(started.kind, 'started');
      assert.equal((await writeAll(port, bytes)).kind, 'failed');
      const end = await port.endDocPort({ discard: false }, never());
      assert.equal(end.outcome, 'failed');
      assert.ok(end.deliveredBytes >= cutAtByte && end.deliveredBytes <= bytes.length);
    }
    await printer.behave({});
    assert.equal((await print(port, bytes)).outcome, 'sent');
    const printed = printer.sessions().filter(({ end }) => end === 'printed');
    assert.equal(printed.length, 1);
  });

  test('that is longer or shorter than it was said to be is not printed', async (t) => {
    const { port, printer } = await make(t);
    await port.startDocPort(docOf(10), never());
    await port.writePort(pattern(9), never());
    const short = await port.endDocPort({ discard: false }, never());
    assert.equal(short.outcome, 'failed');
    assert.match(short.message ?? '', /9 of 10 bytes/);
    await port.startDocPort(docOf(10), never());
    assert.equal((await port.writePort(pattern(11), never())).kind, 'failed');
    assert.equal((await port.endDocPort({ discard: false }, never())).outcome, 'failed');
    await printer.until((sessions) => sessions.every(({ end }) => end !== 'open'));
    assert.ok(printer.sessions().every(({ end }) => end !== 'printed'));
  });

  test('leaves from a reserved port, the next where one is in use', async (t) => {
    const asked: (number | undefined)[] = [];
    const { port } = await make(t, { reservedSourcePort: true }, ({ devices }) => ({
      ...noLocalDevices,
      connectTcp: async (request) => {
        asked.push(request.localPort);
        if (asked.length < 3) throw new HalError('address-in-use', String(request.localPort));
        return devices.connectTcp(request);
      },
    }));
    const started = await port.startDocPort(docOf(10), never());
    assert.deepEqual(asked, [721, 722, 723]);
    assert.deepEqual(started, { kind: 'started', localPort: 723 });
  });

  test('waits while reserved ports are in use, and fails where they are forbidden', async (t) => {
    let code: 'address-in-use' | 'permission-denied' = 'address-in-use';
    const { port } = await make(t, { reservedSourcePort: true }, () => ({
      ...noLocalDevices,
      connectTcp: async () => {
        throw new HalError(code, 'port 721');
      },
    }));
    assert.equal((await port.startDocPort(docOf(10), never())).kind, 'waiting');
    code = 'permission-denied';
    const forbidden = await port.startDocPort(docOf(10), never());
    assert.equal(forbidden.kind === 'failed' && forbidden.status, 'ERROR_ACCESS_DENIED');
  });

  test('goes to no address of ours', async (t) => {
    const { port } = await make(t, { host: '198.51.100.1' });
    const started = await port.startDocPort(docOf(10), never());
    assert.equal(started.kind === 'failed' && started.status, 'ERROR_INVALID_PARAMETER');
  });
});

describe('Xcv of lpr', () => {
  test('CheckPrinter shows the state of the queue, of a port or of a place', async (t) => {
    const { monitor, printer, portInput, clock } = await make(t);
    await printer.behave({ queueState: 'lp is ready\n\x07no entries\n' });
    const ofPort = await xcv(monitor, 'Desk').xcvDataPort('CheckPrinter', null, never());
    assert.deepEqual(ofPort, {
      status: 'ERROR_SUCCESS',
      output: { queueState: 'lp is ready\nno entries' },
    });
    const ofPlace = await xcv(monitor).xcvDataPort('CheckPrinter', { ...portInput }, never());
    assert.equal(ofPlace.status, 'ERROR_SUCCESS');
    const nowhere = await xcv(monitor).xcvDataPort('CheckPrinter', null, never());
    assert.equal(nowhere.status, 'ERROR_INVALID_DATA');
    await printer.behave({ refuse: true });
    const off = xcv(monitor, 'Desk').xcvDataPort('CheckPrinter', null, never());
    await clock.advance(179_000);
    assert.notEqual((await off).status, 'ERROR_SUCCESS');
    await printer.behave({ queueState: '' });
    const wordless = await xcv(monitor, 'Desk').xcvDataPort('CheckPrinter', null, never());
    assert.equal(wordless.status, 'ERROR_NOT_READY');
  });

  test('the retry time-out is kept, bounded, and obeyed', async (t) => {
    const { monitor, registry, port, printer, clock } = await make(t);
    const handle = xcv(monitor);
    const get = async () =>
      (await handle.xcvDataPort('GetTransmissionRetryTimeout', null, never())).output;
    assert.deepEqual(await get(), { seconds: 90 });
    const set = (seconds: number) =>
      handle.xcvDataPort('ConfigureLPTPortCommandOK', { seconds }, never());
    assert.equal((await set(0)).status, 'ERROR_INVALID_DATA');
    assert.equal((await set(1_000)).status, 'ERROR_INVALID_DATA');
    assert.equal((await set(5)).status, 'ERROR_SUCCESS');
    assert.deepEqual(await get(), { seconds: 5 });
    await printer.behave({ silentAt: 'receive-job' });
    const starting = port.startDocPort(docOf(10), never());
    await clock.advance(5_000);
    assert.equal((await starting).kind, 'waiting');
    const stored = await registry.queryValue(registry.root, 'TransmissionRetryTimeout');
    assert.deepEqual(stored, { type: 'dword', data: 5 });
  });

  test('settings are changed one by one, shown, and checked', async (t) => {
    const { monitor, portInput } = await make(t);
    const handle = xcv(monitor, 'Desk');
    const change = (input: JsonValue) => handle.xcvDataPort('ConfigPort', input, never());
    assert.equal((await change({ queue: 'raw', order: 'data-first' })).status, 'ERROR_SUCCESS');
    for (const bad of [{ queue: 'a b' }, { order: 'both' }, { host: 'a b' }, { nonsense: 1 }]) {
      assert.equal((await change(bad)).status, 'ERROR_INVALID_DATA', JSON.stringify(bad));
    }
    const { output } = await handle.xcvDataPort('GetConfigInfo', null, never());
    assert.deepEqual(output, {
      version: 1,
      name: 'Desk',
      ...portInput,
      queue: 'raw',
      description: '',
      connectTimeoutMs: 20_000,
      order: 'data-first',
      fileFormat: 'l',
      banner: false,
      unknownSize: 'refuse',
      requireAck: true,
      reservedSourcePort: false,
      ...noSnmp,
    });
  });

  test('a port whose settings can not be read fails its documents, and is mended', async (t) => {
    const { registry, module, clock } = await make(t);
    const key = await registry.openKey(registry.root, 'Ports\\Desk');
    assert.ok(key);
    await registry.setValue(key, 'Order', { type: 'string', data: 'sideways' });
    const again = await startInstance({ module, clock, devices: noDevices }, registry.reopened());
    atEnd(t, () => again.shutdown());
    const broken = await openPort(again.monitor, 'Desk');
    const started = await broken.startDocPort(docOf(1), never());
    assert.equal(started.kind === 'failed' && started.status, 'ERROR_INVALID_DATA');
    assert.deepEqual((await again.monitor.enumPorts(never()))[0]?.types, ['write']);
    const mend = await xcv(again.monitor, 'Desk').xcvDataPort(
      'ConfigPort',
      { host: 'printer.example', order: 'control-first' },
      never(),
    );
    assert.equal(mend.status, 'ERROR_SUCCESS');
  });
});
