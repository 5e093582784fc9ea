// A serial port as the device of a port: bytes both ways, and its lines when it takes nothing.
import type { SerialPort } from '../../hal/contract.ts';
import type { Hindrance, PortDevice } from '../device-port/device.ts';
import { warningOf } from '../ports/reasons.ts';
import type { SerialSettings } from './settings.ts';

export function createSerialDevice(port: SerialPort, { flow }: SerialSettings): PortDevice {
  return {
    write: (bytes) => port.write(bytes),
    read: () => port.read(),
    async askHindrance(): Promise<Hindrance | undefined> {
      const lines = await port.lines();
      if (lines === undefined || flow !== 'rts-cts' || lines.cts) return undefined;
      const message = lines.dsr
        ? 'the printer holds the line (CTS is off): it is full, off-line or out of paper'
        : 'the printer is off or not connected (CTS and DSR are off)';
      return { reasons: [warningOf('offline-report')], message };
    },
    /** A line has no acknowledgement: what the other side lets pass, it has taken. */
    async finish(signal) {
      await port.settled(signal);
      return { outcome: 'sent', reasons: [] };
    },
    discard: () => port.close({ dropUnsent: true }),
    close: () => port.close({ dropUnsent: false }),
  };
}
