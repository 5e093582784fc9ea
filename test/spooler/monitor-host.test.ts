// The host of monitors: groups and localities, faults kept apart, devices cut off, Xcv with rights.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Principal } from '../../firmware/api/principal.ts';
import type { Tcp, TcpConnection } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import type { MonitorInit, MonitorModule } from '../../monitors/contract.ts';
import {
  createFakeMonitor,
  FakeDevice,
  type MonitorCall,
  type Spoiling,
} from '../fakes/fake-monitor.ts';
import { administrator, Bench } from './bench.ts';

function statesOf(bench: Bench): Readonly<Record<string, string>> {
  return Object.fromEntries(
    bench.spooler.ports.monitors().map((monitor) => [monitor.name, monitor.state]),
  );
}

describe('which monitors serve', () => {
  const modules = (): readonly MonitorModule[] => [
    createFakeMonitor({ name: 'net', devices: [new FakeDevice('n')] }),
    createFakeMonitor({ name: 'box', locality: 'local', devices: [new FakeDevice('u')] }),
    createFakeMonitor({ name: 'old', unconverted: true, devices: [new FakeDevice('o')] }),
    {
      ...createFakeMonitor({ name: 'liar', devices: [new FakeDevice('l')] }),
      locality: 'local',
    },
  ];

  test('the local spooler: all', async () => {
    const bench = new Bench({ monitors: modules });
    await bench.boot();
    assert.deepEqual(statesOf(bench), { net: 'ready', box: 'ready', old: 'ready', liar: 'ready' });
  });

  test('a group: none that is local, whatever it answers, none unconverted', async () => {
    const bench = new Bench({ monitors: modules, spooler: { local: false } });
    await bench.boot();
    assert.deepEqual(statesOf(bench), {
      net: 'ready',
      box: 'absent',
      old: 'failed',
      liar: 'absent',
    });
    const old = bench.spooler.ports.monitors().find((monitor) => monitor.name === 'old');
    assert.match(old?.message ?? '', /"old" can't serve group.*InitializePrintMonitor/);
    const ports = await bench.spooler.ports.list();
    assert.deepEqual(
      ports.map((port) => port.info.name),
      ['n'],
    );
    const made = await bench.spooler.printers.create('x', { portNames: ['u'] }, administrator);
    assert.equal(made.kind === 'refused' && made.code, 'port-not-found');
  });
});

describe('a monitor that fails at its start', () => {
  for (const call of ['initialise', 'enumPorts'] as const satisfies readonly MonitorCall[]) {
    for (const how of ['hang', 'throw'] as const satisfies readonly Spoiling[]) {
      test(`${how} in ${call}: the others serve at once`, async () => {
        const device = new FakeDevice('sound');
        const bench = new Bench({
          devices: [device],
          monitors: (alive) => [
            createFakeMonitor({ name: 'sick', devices: [], spoiled: new Map([[call, how]]) }),
            createFakeMonitor({ name: 'sound', devices: [device], alive }),
          ],
        });
        await bench.boot();
        await bench.addPrinter();
        const job = await bench.print(Uint8Array.of(1));
        await bench.untilState(job.id, 'completed', 1_000);
        await bench.pass(190_000);
        assert.deepEqual(statesOf(bench), { sick: 'failed', sound: 'ready' });
        await bench.stop();
      });
    }
  }

  test('one that threw is tried again, and its printers are served then', async () => {
    const device = new FakeDevice('late');
    let failures = 3;
    const bench = new Bench({
      devices: [device],
      onInit: () => {
        failures -= 1;
        if (failures >= 0) throw new Error('not yet');
      },
    });
    await bench.boot();
    await bench.pass(60_000);
    assert.deepEqual(statesOf(bench), { fake: 'ready' });
  });
});

describe('devices', () => {
  interface Connected {
    readonly init: MonitorInit;
    readonly connections: { readonly options: object; wasReset: boolean }[];
  }

  async function connecting(): Promise<{ readonly bench: Bench; readonly connected: Connected }> {
    const connections: Connected['connections'] = [];
    const tcp: Tcp = {
      async connect(options) {
        const made = { options, wasReset: false };
        connections.push(made);
        return connectionOf(made);
      },
      listen: () => Promise.reject(new Error('not here')),
    };
    let init: MonitorInit | undefined;
    const device = new FakeDevice('desk');
    const inner = createFakeMonitor({ devices: [device], onInit: (given) => void (init = given) });
    const bench = new Bench({
      devices: [device],
      tcp,
      monitors: () => [connectingAtStart(inner)],
      spooler: { local: false, outgoing: { localAddress: '192.0.2.1' } },
    });
    await bench.boot();
    if (init === undefined) return assert.fail();
    return { bench, connected: { init, connections } };
  }

  test('leave the box from where the spooler says', async () => {
    const { bench, connected } = await connecting();
    await bench.addPrinter();
    const job = await bench.print(Uint8Array.of(1));
    await bench.untilState(job.id, 'completed', 1_000);
    const [connection] = connected.connections;
    assert.equal(
      Object.entries(connection?.options ?? {})
        .join()
        .includes('192.0.2.1'),
      true,
    );
  });

  test('of a port that is cut off are reset, and it opens none any more', async () => {
    const { bench, connected } = await connecting();
    await bench.addPrinter();
    bench.device.spoil('writePort', 'hang', 1);
    const job = await bench.print(Uint8Array.of(1));
    await bench.pass(190_000);
    assert.equal(connected.connections[0]?.wasReset, true);
    await bench.untilState(job.id, 'completed', 1_000);
    assert.equal(connected.connections.length, 2);
  });

  test('are opened inside calls only', async () => {
    const { connected } = await connecting();
    const outside = connected.init.devices.connectTcp({ host: 'x', port: 1, timeoutMs: 1 });
    await assert.rejects(outside, (error) => isHalError(error, 'permission-denied'));
  });

  /** The fake monitor, but each start opens a connection of its own. */
  function connectingAtStart(module: MonitorModule): MonitorModule {
    const initialise = module.initializePrintMonitor2;
    if (initialise === undefined) return assert.fail();
    return {
      ...module,
      async initializePrintMonitor2(init) {
        const instance = await initialise(init);
        const openPort = instance?.openPort?.bind(instance);
        if (instance === undefined || openPort === undefined) return instance;
        return {
          ...instance,
          async openPort(name, call) {
            const opened = await openPort(name, call);
            if (opened.status !== 'ERROR_SUCCESS') return opened;
            const { handle } = opened;
            return {
              status: 'ERROR_SUCCESS',
              handle: {
                startDocPort: async (doc, bounds) => {
                  await init.devices.connectTcp({ host: 'printer', port: 9100, timeoutMs: 1_000 });
                  return await handle.startDocPort(doc, bounds);
                },
                writePort: (bytes, bounds) => handle.writePort(bytes, bounds),
                readPort: (maxBytes, bounds) => handle.readPort(maxBytes, bounds),
                endDocPort: (request, bounds) => handle.endDocPort(request, bounds),
                closePort: (bounds) => handle.closePort(bounds),
              },
            };
          },
        };
      },
    };
  }
});

function connectionOf(made: { wasReset: boolean }): TcpConnection {
  return {
    local: { address: '192.0.2.1', port: 1 },
    remote: { address: '192.0.2.9', port: 9_100 },
    takenBytes: 0,
    unacknowledgedBytes: () => undefined,
    write: async () => undefined,
    settled: async () => undefined,
    read: async () => undefined,
    endWrite: async () => undefined,
    reset() {
      made.wasReset = true;
    },
    close: async () => undefined,
  };
}

describe('Xcv', () => {
  const rows: readonly [Principal, string][] = [
    [administrator, 'PORT_ACCESS_USE,SERVER_ACCESS_ADMINISTER,SERVER_ACCESS_ENUMERATE'],
    [{ kind: 'user', name: 'o', role: 'operator' }, 'PORT_ACCESS_USE,SERVER_ACCESS_ENUMERATE'],
    [{ kind: 'token', name: 't', scopes: ['read'] }, 'SERVER_ACCESS_ENUMERATE'],
  ];
  for (const [principal, access] of rows) {
    test(`opens the handle with the rights of ${principal.kind}`, async () => {
      const bench = new Bench();
      await bench.boot();
      const target = { monitor: 'fake', portName: 'desk' };
      const result = await bench.spooler.ports.xcv(target, 'GetConfigInfo', null, principal);
      assert.deepEqual(result, {
        status: 'ERROR_SUCCESS',
        output: { object: 'desk', command: 'GetConfigInfo', access: access.split(',') },
      });
    });
  }

  test('is refused to clients, to nobody, for unknown monitors, and for a used port', async () => {
    const bench = new Bench();
    await bench.boot();
    await bench.addPrinter();
    const { ports } = bench.spooler;
    const codeOf = async (monitor: string, command: string, input: object, by: Principal) => {
      const answer = await ports.xcv({ monitor }, command, { ...input }, by);
      return 'kind' in answer ? answer.code : answer.status;
    };
    assert.equal(await codeOf('fake', 'X', {}, { kind: 'nobody' }), 'forbidden');
    const client = {
      kind: 'print-client',
      userName: 'a',
      address: 'b',
      authenticated: true,
    } as const;
    assert.equal(await codeOf('fake', 'X', {}, client), 'forbidden');
    assert.equal(await codeOf('none', 'X', {}, administrator), 'monitor-not-found');
    assert.equal(
      await codeOf('fake', 'DeletePort', { name: 'desk' }, administrator),
      'port-in-use',
    );
    assert.equal(await codeOf('fake', 'DeletePort', { name: 'x' }, administrator), 'ERROR_SUCCESS');
  });

  for (const how of ['hang', 'throw'] as const) {
    test(`of a monitor that fails (${how}) is an answer, not a wait`, async () => {
      const bench = new Bench({
        monitors: () => [
          createFakeMonitor({ devices: [], spoiled: new Map([['xcvDataPort', how]]) }),
        ],
      });
      await bench.boot();
      const call = bench.spooler.ports.xcv({ monitor: 'fake' }, 'AddPort', {}, administrator);
      const answer = await bench.during(call, 190_000);
      assert.equal('kind' in answer && answer.code, 'monitor-failed');
      assert.deepEqual(statesOf(bench), { fake: 'ready' });
    });
  }
});

describe('printers', () => {
  test('are unique without regard to case, changed, found, removed', async () => {
    const bench = new Bench();
    await bench.boot();
    const { printers } = bench.spooler;
    const made = await bench.addPrinter('Office');
    const twin = await printers.create('oFFICE', {}, administrator);
    assert.equal(twin.kind === 'refused' && twin.code, 'printer-exists');
    const changed = await printers.change(made.id, { location: 'hall' }, administrator);
    assert.equal(changed.kind === 'done' && changed.printer.location, 'hall');
    assert.equal((await printers.find('office'))?.location, 'hall');
    assert.equal((await printers.find(made.id))?.name, 'Office');
    bench.device.power = 'off';
    await bench.print(Uint8Array.of(1), { printerId: made.id });
    const full = await printers.remove(made.id, { cancelJobs: false }, administrator);
    assert.equal(full.kind === 'refused' && full.code, 'printer-has-jobs');
    const gone = await printers.remove(made.id, { cancelJobs: true }, administrator);
    assert.equal(gone.kind, 'done');
    assert.deepEqual(await printers.list(), []);
    bench.kill();
    await bench.boot();
    assert.deepEqual(await bench.spooler.printers.list(), []);
  });

  test('are for administrators', async () => {
    const bench = new Bench();
    await bench.boot();
    const { id } = await bench.addPrinter();
    const operator = { kind: 'user', name: 'o', role: 'operator' } as const;
    const { printers } = bench.spooler;
    const answers = [
      await printers.create('b', {}, operator),
      await printers.change(id, {}, operator),
      await printers.remove(id, { cancelJobs: true }, operator),
    ];
    assert.deepEqual(
      answers.map((answer) => answer.kind === 'refused' && answer.code),
      ['forbidden', 'forbidden', 'forbidden'],
    );
  });

  test('that are disabled take jobs and wait', async () => {
    const bench = new Bench();
    await bench.boot();
    const { id } = await bench.addPrinter('office', { enabled: false });
    const job = await bench.print(Uint8Array.of(1));
    await bench.pass(600_000);
    assert.equal((await bench.job(job.id)).state, 'pending');
    await bench.spooler.printers.change(id, { enabled: true }, administrator);
    await bench.untilState(job.id, 'completed', 1_000);
  });

  test('forget old jobs beyond their history', async () => {
    const bench = new Bench({ spooler: { limits: { historyBatch: 5 } } });
    await bench.boot();
    await bench.addPrinter('office', { historyRetention: { jobs: 10 } });
    for (let count = 0; count < 25; count += 1) await bench.print(Uint8Array.of(count));
    await bench.until(() => bench.device.sheets.length === 25);
    await bench.pass(1_000);
    const jobs = await bench.spooler.jobs.list({ which: 'all', limit: 100 });
    assert.deepEqual([jobs.length, jobs[0]?.number], [10, 25]);
  });

  test('tell readers of events when their state changes', async () => {
    const bench = new Bench();
    await bench.boot();
    await bench.addPrinter();
    bench.device.power = 'off';
    await bench.print(Uint8Array.of(1));
    await bench.pass(5_000);
    const states = bench.life.events
      .filter((event) => event.type === 'printer-state-changed')
      .map((event) => event.facts['state']);
    assert.equal(states.at(-1), 'stopped');
    assert.ok(states.length <= 4);
  });
});
