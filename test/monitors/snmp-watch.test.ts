// The watch over printers by SNMP, with the real manager, against emulated agents of several kinds.
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { createLinuxHal } from '../../hal/linux/linux.ts';
import { startAgent } from '../snmp/own-agent.ts';
import type { DeviceStatus } from '../../monitors/contract.ts';
import { snmpPollLimits } from '../../monitors/snmp/limits.ts';
import { type SnmpSettings, snmpShape } from '../../monitors/snmp/settings.ts';
import { createSnmpWatch } from '../../monitors/snmp/watch.ts';
import { percentOf } from '../../firmware/servers/ipp/describe-device.ts';
import {
  faults,
  type SnmpPrinter,
  startSnmpPrinter,
} from '../../tools/emulators/snmp-printer/printer.ts';
import type { ShapeName } from '../../tools/emulators/snmp-printer/shapes.ts';
import { noDevices } from '../fakes/no-devices.ts';
import { VirtualClock } from '../world/clock.ts';
import { z } from 'zod';
import { atEnd } from '../at-end.ts';

const hal = createLinuxHal({ wallTrusted: () => true });
const settingsOf = (given: Partial<SnmpSettings>): SnmpSettings => z.object(snmpShape).parse(given);

interface WatchRig {
  readonly statuses: DeviceStatus[];
  /** How long it waits after each poll. */
  readonly delays: number[];
  change(settings: Partial<SnmpSettings>): void;
  /** Moves the clock on until a status was reported, and its poll has ended. */
  nextStatus(): Promise<DeviceStatus>;
  /** Moves the clock on until a poll has ended. */
  poll(): Promise<void>;
}

/** Time is virtual between polls; datagrams and their time-outs are real, and short. */
function watchOver(
  t: TestContext,
  port: number,
  given: Partial<SnmpSettings>,
  timeoutMs = 2_000,
): WatchRig {
  const clock = new VirtualClock();
  let settings = settingsOf({ snmpEnabled: true, snmpPort: port, snmpPollSeconds: 5, ...given });
  const statuses: DeviceStatus[] = [];
  const delays: number[] = [];
  let timers = 0;
  let happened: () => void = () => undefined;
  const watch = createSnmpWatch({
    init: {
      clock: {
        monotonicMs: () => clock.monotonicMs(),
        wall: () => clock.wall(),
        // The timer for the next poll is what ends one.
        startTimer(delayMs, callback) {
          if (delayMs > 0) delays.push(delayMs);
          timers += 1;
          happened();
          return clock.startTimer(delayMs, callback);
        },
      },
      devices: {
        ...noDevices,
        openSnmp: async ({ host, ...options }) =>
          hal.snmp.open({ ...options, address: host, timeoutMs, retries: 0 }),
      },
      log: { debug() {}, info() {}, warn() {} },
      reportStatus(_name, status) {
        statuses.push(status);
        happened();
      },
    },
    targetOf: () => ({ host: '127.0.0.1', settings }),
  });
  atEnd(t, () => watch.stop());
  watch.used(['office']);

  /** Time stands while datagrams are on their way, and moves to the next poll otherwise. */
  const until = async (isDone: () => boolean): Promise<void> => {
    while (!isDone()) {
      const something = new Promise<void>((resolve) => {
        happened = resolve;
      });
      const { nextTimerMs } = clock;
      if (nextTimerMs === undefined) await something;
      else await clock.advanceTo(nextTimerMs);
    }
  };
  return {
    statuses,
    delays,
    change(more) {
      settings = { ...settings, ...more };
    },
    async nextStatus() {
      const count = statuses.length;
      await until(() => statuses.length > count && clock.pendingTimers > 0);
      const status = statuses[count];
      assert.ok(status);
      return status;
    },
    async poll() {
      const before = timers;
      await until(() => timers > before);
    },
  };
}

