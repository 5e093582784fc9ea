// Builds the program that takes a USB interface from others.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../run.ts';

const source = fileURLToPath(new URL('usb_claim.c', import.meta.url));

/** Resolves with the program's path; it needs no library. */
export async function buildUsbClaim(folder: string): Promise<string> {
  const built = join(folder, `usb_claim-${process.pid}`);
  await run('gcc', ['-static', '-Os', '-o', built, source], folder);
  return built;
}
