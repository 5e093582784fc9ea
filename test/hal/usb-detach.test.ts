// An interface is taken from the kernel's driver alone; what the kernel answers says the rest.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadLibc } from '../../hal/linux/libc.ts';
import { createFreeInterface, type UsbDetachParts } from '../../hal/linux/usb-detach.ts';

const device = { bus: 1, address: 12 } as const;
const errnos = { EBUSY: 16, ENOTTY: 25, EBADF: 9 } as const;

/** A device node that answers each request so, and what was asked of it. */
function fakeNode(...answers: readonly number[]) {
  const log: string[] = [];
  const left = [...answers];
  const parts: UsbDetachParts = {
    async open(path) {
      log.push(`open ${path}`);
      return { fd: 7, close: async () => void log.push('close') };
    },
    loadIoctl: () => async (descriptor, request, argument) => {
      assert.ok(argument instanceof Uint8Array);
      const bytes = Buffer.from(argument);
      const driver = bytes.toString('latin1', 8).replace(/\0+$/, '');
      const words = bytes.length > 4 ? `, flags ${bytes.readUInt32LE(4)}, ${driver}` : '';
      const number = Number(request) & 0xff;
      log.push(
        `${Number(descriptor)}: request ${number}, interface ${bytes.readUInt32LE(0)}${words}`,
      );
      const errno = left.shift() ?? 0;
      return { value: errno === 0 ? 0 : -1, errno };
    },
  };
  return { log, free: createFreeInterface(parts) };
}

test('an interface is taken from any driver but usbfs, and let go', async () => {
  const { log, free } = fakeNode();
  assert.equal(await free(device, 3), 'free');
  assert.deepEqual(log, [
    'open /dev/bus/usb/001/012',
    '7: request 27, interface 3, flags 2, usbfs',
    '7: request 16, interface 3',
    'close',
  ]);
});

test('one that a program has stays with it', async () => {
  const { log, free } = fakeNode(errnos.EBUSY);
  assert.equal(await free(device, 0), 'busy');
  assert.equal(log.length, 3);
});

test('a kernel that can not, or an addon that is not there, leaves it as it was', async () => {
  assert.equal(await fakeNode(errnos.ENOTTY).free(device, 0), 'unknown');
  const without = createFreeInterface({
    open: async () => assert.fail('it is not opened'),
    loadIoctl() {
      throw new Error('no addon');
    },
  });
  assert.equal(await without(device, 0), 'unknown');
});

test('a call in a thread brings its errno', async () => {
  const ioctl = loadLibc().callAsync('int ioctl(int, unsigned long, void*)');
  assert.deepEqual(await ioctl(-1, 0, new Uint8Array(8)), { value: -1, errno: errnos.EBADF });
});
