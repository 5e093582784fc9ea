// The spooler hands out the devices of the box, ends them when a monitor is cut off, and keeps them
// from groups.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDeviceScopes } from '../../firmware/spooler/device-scopes.ts';
import type { OutputOptions } from '../../hal/contract.ts';
import { HalError, isHalError } from '../../hal/errors.ts';
import { createFakeNetwork } from '../fakes/network.ts';
import { FakePrinterNode } from '../fakes/printer-node.ts';
import { VirtualClock } from '../world/clock.ts';

function makeScopes(forGroup = false) {
  const node = new FakePrinterNode({ onBytes() {} });
  const opened: { readonly path: string; readonly options: OutputOptions }[] = [];
  const scopes = createDeviceScopes({
    tcp: createFakeNetwork({ clock: new VirtualClock() }),
    rules: {},
    box: forGroup
      ? undefined
      : {
          outputs: {
            open(path, options) {
              opened.push({ path, options });
              return node.open(path);
            },
            listPrinterNodes: node.listPrinterNodes,
          },
          serial: { open: () => Promise.reject(new Error('none')), list: async () => [] },
          usb: { open: () => Promise.reject(new Error('none')), list: async () => [] },
          outputFolder: '/data/output',
        },
  });
  return { scopes, node, opened };
}

test('a port that is cut off has its devices closed, and gets no more', async () => {
  const { scopes, node } = makeScopes();
  const scope = scopes.open('LPT1');
  const output = await scope.run(() => scopes.devices.openPrinterNode('/dev/lp0'));
  assert.deepEqual([scope.openCount, node.openCount], [1, 1]);
  scope.cutOff();
  assert.deepEqual([scope.openCount, node.openCount], [0, 0]);
  await assert.rejects(output.write(new Uint8Array(1)), (error) => isHalError(error, 'closed'));
  await assert.rejects(
    scope.run(() => scopes.devices.openPrinterNode('/dev/lp0')),
    (error) => isHalError(error, 'aborted'),
  );
});

test('a device that was closed in order is forgotten', async () => {
  const { scopes } = makeScopes();
  const scope = scopes.open('LPT1');
  const output = await scope.run(() => scopes.devices.openPrinterNode('/dev/lp0'));
  assert.equal(output.kind, 'character');
  assert.equal(await output.write(new Uint8Array(3)), 3);
  await output.close();
  assert.equal(scope.openCount, 0);
});

test('outputs lie in one folder, whatever they are called', async () => {
  const { scopes, opened } = makeScopes();
  const scope = scopes.open('File');
  for (const name of ['../x', '/etc/passwd', 'a/b', '.', '']) {
    await assert.rejects(
      scope.run(() => scopes.devices.openOutput(name, 'append')),
      (error) => isHalError(error, 'permission-denied'),
    );
  }
  assert.deepEqual(opened, []);
  await scope.run(() => scopes.devices.openOutput('labels.prn', 'replace'));
  assert.deepEqual(opened, [
    { path: '/data/output/labels.prn', options: { kinds: ['file', 'fifo'], start: 'replace' } },
  ]);
});

test('nothing is handed out outside a call, and nothing to a group', async () => {
  const { scopes } = makeScopes();
  await assert.rejects(scopes.devices.openPrinterNode('/dev/lp0'), (error) =>
    isHalError(error, 'permission-denied'),
  );
  const group = makeScopes(true).scopes;
  const scope = group.open('LPT1');
  const { devices } = group;
  const uses: readonly (() => Promise<unknown>)[] = [
    () => devices.openPrinterNode('/dev/lp0'),
    () => devices.openOutput('x', 'append'),
    () => devices.listUsb(),
    () => devices.listSerial(),
    () => devices.listPrinterNodes(),
  ];
  for (const use of uses) {
    await assert.rejects(scope.run(use), /belongs to one box/);
  }
});

test('what the machine could not open is told, and fails as it did', async () => {
  const faults: string[] = [];
  const scopes = createDeviceScopes({
    tcp: {
      connect: ({ host }) => Promise.reject(new HalError('no-descriptors', host)),
      listen: () => Promise.reject(new Error('not used')),
    },
    rules: {},
    onFault: (fault) => faults.push(fault),
  });
  const request = { host: 'printer', port: 9100, timeoutMs: 1_000 };
  await assert.rejects(
    scopes.open('desk', 'port').run(() => scopes.devices.connectTcp(request)),
    (error) => isHalError(error, 'no-descriptors'),
  );
  assert.deepEqual(faults, ['no-descriptors']);
});
