// What the tcp monitor does beyond the contract: the end of a connection, the back-channel's bound,
// addresses that are refused, and TCPMON's commands.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { TcpConnection } from '../../hal/contract.ts';
import type { JsonValue } from '../../monitors/contract.ts';
import { createByteRing } from '../../monitors/tcp/byte-ring.ts';
import { tcpMonitorLimits } from '../../monitors/tcp/limits.ts';
import { tcpMonitor } from '../../monitors/tcp/module.ts';
import type { Behaviour } from '../../tools/emulators/raw-printer/behaviour.ts';
import { createFakeNetwork } from '../fakes/network.ts';
import { createFakeRegistry } from '../fakes/registry.ts';
import { VirtualClock } from '../world/clock.ts';
import {
  addPort,
  doc,
  never,
  openPort,
  pattern,
  print,
  startInstance,
  writeAll,
  xcv,
} from './port-monitor-suite.ts';
import { devicesOver, makeTcpRig } from './tcp-rig.ts';
import { noSnmp } from './no-snmp.ts';
import { atEnd } from '../at-end.ts';

async function setUp(
  t: TestContext,
  settings: Readonly<Record<string, JsonValue>> = {},
  behaviour: Behaviour = {},
) {
  const clock = new VirtualClock();
  const tcp = createFakeNetwork({
    clock,
    silent: new Set(['192.0.2.1']),
    names: new Map([
      ['unknown.example', []],
      ['disguise.example', ['192.0.2.1', '198.51.100.1']],
      ['desk.example', ['127.0.0.1']],
    ]),
  });
  const rig = await makeTcpRig({ clock, tcp, floodBytes: 1024 * 1024, behaviour });
  const registry = createFakeRegistry();
  const instance = await startInstance(rig, registry);
  const { monitor } = instance;
  await addPort(monitor, 'Desk', { ...rig.portInput, ...settings });
  atEnd(t, async () => {
    await instance.shutdown();
    await rig.dispose();
  });
  const port = await openPort(monitor, 'Desk');
  const call = (command: string, input: JsonValue, object = 'Desk') =>
    xcv(monitor, object).xcvDataPort(command, input, never());
  return { ...rig, instance, monitor, registry, port, call };
}

