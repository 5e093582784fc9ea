// The door of a group: what leads back to one of the two boxes is refused, by name and with the
// reason, under whatever spelling.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createGroupDoor } from '../../firmware/groups/group-door.ts';
import type { MonitorModule } from '../../monitors/contract.ts';
import { builtInMonitors } from '../../monitors/table.ts';
import { VirtualClock } from '../world/clock.ts';

const own = '10.0.0.1';

function moduleOf(name: string): MonitorModule {
  const module = builtInMonitors.find((each) => each.name === name);
  assert.ok(module !== undefined);
  return module;
}

const names = new Map([
  ['printer.lan', ['10.0.0.9']],
  ['alias.lan', ['10.0.0.9', own]],
]);

const door = createGroupDoor({
  group: 'accounts',
  rules: () => ({
    known: [
      { whose: 'this appliance', names: ['box'], addresses: [own] },
      { whose: 'the peer', names: ['other'], addresses: ['10.0.0.2'] },
      { whose: 'the group "accounts"', names: ['accounts'], addresses: ['10.0.0.50'] },
    ],
    loopbackIsNetwork: false,
  }),
  addresses: {
    async resolve(host) {
      const found = names.get(host);
      if (found === undefined) throw new Error('nobody knows it');
      return found;
    },
  },
  clock: new VirtualClock(),
  nodePort: async (name) =>
    name === 'usb001' ? { module: moduleOf('usb'), host: undefined } : undefined,
});

describe('the door of a group', () => {
  test('a printer of the network passes, under any monitor of the network', async () => {
    for (const input of [
      { name: 'p', host: '10.0.0.9' },
      { name: 'p', host: 'printer.lan' },
      { name: 'p', host: 'not-there-yet.lan' },
      { name: 'p', uri: 'ipp://10.0.0.9:631/ipp/print' },
      null,
    ]) {
      assert.equal(await door.refuseSettings(moduleOf('tcp'), undefined, input), undefined);
    }
  });

  test('the appliances’ own addresses are refused in each disguise', async () => {
    for (const host of [
      own,
      '10.0.1',
      '0x0a000001',
      '167772161',
      '::ffff:10.0.0.1',
      'localhost',
      '127.0.0.1',
      'alias.lan',
      'box.local',
      '10.0.0.2',
      '10.0.0.50',
    ]) {
      const refusal = await door.refuseSettings(moduleOf('tcp'), undefined, { name: 'p', host });
      assert.equal(refusal?.code, 'not-clusterable', host);
      assert.match(refusal.message, /port "p" can't be in group "accounts"/);
    }
    const uri = `ipps://user@[::ffff:${own}]:631/ipp/print`;
    const refusal = await door.refuseSettings(moduleOf('ipp'), 'q', { uri });
    assert.match(refusal?.message ?? '', /port "q"/);
  });

  test('monitors of a box, unconverted ones and its ports are refused by name', async () => {
    for (const name of ['usb', 'parallel', 'serial', 'file']) {
      assert.match(door.refuseMonitor(moduleOf(name))?.message ?? '', new RegExp(`"${name}"`));
    }
    assert.equal(door.refuseMonitor(moduleOf('tcp')), undefined);
    const { initializePrintMonitor2: _converted, ...unconverted } = moduleOf('tcp');
    const old = { ...unconverted, initializePrintMonitor: async () => undefined };
    assert.match(door.refuseMonitor(old)?.message ?? '', /not converted/);
    const strange = await door.refuseStrangePort('usb001');
    assert.match(strange?.message ?? '', /"usb".*"accounts"/);
    assert.equal(await door.refuseStrangePort('nobody'), undefined);
  });
});
