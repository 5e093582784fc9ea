// A real cupsd with a raw queue, beside Platen in the table.
import { startEmulator } from '../../up/platen.ts';
import { cupsd } from '../../bench/peers/cupsd.ts';
import type { Subject } from '../subject.ts';

export const cupsdRaw: Subject = {
  name: 'cupsd, raw queue',
  file: 'octets.bin',
  type: 'application/octet-stream',
  everywhere: false,
  async start(folder) {
    const emulator = await startEmulator(`${folder}/received`);
    try {
      const server = await cupsd.start({ folder, sinkPort: emulator.port, paused: false });
      return {
        uri: `ipp://127.0.0.1:${server.port}/printers/${server.queue}`,
        async stop() {
          await server.stop();
          await emulator.process.stop();
        },
      };
    } catch (error) {
      await emulator.process.stop();
      throw error;
    }
  },
};
