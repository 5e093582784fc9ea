// Steps that scenarios share.
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BoxJob, BoxPrinter } from '../box-client.ts';
import { type Booth, hostInGuest, makeDocument, until } from '../booth.ts';

export const kib = 1024;
export const networkPrinter = 'net';

export function digestOf(document: Uint8Array): string {
  return createHash('sha256').update(document).digest('hex');
}

export const isDone = ({ state }: { readonly state: string }) => state === 'completed';

/** The printer that the box made by itself of what is plugged in. */
export async function foundPrinter(booth: Booth, serialNumber: string): Promise<BoxPrinter> {
  return until(booth, `a printer of ${serialNumber}`, async () =>
    (await booth.client.printers()).find(({ name }) => name.includes(serialNumber)),
  );
}

/** The network printer, added where it is not there yet. */
export async function netPrinter(booth: Booth): Promise<BoxPrinter> {
  const find = async () =>
    (await booth.client.printers()).find(({ name }) => name === networkPrinter);
  if ((await find()) === undefined) {
    const { port } = booth.network.local;
    await booth.client.addNetworkPrinter(networkPrinter, hostInGuest, port);
  }
  return until(booth, 'the network printer', find);
}

/** Nothing else may come to a printer between the bytes that are looked at: its set-up page. */
export async function allJobsDone(booth: Booth): Promise<void> {
  await until(booth, 'the end of all jobs', async () =>
    (await booth.client.jobs()).every(isOver) ? true : undefined,
  );
}

const isOver = ({ state }: BoxJob) => ['completed', 'canceled', 'aborted'].includes(state);

/** By this machine's own lp; resolves with what was sent once the printer has it. */
export async function printByLp(
  booth: Booth,
  printer: string,
  sizeBytes: number,
  arrived: () => Promise<string | undefined>,
): Promise<string> {
  const document = makeDocument(sizeBytes);
  const file = join(booth.folder, 'document');
  await writeFile(file, document);
  const startMs = booth.nowMs();
  await booth.client.lp(printer, file);
  await same(booth, `the document at ${printer}`, digestOf(document), arrived);
  const seconds = ((booth.nowMs() - startMs) / 1000).toFixed(1);
  return `${printer}: ${sizeBytes / kib} KiB by lp, byte-equal, in ${seconds} s`;
}

export async function same(
  booth: Booth,
  what: string,
  digest: string,
  arrived: () => Promise<string | undefined>,
): Promise<void> {
  try {
    await until(booth, what, async () => ((await arrived()) === digest ? true : undefined));
  } catch (error) {
    const jobs = JSON.stringify(await booth.client.jobs());
    throw new Error(`${what} is not as it was sent: ${jobs}`, { cause: error });
  }
}

/** What a file has from a byte on: QEMU appends to it what a port was given. */
export async function fileDigest(file: string, fromByte: number): Promise<string> {
  return digestOf((await readFile(file)).subarray(fromByte));
}

/** Resolves once the network printer has all of them, each to its end. */
export async function arrivedOnNetwork(booth: Booth, digests: readonly string[]): Promise<void> {
  const missing = () => {
    const whole = booth.network.sessions().filter(({ end }) => end === 'fin');
    const there = new Set(whole.map(({ sha256 }) => sha256));
    return digests.filter((digest) => !there.has(digest)).length;
  };
  try {
    await until(booth, 'printing', async () => (missing() === 0 ? true : undefined));
  } catch (error) {
    const jobs = JSON.stringify(await booth.client.jobs());
    throw new Error(`${missing()} of ${digests.length} documents did not arrive: ${jobs}`, {
      cause: error,
    });
  }
}