async function emulate(t: TestContext, shape: ShapeName, index = 1): Promise<SnmpPrinter> {
  const printer = await startSnmpPrinter({
    udp: hal.udp,
    address: '127.0.0.1',
    port: 0,
    community: 'geheim',
    shape,
    index,
  });
  atEnd(t, () => printer.close());
  return printer;
}

const by2c = { snmpCommunity: 'geheim' } as const;

describe('what printers of several makers say', () => {
  test('a colour laser: toners, a waste box by the space that is left, trays', async (t) => {
    const printer = await emulate(t, 'laser');
    const { device, reasons } = await watchOver(t, printer.local.port, by2c).nextStatus();
    assert.deepEqual(reasons, []);
    assert.equal(device?.makeAndModel, 'Acme ColorLaser 4700');
    assert.equal(device.serialNumber, 'CNDXA01234');
    assert.equal(device.pageCount, 48_213);
    assert.deepEqual(device.consoleText, ['Ready', 'Tray 2: A4']);
    const supplies = device.supplies?.map((supply) => [
      supply.name,
      supply.type,
      supply.colorant,
      percentOf(supply),
    ]);
    assert.deepEqual(supplies, [
      ['black cartridge', 'toner', 'black', 61],
      ['cyan cartridge', 'toner', 'cyan', 40],
      ['magenta cartridge', 'toner', 'magenta', 3],
      ['yellow cartridge', 'toner', 'yellow', 100],
      ['Waste toner box', 'wasteToner', undefined, 10],
    ]);
    assert.deepEqual(
      device.inputs?.map(({ name, level, capacity }) => [name, level, capacity]),
      [
        ['Tray 1', 'some', 100],
        ['Tray 2', 250, 500],
      ],
    );
  });

  test('a mono laser: some, unknown, and texts that end with NULs', async (t) => {
    const printer = await emulate(t, 'mono');
    const { device } = await watchOver(t, printer.local.port, by2c).nextStatus();
    assert.equal(device?.makeAndModel, 'Bruder HL-1110');
    const [toner, drum] = device.supplies ?? [];
    assert.deepEqual([toner?.capacity, toner?.level], ['unknown', 'some']);
    assert.equal(toner && percentOf(toner), undefined);
    assert.equal(drum && percentOf(drum), 75);
  });

  test('an ink printer: no bound, a full box', async (t) => {
    const printer = await emulate(t, 'ink');
    const { device } = await watchOver(t, printer.local.port, by2c).nextStatus();
    const [black, colour, box] = device?.supplies ?? [];
    assert.equal(black && percentOf(black), 25);
    assert.deepEqual([colour?.capacity, colour?.level], ['other', 'other']);
    assert.equal(box && percentOf(box), 100);
    assert.equal(device?.serialNumber, undefined);
  });

  test('an old print server: version 1, its second printer, and nothing more', async (t) => {
    const printer = await emulate(t, 'server', 2);
    const rig = watchOver(t, printer.local.port, {
      ...by2c,
      snmpVersion: '1',
      snmpDeviceIndex: 2,
    });
    const { device, reasons } = await rig.nextStatus();
    assert.deepEqual(device, { makeAndModel: 'PocketServer 3' });
    assert.deepEqual(reasons, []);
  });

  test('Platen itself, in version 3, encrypted', async (t) => {
    const agent = await startAgent(t, hal);
    const { device } = await watchOver(t, agent.port, {
      snmpVersion: '3',
      snmpUser: 'monitor',
      snmpAuthPassword: agent.passwords.auth,
      snmpPrivPassword: agent.passwords.priv,
    }).nextStatus();
    assert.equal(device?.makeAndModel, 'Acme ColorLaser 4700');
    assert.equal(device.supplies?.length, 2);
  });
});

