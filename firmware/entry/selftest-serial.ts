// Part of `platen selftest`: bytes go along a serial line, whose other end is a pseudo-terminal.
import type { Hal } from '../../hal/contract.ts';
import { openPty } from '../../hal/linux/pty.ts';
import { startDeadline } from '../../hal/time.ts';
import { CliError } from '../cli/command.ts';
import { entryLimits } from '../limits/entry-limits.ts';

const line = {
  baudRate: 9_600,
  dataBits: 8,
  parity: 'none',
  stopBits: 1,
  flow: 'none',
  dtr: true,
} as const;
/** Less than a terminal holds: nobody reads while it is written. */
const lineBytes = 1_024;

/** Every octet has to come out as it went in: a line that is not raw changes some. */
export async function sendBySerial({
  clock,
  serial,
}: Pick<Hal, 'clock' | 'serial'>): Promise<void> {
  using deadline = startDeadline(clock, entryLimits.selftestMs);
  const pty = openPty(clock);
  try {
    const port = await serial.open(pty.path, line);
    try {
      const sent = Buffer.from(Array.from({ length: lineBytes }, (_, at) => at % 256));
      for (let at = 0; at < sent.length; ) at += await port.write(sent.subarray(at));
      const parts: Uint8Array[] = [];
      for (let left = sent.length; left > 0; ) {
        const part = await pty.read(deadline.signal);
        parts.push(part.slice());
        left -= part.length;
      }
      if (!Buffer.concat(parts).equals(sent)) {
        throw new CliError('Bytes changed on their way along the serial line.');
      }
    } finally {
      await port.close({ dropUnsent: true });
    }
  } finally {
    pty.close();
  }
}
