// The doors of a group: local ports, disguises of the boxes' own addresses, unconverted monitors
// and ports of the box alone are refused by name, and nothing is changed by it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { guardGroup } from '../../firmware/groups/group-doors.ts';
import type { PortStatus, Spooler } from '../../firmware/spooler/contract.ts';
import { HalError } from '../../hal/errors.ts';
import type { JsonValue, MonitorModule } from '../../monitors/contract.ts';
import { fileMonitor } from '../../monitors/file/module.ts';
import { ippMonitor } from '../../monitors/ipp/module.ts';
import { parallelMonitor } from '../../monitors/parallel/module.ts';
import { serialMonitor } from '../../monitors/serial/module.ts';
import { tcpMonitor } from '../../monitors/tcp/module.ts';
import { usbMonitor } from '../../monitors/usb/module.ts';
import { FakeSpooler } from '../fakes/fake-spooler.ts';
import { VirtualClock } from '../world/clock.ts';

const unconverted: MonitorModule = {
  name: 'old',
  kind: 'port',
  locality: 'network',
  initializePrintMonitor: () => Promise.reject(new Error('never called')),
  initializePrintMonitorUI: () => tcpMonitor.initializePrintMonitorUI(),
};

const administrator = { kind: 'local-administrator' } as const;

function portOf(name: string, monitorName: string): PortStatus {
  const info = { name, monitorName, description: '', types: [] };
  const rest = { used: false, state: 'closed', reasons: [], message: '', statuses: [] } as const;
  return {
    info,
    ...rest,
    currentJobId: undefined,
    language: { language: 'auto', bidirectional: true } as const,
    languageMonitor: undefined,
  };
}

function rig() {
  const calls: string[] = [];
  const base = new FakeSpooler({ printers: [] });
  const spooler: Spooler = {
    id: 'group-id',
    permit: base.permit,
    intake: base.intake,
    jobs: base.jobs,
    start: () => base.start(),
    lookAgain: () => {},
    drain: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    looksAlive: () => base.looksAlive(),
    isAlive: () => base.isAlive(),
    ports: {
      ...base.ports,
      list: async () => [portOf('lj', 'tcp')],
      async xcv(_target: unknown, command: string) {
        calls.push(command);
        return { status: 'ERROR_SUCCESS' } as const;
      },
    },
    printers: {
      ...base.printers,
      create(name: string) {
        calls.push(`create ${name}`);
        return Promise.resolve({ kind: 'refused', code: 'internal', message: 'the end' } as const);
      },
    },
  };
  const guarded = guardGroup(spooler, {
    group: 'accounts',
    monitors: [
      tcpMonitor,
      ippMonitor,
      usbMonitor,
      serialMonitor,
      parallelMonitor,
      fileMonitor,
      unconverted,
    ],
    rules: () => ({
      known: [
        { whose: 'this appliance', names: ['box-a'], addresses: ['192.0.2.1', '2001:db8::1'] },
        { whose: 'the peer', names: ['box-b'], addresses: ['192.0.2.2'] },
      ],
      loopbackIsNetwork: false,
    }),
    addresses: {
      resolve: (host) =>
        host === 'alias.example'
          ? Promise.resolve(['192.0.2.1'])
          : Promise.reject(new HalError('name-not-found', host)),
    },
    clock: new VirtualClock(),
    localPorts: async () => [portOf('usb0', 'usb'), portOf('near', 'tcp')],
  });
  return { guarded, calls };
}

const addPort = (monitor: string, input: JsonValue) => {
  const { guarded, calls } = rig();
  return guarded.ports
    .xcv({ monitor }, 'AddPort', input, administrator)
    .then((answer) => ({ answer, calls }));
};

describe('ports of a group', () => {
  const disguises = [
    '192.0.2.1',
    '3221225985',
    '0xC0.0.02.1',
    '::ffff:192.0.2.1',
    '127.1',
    'box-a',
    'alias.example',
    '2001:0db8:0::1',
    'box-b',
  ];
  for (const host of disguises) {
    test(`to one of the two boxes, written ${host}, are refused by name`, async () => {
      const { answer, calls } = await addPort('tcp', { name: 'HP1', host });
      assert.ok('kind' in answer && answer.code === 'not-clusterable');
      assert.match(answer.message, /"HP1".*"accounts"/);
      assert.deepEqual(calls, []);
    });
  }

  test('by URI are looked at too, and so is a change', async () => {
    const { answer } = await addPort('ipp', { name: 'I1', uri: 'ipp://[2001:db8::1]:631/ipp' });
    assert.ok('kind' in answer && answer.code === 'not-clusterable');
    const { guarded, calls } = rig();
    const target = { monitor: 'tcp', portName: 'lj' };
    const changed = await guarded.ports.xcv(
      target,
      'ConfigPort',
      { host: '192.0.2.2' },
      administrator,
    );
    assert.ok('kind' in changed && /"lj"/.test(changed.message));
    assert.deepEqual(calls, []);
  });

  for (const monitor of ['usb', 'serial', 'parallel', 'file', 'old']) {
    test(`of the monitor ${monitor} are refused by its name`, async () => {
      const { answer, calls } = await addPort(monitor, { name: 'P1' });
      assert.ok('kind' in answer && answer.code === 'not-clusterable');
      assert.match(answer.message, new RegExp(`"${monitor}"`));
      assert.deepEqual(calls, []);
    });
  }

  test('on the network are handed on', async () => {
    const { answer, calls } = await addPort('tcp', { name: 'HP1', host: '192.0.2.50' });
    assert.deepEqual(answer, { status: 'ERROR_SUCCESS' });
    assert.deepEqual(calls, ['AddPort']);
  });
});

describe('printers of a group', () => {
  const create = async (portName: string) => {
    const { guarded, calls } = rig();
    const settings = { portNames: [portName] };
    const answer = await guarded.printers.create('Office', settings, administrator);
    assert.ok(answer.kind === 'refused');
    return { message: answer.message, calls };
  };

  test('with a port of the box are refused, whether it could be in a group or not', async () => {
    const usb = await create('usb0');
    assert.match(usb.message, /"Office".*"accounts".*"usb"/);
    const near = await create('NEAR');
    assert.match(near.message, /"NEAR" is one of this appliance alone/);
    assert.deepEqual([...usb.calls, ...near.calls], []);
  });

  test('with ports of the group are handed on', async () => {
    assert.deepEqual((await create('lj')).calls, ['create Office']);
  });
});