describe('a state that changes', () => {
  test('paper out comes and goes; a low toner is a warning', async (t) => {
    const printer = await emulate(t, 'laser');
    const rig = watchOver(t, printer.local.port, by2c);
    await rig.nextStatus();
    printer.show('paper-out');
    const out = await rig.nextStatus();
    assert.deepEqual(out.reasons, [{ keyword: 'media-empty', severity: 'error' }]);
    assert.equal(out.message, 'Tray 2 empty');
    printer.show('toner-low');
    const low = await rig.nextStatus();
    assert.deepEqual(low.reasons, [{ keyword: 'toner-low', severity: 'warning' }]);
    printer.show('printing');
    const busy = await rig.nextStatus();
    assert.deepEqual([busy.reasons, busy.busy], [[], true]);
  });
});

describe('the interval', () => {
  test('is how old a state gets: polls begin before it is over', async (t) => {
    const printer = await emulate(t, 'laser');
    const rig = watchOver(t, printer.local.port, by2c);
    await rig.nextStatus();
    while (rig.delays.length < 2) await rig.poll();
    const next = 5_000 - snmpPollLimits.aheadMs;
    assert.deepEqual(rig.delays.slice(0, 2), [next, next]);
  });

  test('a change between two answers is not shown by halves', async (t) => {
    const printer = await emulate(t, 'laser');
    const rig = watchOver(t, printer.local.port, by2c);
    await rig.nextStatus();
    // State is read before alerts: the printer runs out of paper in between.
    printer.showAfterNext('paper-out');
    const out = await rig.nextStatus();
    assert.deepEqual(out.reasons, [{ keyword: 'media-empty', severity: 'error' }]);
  });
});

describe('nobody is asked but whom an administrator named', () => {
  test('not before it is switched on, nor without a community or a user', async (t) => {
    const printer = await emulate(t, 'laser');
    const rig = watchOver(t, printer.local.port, { snmpEnabled: false, ...by2c });
    await rig.poll();
    rig.change({ snmpEnabled: true, snmpCommunity: '' });
    await rig.poll();
    rig.change({ snmpVersion: '3' });
    await rig.poll();
    assert.deepEqual([printer.questions, printer.strangers, rig.statuses], [0, [], []]);
    rig.change({ snmpVersion: '2c', ...by2c });
    await rig.nextStatus();
    assert.ok(printer.questions > 0);
    rig.change({ snmpEnabled: false });
    const off = await rig.nextStatus();
    assert.deepEqual([off.reasons, off.device], [[], undefined]);
  });
});

describe('hostile answers', () => {
  for (const fault of faults.filter((each) => each !== 'none' && each !== 'echo')) {
    test(`${fault}: nothing breaks, and what was known goes after a while`, async (t) => {
      const printer = await emulate(t, 'laser');
      const rig = watchOver(t, printer.local.port, by2c, 150);
      await rig.nextStatus();
      printer.misbehave(fault);
      for (let round = 0; round < 3; round += 1) await rig.poll();
      const last = rig.statuses.at(-1);
      assert.ok((last?.reasons.length ?? 0) === 0, JSON.stringify(last));
      const text = JSON.stringify(last);
      assert.ok(text.length < 8_000, `${text.length} characters`);
      printer.misbehave('none');
      printer.show('paper-out');
      const back = await rig.nextStatus();
      assert.equal(back.reasons[0]?.keyword, 'media-empty');
    });
  }

  test('echo: answers twice, and to what nobody asked', async (t) => {
    const printer = await emulate(t, 'laser');
    printer.misbehave('echo');
    const { device } = await watchOver(t, printer.local.port, by2c).nextStatus();
    assert.equal(device?.supplies?.length, 5);
  });

  test('a silent printer is asked less and less often', async (t) => {
    const printer = await emulate(t, 'laser');
    printer.misbehave('silent');
    const rig = watchOver(t, printer.local.port, by2c, 20);
    while (rig.delays.length < 6) await rig.poll();
    const five = [5_000, 10_000, 20_000, 40_000, 80_000];
    assert.deepEqual(rig.delays.slice(0, five.length), five);
  });
});