describe('tcp: the end of a connection', () => {
  test('the printer closes: sent, and nothing is said against it', async (t) => {
    const { port } = await setUp(t);
    assert.deepEqual(await print(port, pattern(100)), {
      deliveredBytes: 100,
      outcome: 'sent',
      reasons: [],
    });
  });

  test('the printer closes late: the end waits for it', async (t) => {
    const { port, printer, clock } = await setUp(t, { finWaitMs: 10_000 });
    await printer.behave({ neverClose: true });
    let ended = false;
    const end = print(port, pattern(100)).finally(() => {
      ended = true;
    });
    await clock.advance(9_999);
    assert.equal(ended, false);
    await printer.behave({});
    assert.equal((await end).reasons.length, 0);
  });

  test('the printer never closes: sent, with a report', async (t) => {
    const { port, clock, instance } = await setUp(t, { finWaitMs: 10_000 }, { neverClose: true });
    const end = print(port, pattern(100));
    await clock.advance(10_000);
    const outcome = await end;
    assert.equal(outcome.outcome, 'sent');
    assert.equal(outcome.deliveredBytes, 100);
    assert.deepEqual(outcome.reasons, [{ keyword: 'timed-out', severity: 'report' }]);
    assert.deepEqual(instance.reports.at(-1)?.status.reasons, outcome.reasons);
  });

  test('the printer resets after the last byte: sent, with a warning', async (t) => {
    const { port } = await setUp(t, {}, { resetAtEnd: true });
    const outcome = await print(port, pattern(100));
    assert.equal(outcome.outcome, 'sent');
    assert.deepEqual(outcome.reasons, [{ keyword: 'other', severity: 'warning' }]);
  });

  test('the printer closes in the middle: failed, though in order', async (t) => {
    const { port, floodBytes } = await setUp(t, {}, { disconnectAtByte: 5000 });
    await port.startDocPort(doc, never());
    assert.equal((await writeAll(port, pattern(floodBytes))).kind, 'failed');
    const end = await port.endDocPort({ discard: false }, never());
    assert.equal(end.outcome, 'failed');
    assert.ok(end.deliveredBytes >= 5000);
  });

  test('the printer breaks off before the first byte: nothing was delivered', async (t) => {
    const { port, clock } = await setUp(t, {}, { resetAtByte: 0 });
    await port.startDocPort(doc, never());
    await clock.advance(1);
    assert.equal((await writeAll(port, pattern(10))).kind, 'failed');
    const end = await port.endDocPort({ discard: false }, never());
    assert.deepEqual([end.outcome, end.deliveredBytes], ['failed', 0]);
  });

  test('counts what went with each write', async (t) => {
    const { port } = await setUp(t);
    await port.startDocPort(doc, never());
    await writeAll(port, pattern(100));
    await writeAll(port, pattern(11));
    assert.equal((await port.endDocPort({ discard: false }, never())).deliveredBytes, 111);
  });

  test('cut off while it waits for the end: failed', async (t) => {
    const { port, instance, clock } = await setUp(t, {}, { neverClose: true });
    const end = print(port, pattern(100));
    await clock.advance(1);
    await instance.shutdown();
    assert.equal((await end).outcome, 'failed');
  });

  test('the printer ends its half while a write stalls: failed', async (t) => {
    const clock = new VirtualClock();
    const tcp = createFakeNetwork({ clock });
    const accepted = Promise.withResolvers<TcpConnection>();
    const listener = await tcp.listen({
      address: '127.0.0.1',
      port: 0,
      backlog: 1,
      onConnection: accepted.resolve,
    });
    const instance = await startInstance({ module: tcpMonitor, clock, devices: devicesOver(tcp) });
    atEnd(t, () => instance.shutdown());
    const { address: host, port: portNumber } = listener.local;
    await addPort(instance.monitor, 'Desk', { host, portNumber });
    const port = await openPort(instance.monitor, 'Desk');
    await port.startDocPort(doc, never());
    const write = writeAll(port, new Uint8Array(1024 * 1024));
    const printer = await accepted.promise;
    await printer.endWrite();
    await clock.advance(1);
    for (let bytes = 0; bytes < 1024 * 1024; bytes += (await printer.read())?.length ?? 0);
    assert.equal((await write).kind, 'written');
    const end = await port.endDocPort({ discard: false }, never());
    assert.deepEqual([end.outcome, end.deliveredBytes], ['failed', 1024 * 1024]);
  });

  test('one connection a document, and none between', async (t) => {
    const { port, printer } = await setUp(t, {}, { oneSession: true });
    for (let count = 1; count <= 3; count++) {
      await print(port, pattern(count));
      const sessions = printer.sessions();
      assert.equal(sessions.length, count);
      assert.ok(sessions.every(({ end }) => end === 'fin'));
    }
  });
});

describe('tcp: the start of a connection', () => {
  test('tells where it leaves the box', async (t) => {
    const { port, printer } = await setUp(t);
    const started = await port.startDocPort(doc, never());
    const [session] = await printer.until((sessions) => sessions.length === 1);
    assert.deepEqual(started, { kind: 'started', localPort: session?.from.port });
    await port.endDocPort({ discard: true }, never());
  });

  test('a silent printer is waited for after the connect time-out', async (t) => {
    const { port, clock } = await setUp(t, { host: '192.0.2.1', connectTimeoutMs: 5000 });
    const started = port.startDocPort(doc, never());
    await clock.advance(5000);
    const outcome = await started;
    assert.equal(outcome.kind, 'waiting');
    assert.deepEqual(outcome.kind === 'waiting' && outcome.reasons, [
      { keyword: 'timed-out', severity: 'warning' },
    ]);
  });

  test('a name that nobody knows now is waited for', async (t) => {
    const { port } = await setUp(t, { host: 'unknown.example' });
    const outcome = await port.startDocPort(doc, never());
    assert.deepEqual(outcome.kind === 'waiting' && outcome.reasons, [
      { keyword: 'connecting-to-device', severity: 'warning' },
    ]);
  });

  test('an address of ours fails, also behind a name with another one', async (t) => {
    const { port, call } = await setUp(t, { host: '198.51.100.1' });
    const refused = await port.startDocPort(doc, never());
    assert.equal(refused.kind, 'failed');
    assert.match(refused.kind === 'failed' ? refused.message : '', /is ours/);
    await call('ConfigPort', { host: 'disguise.example' });
    assert.equal((await port.startDocPort(doc, never())).kind, 'failed');
  });

  test('an attempt ends with its signal, and with shutdown', async (t) => {
    const { port, instance } = await setUp(t, { host: '192.0.2.1' });
    const controller = new AbortController();
    const first = port.startDocPort(doc, { signal: controller.signal });
    controller.abort();
    assert.equal((await first).kind, 'waiting');
    const second = port.startDocPort(doc, never());
    await instance.shutdown();
    assert.equal((await second).kind, 'waiting');
    assert.deepEqual(instance.lateUses, []);
  });
});

