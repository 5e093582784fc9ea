// An emulated raw printer as a process of its own, which reads no faster than it is told.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../emulators/raw-printer.ts', import.meta.url));

export interface PacedPrinter {
  readonly port: number;
  stop(): Promise<void>;
}

/** The pace is that of each connection. */
export async function startRawPrinterProcess(behaviour: {
  readonly bytesPerSecond: number;
}): Promise<PacedPrinter> {
  const child = spawn(process.execPath, [program, '--behave', JSON.stringify(behaviour)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  const first = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  const ends: { readonly printer: { readonly port: number } } = JSON.parse(String(first.value));
  return {
    port: ends.printer.port,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
