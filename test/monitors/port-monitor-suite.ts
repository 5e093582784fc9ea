// The contract that every port monitor keeps (monitors/contract.ts), run against each monitor with
// each kind of device that can be had for it.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { Clock } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import type {
  DeviceStatus,
  DocInfo,
  JsonValue,
  Monitor2,
  MonitorDevices,
  MonitorInit,
  MonitorModule,
  MonitorPort,
  MonitorRegistry,
  WriteOutcome,
  XcvAccess,
  XcvPort,
} from '../../monitors/contract.ts';
import { createFakeRegistry } from '../fakes/registry.ts';
import type { VirtualClock } from '../world/clock.ts';
import { atEnd } from '../at-end.ts';

/** A device that keeps what it gets. Its documents are those that were ended in order. */
export interface DeviceUnderTest {
  work(): Promise<void>;
  /** It can't be reached. */
  refuse(): Promise<void>;
  /** It takes nothing, until told to work. */
  stall(): Promise<void>;
  /** It breaks off after so many bytes of a document. */
  breakAfter(sizeBytes: number): Promise<void>;
  say(text: string): void;
  untilDocuments(count: number): Promise<readonly Buffer[]>;
}

export interface PortMonitorRig {
  readonly module: MonitorModule;
  readonly clock: VirtualClock;
  readonly devices: MonitorDevices;
  readonly device: DeviceUnderTest;
  /** Input of AddPort for a port that leads to the device, without the name. */
  readonly portInput: Readonly<Record<string, JsonValue>>;
  /** More than device and way take while it stalls. */
  readonly floodBytes: number;
  dispose(): Promise<void>;
}

export interface TestInstance {
  readonly monitor: Monitor2;
  readonly reports: readonly { readonly port: string; readonly status: DeviceStatus }[];
  /** What of `init` was used after shutdown. */
  readonly lateUses: readonly string[];
  shutdown(): Promise<void>;
}

const administrator: ReadonlySet<XcvAccess> = new Set(['SERVER_ACCESS_ADMINISTER']);
const viewer: ReadonlySet<XcvAccess> = new Set(['SERVER_ACCESS_ENUMERATE']);
/** The spooler's resource time-out: the time a call has. */
const deadlineMs = 180_000;

export function never(): { readonly signal: AbortSignal } {
  return { signal: new AbortController().signal };
}

export async function startInstance(
  rig: Pick<PortMonitorRig, 'module' | 'devices'> & { readonly clock: Clock },
  registry: MonitorRegistry = createFakeRegistry(),
  { local = true }: { readonly local?: boolean } = {},
): Promise<TestInstance> {
  const reports: { port: string; status: DeviceStatus }[] = [];
  const lateUses: string[] = [];
  let ended = false;
  const used = (what: string) => void (ended && lateUses.push(what));
  const init: MonitorInit = {
    spooler: 'local',
    local,
    serverName: 'platen-1',
    registry: watched(registry, 'registry', used),
    devices: watched(rig.devices, 'devices', used),
    clock: rig.clock,
    random: {
      bytes: (count) => new Uint8Array(count),
      uuid: () => '00000000-0000-4000-8000-000000000000',
      fraction: () => 0,
    },
    reportStatus(port, status) {
      used('reportStatus');
      reports.push({ port, status });
    },
    log: { debug() {}, info() {}, warn() {} },
  };
  const monitor = await rig.module.initializePrintMonitor2?.(init);
  assert.ok(monitor);
  return {
    monitor,
    reports,
    lateUses,
    async shutdown() {
      await monitor.shutdown(never());
      ended = true;
    },
  };
}

/** Tells of each use of a member. */
function watched<T extends object>(target: T, what: string, used: (what: string) => void): T {
  return new Proxy(target, {
    get(_target, name) {
      used(`${what}.${String(name)}`);
      return Reflect.get(target, name);
    },
  });
}

export function xcv(
  monitor: Monitor2,
  object = '',
  access: ReadonlySet<XcvAccess> = administrator,
): XcvPort {
  const opened = monitor.xcvOpenPort(object, access);
  assert.equal(opened.status, 'ERROR_SUCCESS');
  assert.ok('handle' in opened);
  return opened.handle;
}

export async function addPort(
  monitor: Monitor2,
  name: string,
  input: Readonly<Record<string, JsonValue>>,
): Promise<void> {
  const result = await xcv(monitor).xcvDataPort('AddPort', { name, ...input }, never());
  assert.equal(result.status, 'ERROR_SUCCESS', String(result.message));
}

export async function openPort(monitor: Monitor2, name: string): Promise<MonitorPort> {
  const opened = await monitor.openPort?.(name, never());
  assert.ok(opened && 'handle' in opened, JSON.stringify(opened));
  return opened.handle;
}

