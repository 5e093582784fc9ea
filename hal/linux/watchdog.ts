// The hardware watchdog, /dev/watchdog of the kernel's watchdog API.
import { open } from 'node:fs/promises';
import { isHalError, toHalError } from '../errors.ts';
import type { Watchdog } from '../network.ts';

const device = '/dev/watchdog';

export function createLinuxWatchdog(): Watchdog {
  return {
    async open() {
      try {
        const handle = await open(device, 'w');
        return {
          pat: async () => void (await handle.write('1')),
          async close() {
            // The magic character: without it closing does not disarm.
            await handle.write('V');
            await handle.close();
          },
        };
      } catch (error) {
        // None, or somebody else's: the machine goes on without it.
        if (isHalError(toHalError(error, device))) return undefined;
        throw error;
      }
    },
  };
}
