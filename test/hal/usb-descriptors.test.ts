// Descriptors of USB devices are read as the kernel keeps them, and garbage does no harm.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert as always, integer, property, uint8Array } from 'fast-check';
import { createLinuxUsb } from '../../hal/linux/usb.ts';
import { parseInterfaces } from '../../hal/linux/usb-descriptors.ts';
import {
  configurationDescriptor,
  deviceDescriptor,
} from '../../tools/emulators/usb-printer/descriptors.ts';
import { makeModel } from '../../tools/emulators/usb-printer/models.ts';

test('interfaces with their alternate settings and pipes', () => {
  const model = makeModel('both', { serialNumber: '1' });
  const bytes = Buffer.concat([deviceDescriptor(model), configurationDescriptor(model)]);
  const found = parseInterfaces(bytes, 1);
  assert.deepEqual(
    found.map(({ number, alternate, protocol }) => [number, alternate, protocol]),
    [
      [0, 0, 2],
      [0, 1, 4],
      [1, 0, 2],
      [1, 1, 4],
    ],
  );
  assert.deepEqual(found[3], {
    number: 1,
    alternate: 1,
    classCode: 7,
    subclass: 1,
    protocol: 4,
    endpoints: [
      { address: 0x02, type: 'bulk', maxPacketBytes: 512 },
      { address: 0x82, type: 'bulk', maxPacketBytes: 512 },
    ],
  });
  assert.deepEqual(parseInterfaces(bytes, 2), [], 'of the active configuration only');
});

test('bytes of any kind, and descriptors that break off', () => {
  const model = makeModel('ipp');
  const bytes = configurationDescriptor(model);
  for (let length = 0; length <= bytes.length; length++) {
    assert.ok(parseInterfaces(bytes.subarray(0, length), 1).length <= 3);
  }
  always(
    property(uint8Array({ maxLength: 500 }), integer({ min: 0, max: 255 }), (garbage, number) => {
      assert.ok(parseInterfaces(garbage, number).length <= garbage.length);
    }),
  );
});

test('a machine without USB has no devices', async () => {
  for (const { path } of await createLinuxUsb().list()) assert.match(path, /^\d+-\d/);
});