export const doc: DocInfo = {
  printerName: 'Front desk',
  jobId: 7,
  jobUuid: '00000000-0000-4000-8000-000000000007',
  documentName: 'letter',
  userName: 'anna',
  format: 'application/octet-stream',
  sizeBytes: undefined,
};

/** Some protocols announce the size before the first byte; the others do not look at it. */
export function docOf(sizeBytes: number): DocInfo {
  return { ...doc, sizeBytes };
}

/** Writes as the spooler does, until all is taken and nothing is under way. */
export async function writeAll(port: MonitorPort, bytes: Uint8Array): Promise<WriteOutcome> {
  let left = bytes;
  for (;;) {
    const outcome = await port.writePort(left, never());
    left = left.subarray(outcome.writtenBytes);
    if (outcome.kind !== 'waiting' && (outcome.kind === 'failed' || left.length === 0)) {
      return outcome;
    }
  }
}

export async function print(port: MonitorPort, bytes: Uint8Array) {
  const started = await port.startDocPort(docOf(bytes.length), never());
  assert.equal(started.kind, 'started', 'message' in started ? started.message : '');
  const written = await writeAll(port, bytes);
  assert.equal(written.kind, 'written', 'message' in written ? written.message : '');
  return port.endDocPort({ discard: false }, never());
}

/** Bytes in which a lost, doubled or moved part shows. */
export function pattern(sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  for (let at = 0; at < sizeBytes; at++) bytes[at] = at * 31 + (at >> 8) + (at >> 16);
  return bytes;
}

