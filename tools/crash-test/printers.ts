// Emulated printers that record each session by the document that it carried, and tell when
// something happens.
import { createLinuxHal } from '../../hal/linux/linux.ts';
import { startRawPrinter, type RawPrinter } from '../emulators/raw-printer/printer.ts';
import type { Behaviour } from '../emulators/raw-printer/behaviour.ts';
import { headBytes, idIn } from './documents.ts';
import type { PrinterSession } from './verdict.ts';

export interface RecordingPrinter {
  readonly port: number;
  behave(behaviour: Behaviour): Promise<void>;
  sessions(): readonly PrinterSession[];
  close(): Promise<void>;
}

const hal = createLinuxHal({ wallTrusted: () => true });

export const { clock } = hal;

/** `port` 0 takes a free one; `onEvent` is called at each first byte and at each whole document. */
export async function startRecordingPrinter(
  port: number,
  onEvent: (event: 'first-byte' | 'whole') => void,
): Promise<RecordingPrinter> {
  const heads = new Map<number, Buffer>();
  const printer: RawPrinter = await startRawPrinter({
    tcp: hal.tcp,
    clock,
    address: '127.0.0.1',
    port,
    openSink: async (session) => ({
      async write(bytes) {
        const head = heads.get(session) ?? Buffer.alloc(0);
        if (head.length === 0) onEvent('first-byte');
        if (head.length < headBytes) heads.set(session, Buffer.concat([head, bytes]));
      },
      async finish() {
        onEvent('whole');
      },
      async abandon() {},
    }),
  });
  return {
    port: printer.local.port,
    behave: (behaviour) => printer.behave(behaviour),
    sessions: () =>
      printer.sessions().map(({ number, bytes, sha256, firstByteAtMs, end }) => ({
        documentId: idIn(heads.get(number) ?? Buffer.alloc(0)),
        bytes,
        digest: `sha256:${sha256}`,
        firstByteAtMs,
        end,
      })),
    close: () => printer.close(),
  };
}