describe('tcp: back-channel', () => {
  test('a printer that talks without end does not stall; its last words are kept', async (t) => {
    const said = 'x'.repeat(10_000);
    const { port, printer, clock } = await setUp(t, {}, { answer: said, answerCount: 100 });
    await port.startDocPort(doc, never());
    assert.equal((await writeAll(port, pattern(1_000_000))).kind, 'written');
    await clock.advance(1);
    printer.say('the end');
    await clock.advance(1);
    const words = Buffer.from(await port.readPort(10_000_000, never())).toString();
    assert.equal(words.length, tcpMonitorLimits.backChannelBytes);
    assert.ok(words.endsWith('xthe end'));
    assert.equal((await port.endDocPort({ discard: false }, never())).outcome, 'sent');
  });

  test('switched off, the words are read and forgotten', async (t) => {
    const settings = { backChannel: false };
    const { port, clock, monitor } = await setUp(t, settings, { answer: 'x', answerCount: 1000 });
    const [info] = await monitor.enumPorts(never());
    assert.deepEqual(info?.types, ['write', 'net-attached']);
    await port.startDocPort(doc, never());
    const words = port.readPort(100, never());
    await clock.advance(tcpMonitorLimits.readTotalMs.initial);
    assert.equal((await words).length, 0);
    assert.equal((await port.endDocPort({ discard: false }, never())).outcome, 'sent');
  });

  test('a language monitor sets how long a read waits', async (t) => {
    const { port, clock } = await setUp(t);
    port.setPortTimeOuts?.({ readTotalMs: 50, readIntervalMs: 10, writeTotalMs: 1000 });
    await port.startDocPort(doc, never());
    const words = port.readPort(100, never());
    await clock.advance(50);
    assert.equal((await words).length, 0);
    await port.endDocPort({ discard: true }, never());
  });

  test('the ring keeps the newest bytes', () => {
    const ring = createByteRing(5);
    ring.push(Buffer.from('abc'));
    ring.push(Buffer.from('defg'));
    assert.equal(ring.droppedBytes, 2);
    assert.equal(Buffer.from(ring.take(2)).toString(), 'cd');
    ring.push(Buffer.from('h'));
    assert.equal(Buffer.from(ring.take(9)).toString(), 'efgh');
    ring.push(Buffer.from('0123456789'));
    assert.equal(Buffer.from(ring.take(9)).toString(), '56789');
    assert.equal(ring.droppedBytes, 7);
    ring.clear();
    assert.deepEqual([ring.sizeBytes, ring.droppedBytes], [0, 0]);
  });
});