export function portMonitorSuite(
  name: string,
  makeRig: () => Promise<PortMonitorRig>,
  /** What this kind of port has beside the rest. */
  has: { readonly backChannel: boolean } = { backChannel: true },
): void {
  const make = async (t: TestContext) => {
    const rig = await makeRig();
    const instance = await startInstance(rig);
    atEnd(t, async () => {
      await instance.shutdown();
      await rig.dispose();
    });
    await addPort(instance.monitor, 'Desk', rig.portInput);
    return { ...rig, rig, instance, monitor: instance.monitor };
  };

  describe(`${name}: ports`, () => {
    test('lists the ports that were added', async (t) => {
      const { monitor, module } = await make(t);
      const [port, ...others] = await monitor.enumPorts(never());
      assert.deepEqual(others, []);
      assert.equal(port?.name, 'Desk');
      assert.equal(port?.monitorName, module.name);
      assert.ok(port?.types.includes('write'));
    });

    test('keeps them in the registry, and nowhere else', async (t) => {
      const { rig, instance } = await make(t);
      const registry = createFakeRegistry();
      const first = await startInstance(rig, registry);
      await addPort(first.monitor, 'Kept', rig.portInput);
      await first.shutdown();
      const second = await startInstance(rig, registry.reopened());
      atEnd(t, () => second.shutdown());
      const names = (await second.monitor.enumPorts(never())).map((port) => port.name);
      assert.deepEqual(names, ['Kept']);
      const others = (await instance.monitor.enumPorts(never())).map((port) => port.name);
      assert.deepEqual(others, ['Desk']);
    });

    test('two instances side by side share nothing', async (t) => {
      const { rig, monitor, device } = await make(t);
      const other = await startInstance(rig);
      atEnd(t, () => other.shutdown());
      const unknown = await other.monitor.openPort?.('Desk', never());
      assert.equal(unknown?.status, 'ERROR_UNKNOWN_PORT');
      await addPort(other.monitor, 'Desk', rig.portInput);
      const here = await openPort(monitor, 'Desk');
      const there = await openPort(other.monitor, 'Desk');
      await other.shutdown();
      await assert.rejects(there.startDocPort(doc, never()));
      await print(here, pattern(10));
      assert.equal((await device.untilDocuments(1)).length, 1);
    });

    test('a port is opened once at a time, by its name in any case', async (t) => {
      const { monitor } = await make(t);
      assert.equal((await monitor.openPort?.('None', never()))?.status, 'ERROR_UNKNOWN_PORT');
      const port = await openPort(monitor, 'DESK');
      assert.equal((await monitor.openPort?.('Desk', never()))?.status, 'ERROR_BUSY');
      await port.closePort(never());
      await assert.rejects(port.startDocPort(doc, never()), (error) => isHalError(error, 'closed'));
      await openPort(monitor, 'Desk');
    });

    test('shutdown ends a document at once, and nothing is used afterwards', async (t) => {
      const { monitor, instance, device, floodBytes } = await make(t);
      await device.stall();
      const port = await openPort(monitor, 'Desk');
      const handle = xcv(monitor);
      await port.startDocPort(docOf(floodBytes), never());
      const write = port.writePort(new Uint8Array(floodBytes), never());
      await instance.shutdown();
      assert.equal((await write).kind, 'failed');
      assert.equal((await port.endDocPort({ discard: false }, never())).outcome, 'failed');
      assert.equal((await monitor.openPort?.('Desk', never()))?.status, 'ERROR_UNKNOWN_PORT');
      const answer = await handle.xcvDataPort('MonitorUI', null, never());
      assert.equal(answer.status, 'ERROR_INVALID_HANDLE');
      assert.deepEqual(instance.lateUses, []);
    });
  });

  describe(`${name}: documents`, () => {
    test('arrive byte for byte, one after another', async (t) => {
      const { monitor, device } = await make(t);
      const port = await openPort(monitor, 'Desk');
      const documents = [pattern(300_000), pattern(1), pattern(70_000).toReversed()];
      for (const bytes of documents) {
        const end = await print(port, bytes);
        assert.notEqual(end.outcome, 'failed', String(end.message));
        assert.equal(end.deliveredBytes, bytes.length);
      }
      const received = await device.untilDocuments(3);
      assert.ok(received.every((bytes, at) => bytes.equals(documents[at] ?? new Uint8Array())));
    });

    test('may be empty', async (t) => {
      const { monitor } = await make(t);
      const port = await openPort(monitor, 'Desk');
      await port.startDocPort(docOf(0), never());
      const end = await port.endDocPort({ discard: false }, never());
      assert.equal(end.deliveredBytes, 0);
      assert.notEqual(end.outcome, 'failed');
    });

    test('a device that is off is waited for, and says so', async (t) => {
      const { monitor, device, instance } = await make(t);
      await device.refuse();
      const port = await openPort(monitor, 'Desk');
      const waiting = await port.startDocPort(docOf(10), never());
      assert.equal(waiting.kind, 'waiting');
      assert.ok(waiting.kind === 'waiting' && waiting.reasons.length > 0);
      const report = instance.reports.at(-1);
      assert.equal(report?.port, 'Desk');
      assert.ok((report?.status.reasons.length ?? 0) > 0);
      await device.work();
      await print(port, pattern(10));
      assert.deepEqual(instance.reports.at(-1)?.status.reasons, []);
      assert.equal((await device.untilDocuments(1))[0]?.length, 10);
    });

    test('a device that takes nothing makes a write wait, and no byte comes twice', async (t) => {
      const { monitor, device, clock, floodBytes } = await make(t);
      const bytes = pattern(floodBytes);
      await device.stall();
      const port = await openPort(monitor, 'Desk');
      await port.startDocPort(docOf(floodBytes), never());
      let left = bytes.subarray(0);
      for (let turn = 0; turn < 3; turn++) {
        const outcome = port.writePort(left, never());
        await clock.advance(deadlineMs - 1);
        const written = await outcome;
        assert.equal(written.kind, 'waiting');
        assert.ok(written.kind === 'waiting' && written.reasons.length > 0);
        left = left.subarray(written.writtenBytes);
      }
      await device.work();
      assert.equal((await writeAll(port, left)).kind, 'written');
      const end = await port.endDocPort({ discard: false }, never());
      assert.equal(end.deliveredBytes, bytes.length);
      const [received] = await device.untilDocuments(1);
      assert.ok(received?.equals(bytes));
    });

    test('a write ends soon after its signal, and the document goes on', async (t) => {
      const { monitor, device, floodBytes } = await make(t);
      await device.stall();
      const port = await openPort(monitor, 'Desk');
      await port.startDocPort(docOf(floodBytes), never());
      const controller = new AbortController();
      const bytes = pattern(floodBytes);
      const write = port.writePort(bytes, { signal: controller.signal });
      controller.abort();
      const outcome = await write;
      assert.equal(outcome.kind, 'waiting');
      await device.work();
      assert.equal((await writeAll(port, bytes.subarray(outcome.writtenBytes))).kind, 'written');
      await port.endDocPort({ discard: false }, never());
      assert.ok((await device.untilDocuments(1))[0]?.equals(bytes));
    });

    test('a device that breaks off in the middle fails the document', async (t) => {
      const { monitor, device, floodBytes } = await make(t);
      await device.breakAfter(1000);
      const port = await openPort(monitor, 'Desk');
      await port.startDocPort(docOf(floodBytes), never());
      const written = await writeAll(port, pattern(floodBytes));
      assert.equal(written.kind, 'failed');
      const end = await port.endDocPort({ discard: false }, never());
      assert.equal(end.outcome, 'failed');
      assert.ok(end.deliveredBytes >= 1000, `${end.deliveredBytes}`);
      await device.work();
      await print(port, pattern(5));
      const [received] = await device.untilDocuments(1);
      assert.equal(received?.length, 5);
    });

    test('a discarded document waits for nothing', async (t) => {
      const { monitor, device, floodBytes, clock } = await make(t);
      await device.stall();
      const port = await openPort(monitor, 'Desk');
      await port.startDocPort(docOf(floodBytes), never());
      const write = port.writePort(new Uint8Array(floodBytes), never());
      await clock.advance(deadlineMs - 1);
      assert.equal((await write).kind, 'waiting');
      const end = await port.endDocPort({ discard: true }, never());
      assert.equal(end.outcome, 'failed');
      assert.ok(end.deliveredBytes > 0);
      await device.work();
      await print(port, pattern(5));
      const received = await device.untilDocuments(1);
      assert.equal(received[0]?.length, 5);
    });

    test('a document that is discarded before its first byte delivered nothing', async (t) => {
      const { monitor } = await make(t);
      const port = await openPort(monitor, 'Desk');
      await port.startDocPort(docOf(10), never());
      const end = await port.endDocPort({ discard: true }, never());
      assert.equal(end.outcome, 'failed');
      assert.equal(end.deliveredBytes, 0);
    });
  });

  const backChannel = () => {
    test('what the device says can be read, and silence is no bytes', async (t) => {
      const { monitor, device, clock } = await make(t);
      const port = await openPort(monitor, 'Desk');
      assert.equal((await port.readPort(100, never())).length, 0);
      await port.startDocPort(docOf(10), never());
      await writeAll(port, pattern(10));
      const nothing = port.readPort(100, never());
      await clock.advance(deadlineMs - 1);
      assert.equal((await nothing).length, 0);
      const words = port.readPort(2, never());
      device.say('ready');
      assert.equal(Buffer.from(await words).toString(), 're');
      assert.equal(Buffer.from(await port.readPort(100, never())).toString(), 'ady');
      await port.endDocPort({ discard: false }, never());
    });
  };
  if (has.backChannel) describe(`${name}: back-channel`, backChannel);

  describe(`${name}: Xcv`, () => {
    const call = async (monitor: Monitor2, command: string, input: JsonValue, object = '') =>
      (await xcv(monitor, object).xcvDataPort(command, input, never())).status;

    test('names its UI half, whose fields are told apart', async (t) => {
      const { monitor, module } = await make(t);
      const answer = await xcv(monitor, '', viewer).xcvDataPort('MonitorUI', null, never());
      assert.deepEqual(answer, {
        status: 'ERROR_SUCCESS',
        output: { name: module.name, version: 1 },
      });
      const ui = module.initializePrintMonitorUI();
      assert.equal(ui.version, 1);
      for (const fields of [ui.addPort, ui.configurePort]) {
        const names = fields.map((field) => field.name);
        assert.equal(new Set(names).size, names.length);
      }
    });

    test('a port is added once, whatever the case, and needs a good name', async (t) => {
      const { monitor, portInput } = await make(t);
      const add = (portName: string) => call(monitor, 'AddPort', { name: portName, ...portInput });
      assert.equal(await add('DESK'), 'ERROR_ALREADY_EXISTS');
      for (const bad of ['', ' x', '..', 'a\\b', 'a/b', 'a,b', 'a\nb', 'x'.repeat(64)]) {
        assert.equal(await add(bad), 'ERROR_INVALID_DATA', bad);
      }
      const twice = await Promise.all([add('Twin'), add('twin')]);
      assert.deepEqual(twice.toSorted(), ['ERROR_ALREADY_EXISTS', 'ERROR_SUCCESS']);
    });

    test('a port in use is not deleted', async (t) => {
      const { monitor } = await make(t);
      const port = await openPort(monitor, 'Desk');
      assert.equal(await call(monitor, 'DeletePort', { name: 'desk' }), 'ERROR_BUSY');
      await port.closePort(never());
      assert.equal(await call(monitor, 'DeletePort', { name: 'desk' }), 'ERROR_SUCCESS');
      assert.equal(await call(monitor, 'DeletePort', { name: 'desk' }), 'ERROR_UNKNOWN_PORT');
      assert.deepEqual(await monitor.enumPorts(never()), []);
    });

    test('changing needs the right, and unknown ports have no handle', async (t) => {
      const { monitor, portInput } = await make(t);
      const handle = xcv(monitor, '', viewer);
      const input = { name: 'New', ...portInput };
      for (const command of ['AddPort', 'DeletePort']) {
        const answer = await handle.xcvDataPort(command, input, never());
        assert.equal(answer.status, 'ERROR_ACCESS_DENIED');
      }
      assert.equal(
        (await handle.xcvDataPort('Nonsense', null, never())).status,
        'ERROR_INVALID_PARAMETER',
      );
      assert.equal(monitor.xcvOpenPort('None', administrator).status, 'ERROR_UNKNOWN_PORT');
    });
  });
}
