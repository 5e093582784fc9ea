// A file, FIFO or printer's node as the device of a port: writes that never wait, and no way back.
import type { OutputDevice } from '../../hal/contract.ts';
import type { PortDevice } from './device.ts';

export function createOutputPortDevice(output: OutputDevice): PortDevice {
  return {
    write: (bytes) => output.write(bytes),
    async finish() {
      await output.sync();
      return { outcome: 'sent', reasons: [] };
    },
    async discard() {
      try {
        await output.takeBack();
      } catch {
        // Part of a document stays in the file; the outcome says that bytes were delivered.
      }
      await output.close();
    },
    close: () => output.close(),
  };
}