describe("tcp: TCPMON's commands", () => {
  test('GetConfigInfo tells all settings, and ConfigPort changes some', async (t) => {
    const { call, portInput, registry } = await setUp(t);
    const expected = {
      version: 1,
      name: 'Desk',
      protocol: 1,
      ...portInput,
      description: '',
      connectTimeoutMs: tcpMonitorLimits.connectTimeoutMs.initial,
      writeTimeoutMs: tcpMonitorLimits.writeTimeoutMs.initial,
      finWaitMs: tcpMonitorLimits.finWaitMs.initial,
      backChannel: true,
      ...noSnmp,
    };
    assert.deepEqual((await call('GetConfigInfo', null)).output, expected);
    const changes = { version: 1, description: 'by the door', backChannel: false };
    assert.equal((await call('ConfigPort', changes)).status, 'ERROR_SUCCESS');
    const changed = { ...expected, description: 'by the door', backChannel: false };
    assert.deepEqual((await call('GetConfigInfo', null, 'DESK')).output, changed);
    const key = await registry.openKey(registry.root, 'Ports\\desk');
    assert.ok(key);
    const stored = await registry.queryValue(key, 'Description');
    assert.deepEqual(stored, { type: 'string', data: 'by the door' });
  });

  test('a changed address is used by the next document', async (t) => {
    const { call, port } = await setUp(t, { host: '192.0.2.55' });
    assert.equal((await port.startDocPort(doc, never())).kind, 'waiting');
    await call('ConfigPort', { host: '127.0.0.1' });
    assert.equal((await print(port, pattern(3))).outcome, 'sent');
  });

  test('wrong settings are named', async (t) => {
    const { call } = await setUp(t);
    const wrong: readonly (readonly [JsonValue, RegExp])[] = [
      [{ protocol: 2 }, /protocol: .*monitor "lpr"/],
      [{ protocol: 3 }, /protocol: .*RAW/],
      [{ host: '' }, /host: /],
      [{ host: 'a b' }, /host: /],
      [{ host: 'http://printer/' }, /host: /],
      [{ portNumber: 0 }, /portNumber: /],
      [{ portNumber: 65_536 }, /portNumber: /],
      [{ finWaitMs: 170_000 }, /finWaitMs: /],
      [{ doubleSpool: true }, /doubleSpool/],
    ];
    for (const [input, message] of wrong) {
      const answer = await call('ConfigPort', input);
      assert.equal(answer.status, 'ERROR_INVALID_DATA');
      assert.match(answer.message ?? '', message);
    }
  });

  test('tells the host, and the address once it is known', async (t) => {
    const { call, port } = await setUp(t);
    assert.deepEqual((await call('HostAddress', null)).output, { host: '127.0.0.1' });
    assert.deepEqual((await call('IPAddress', null)).output, { address: '127.0.0.1' });
    await call('ConfigPort', { host: 'unknown.example' });
    assert.equal((await call('IPAddress', null)).status, 'ERROR_NOT_READY');
    await call('ConfigPort', { host: '0x7f.1' });
    assert.deepEqual((await call('IPAddress', null)).output, { address: '127.0.0.1' });
    await call('ConfigPort', { host: 'desk.example' });
    assert.equal((await call('IPAddress', null)).status, 'ERROR_NOT_READY');
    await print(port, pattern(1));
    assert.deepEqual((await call('IPAddress', null)).output, { address: '127.0.0.1' });
    // What another name meant says nothing of this one.
    await call('ConfigPort', { host: 'unknown.example' });
    assert.equal((await call('IPAddress', null)).status, 'ERROR_NOT_READY');
  });

  test('answers about names, and refuses what there is not', async (t) => {
    const { call } = await setUp(t);
    const ask = (command: string, name: string) => call(command, { name }, '');
    assert.deepEqual((await ask('PortExists', 'desk')).output, { exists: true });
    assert.deepEqual((await ask('PortExists', 'none')).output, { exists: false });
    assert.equal((await ask('PortIsValid', 'Any: name')).status, 'ERROR_SUCCESS');
    assert.equal((await ask('PortIsValid', 'a\\b')).status, 'ERROR_INVALID_NAME');
    assert.equal((await call('SetIdlePollingState', null)).status, 'ERROR_NOT_SUPPORTED');
    assert.deepEqual((await call('SNMPEnabled', null)).output, { value: false });
    await call('ConfigPort', { snmpCommunity: 'geheim', snmpDeviceIndex: 3 });
    assert.deepEqual((await call('SNMPCommunity', null)).output, { value: 'geheim' });
    assert.deepEqual((await call('SNMPDeviceIndex', null)).output, { value: 3 });
    assert.equal((await call('SNMPNone', null)).status, 'ERROR_INVALID_PARAMETER');
    assert.equal((await call('DeletePort', null)).status, 'ERROR_BUSY');
    assert.equal((await call('DeletePort', null, '')).status, 'ERROR_INVALID_DATA');
  });

  test('a port whose stored settings are broken is named, fails, and can be mended', async (t) => {
    const { registry, clock, devices, portInput } = await setUp(t);
    const key = await registry.openKey(registry.root, 'Ports\\Desk');
    assert.ok(key);
    await registry.setValue(key, 'HostName', { type: 'dword', data: 1 });
    const rig = { module: tcpMonitor, clock, devices };
    const mended = await startInstance(rig, registry.reopened());
    const { monitor } = mended;
    atEnd(t, () => mended.shutdown());
    assert.equal((await monitor.enumPorts(never()))[0]?.name, 'Desk');
    const port = await openPort(monitor, 'Desk');
    const failed = await port.startDocPort(doc, never());
    assert.equal(failed.kind, 'failed');
    assert.match(failed.kind === 'failed' ? failed.message : '', /host/);
    const handle = xcv(monitor, 'Desk');
    const config = (input: JsonValue) => handle.xcvDataPort('ConfigPort', input, never());
    assert.equal(
      (await handle.xcvDataPort('GetConfigInfo', null, never())).status,
      'ERROR_INVALID_DATA',
    );
    assert.equal((await config({ description: 'x' })).status, 'ERROR_INVALID_DATA');
    assert.equal((await config(portInput)).status, 'ERROR_SUCCESS');
    assert.equal((await print(port, pattern(2))).outcome, 'sent');
  });
});
