// One appliance before thousands of connections that do nothing, and before documents larger than
// any 32-bit number, while others print.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { openIppClient } from '../bench/ipp-client.ts';
import { peakResidentBytes } from '../bench/peak-memory.ts';
import { seededRandom } from '../bench/random.ts';
import { digestOf, openSink, type Sink } from '../bench/sink.ts';
import { appliance } from '../../firmware/api/schemas/system.ts';
import { createApiClient } from '../../firmware/cli/api-client.ts';
import { addPrinter, startPlaten, type Platen } from '../up/platen.ts';
import { platenFromSources } from '../up/processes.ts';
import { openIdlers } from './idlers.ts';
import { largeDocument, largeDoors, type LargePlace } from './large.ts';

export interface CrowdOptions {
  readonly connections: number;
  /** Documents of quick clients while the others hold on. */
  readonly prints: number;
  readonly largeBytes: number;
}

export interface CrowdReport {
  readonly connections: { readonly tried: number; readonly held: number; readonly refused: number };
  /** From the first octet to the acknowledgement. */
  readonly longestPrintMs: number;
  /** Each arrived byte by byte. */
  readonly large: readonly { readonly door: string; readonly seconds: number }[];
  readonly peakResidentBytes: number;
}

const printer = 'office';
const smallBytes = 4_096;
const arrivalMs = 900_000;

/** Rejects where a document was lost or changed. */
export async function runCrowd(options: CrowdOptions): Promise<CrowdReport> {
  const folder = await mkdtemp(join(tmpdir(), 'platen-crowd-'));
  const sink = await openSink();
  const platen = await startPlaten(platenFromSources, join(folder, 'data'));
  try {
    await addPrinter(platen, printer, sink);
    const place = await placeOf(platen);
    const crowded = await printInCrowd(place, sink, options);
    const large = await printLarge(place, sink, options.largeBytes);
    return { ...crowded, large, peakResidentBytes: await peakResidentBytes(platen.process.pid) };
  } finally {
    await platen.process.stop();
    await sink.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function placeOf({ data, port }: Platen): Promise<LargePlace> {
  const api = createApiClient({ socketPath: join(data, 'platen.sock'), dataFolder: data });
  const { addresses } = await api.get('/system', appliance);
  const portOf = (door: string) => {
    const found = addresses.find(({ what }) => what === door);
    if (found === undefined) throw new Error(`there is no ${door} port`);
    return Number(new URL(found.address).port);
  };
  return { httpPort: port, rawPort: portOf('raw'), lpdPort: portOf('lpd'), printer };
}

async function printInCrowd(
  { httpPort }: LargePlace,
  sink: Sink,
  { connections, prints }: CrowdOptions,
): Promise<Pick<CrowdReport, 'connections' | 'longestPrintMs'>> {
  const random = seededRandom(1);
  const idlers = await openIdlers(httpPort, connections);
  const digests: string[] = [];
  let longestPrintMs = 0;
  let held = 0;
  for (let count = 0; count < prints; count += 1) {
    const bytes = random.bytes(smallBytes + count);
    digests.push(digestOf(bytes));
    const startMs = performance.now();
    // A connection of its own each time: whoever comes now finds a place.
    const client = openIppClient(httpPort, printer);
    await client.print(bytes);
    client.close();
    longestPrintMs = Math.max(longestPrintMs, performance.now() - startMs);
    // Later the first of them have had their time, and are closed.
    if (count === 0) ({ held } = idlers);
  }
  const { refused } = idlers;
  await sink.waitFor(digests, arrivalMs);
  idlers.end();
  return { connections: { tried: connections, held, refused }, longestPrintMs };
}

async function printLarge(
  place: LargePlace,
  sink: Sink,
  sizeBytes: number,
): Promise<CrowdReport['large']> {
  const outcomes: { door: string; seconds: number }[] = [];
  for (const [at, [door, print]] of Object.entries(largeDoors).entries()) {
    const document = largeDocument(at + 1, sizeBytes);
    const startMs = performance.now();
    await print(place, document);
    outcomes.push({ door, seconds: (performance.now() - startMs) / 1_000 });
    await sink.waitFor([document.digest], arrivalMs);
  }
  return outcomes;
}
