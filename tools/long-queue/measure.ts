// What a long queue costs: the start of the whole process, one job more, a page of the list, and
// memory; each beside the same with an empty queue.

import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';

import { cpuTimeMs } from '../bench/cpu-time.ts';
import { type IppClient, openIppClient } from '../bench/ipp-client.ts';
import { seededRandom } from '../bench/random.ts';
import { summarise } from '../bench/statistics.ts';
import { type Platen, startPlaten } from '../up/platen.ts';
import { type PlatenCommand, platenFromSources } from '../up/processes.ts';
import { fillQueue, PRINTER } from './fill.ts';

const DOCUMENT_BYTES = 4096;
const PAGE_JOBS = 100;
const PAGES = 5;
/** Adds that do not count: caches and compilers get warm. */
const WARM_UPS = 20;

export interface LongQueueOptions {
  readonly jobs: number;
  /** Jobs that are added to either queue, one at a time and in turns. */
  readonly adds: number;
  /** An empty folder on a disk. */
  readonly folder: string;
  readonly report: (line: string) => void;
  /** From the sources unless given. */
  readonly command?: PlatenCommand;
}

/** What was measured of one queue. */
export interface QueueFigures {
  /** From the start of the process until everything listens. */
  readonly startMs: number;
  /** Processor time of that. */
  readonly startCpuMs: number;
  /** The median of adding one job durably. */
  readonly addMs: number;
  /** Processor time of that. */
  readonly addCpuMs: number;
  /** The slowest of a few pages of the list. */
  readonly pageMs: number;
  readonly residentBytes: number;
}

export interface LongQueueFigures {
  readonly empty: QueueFigures;
  readonly long: QueueFigures;
}

export async function measureLongQueue(options: LongQueueOptions): Promise<LongQueueFigures> {
  const { jobs, folder, report, command = platenFromSources } = options;
  const [emptyFolder, longFolder] = [join(folder, 'empty'), join(folder, 'long')];
  await fillQueue(emptyFolder, 0);
  report(`filling a queue with ${jobs} jobs`);
  await fillQueue(longFolder, jobs);
  const empty = await start(command, emptyFolder);
  try {
    const long = await start(command, longFolder);
    try {
      report('adding jobs to both, in turns');
      await addInTurns([empty, long], WARM_UPS);
      const [toEmpty, toLong] = await addInTurns([empty, long], options.adds);
      if (toEmpty === undefined || toLong === undefined) throw new Error('nothing was added');
      return {
        empty: await figuresOf(empty, toEmpty, 0),
        long: await figuresOf(long, toLong, jobs),
      };
    } finally {
      await long.platen.process.stop();
    }
  } finally {
    await empty.platen.process.stop();
  }
}

interface Started {
  readonly platen: Platen;
  readonly startMs: number;
  readonly startCpuMs: number;
}

async function start(command: PlatenCommand, folder: string): Promise<Started> {
  const startMs = performance.now();
  const platen = await startPlaten(command, folder);
  return {
    platen,
    startMs: performance.now() - startMs,
    startCpuMs: await cpuTimeMs(platen.process.pid),
  };
}

interface Adds {
  /** Of each. */
  readonly timesMs: readonly number[];
  /** Of all of them. */
  readonly cpuMs: number;
}

/** The order changes with each job, so that neither queue is always the one that waits. */
async function addInTurns(queues: readonly Started[], adds: number): Promise<readonly Adds[]> {
  const random = seededRandom(1);
  const clients = await Promise.all(
    queues.map(async ({ platen }) => ({
      pid: platen.process.pid,
      cpuBeforeMs: await cpuTimeMs(platen.process.pid),
      client: openIppClient(platen.port, PRINTER),
      timesMs: new Array<number>(),
    })),
  );
  try {
    for (let round = 0; round < adds; round += 1) {
      const document = random.bytes(DOCUMENT_BYTES);
      for (const { client, timesMs } of random.shuffled(clients)) {
        timesMs.push(await timeOf(client, document));
      }
    }
  } finally {
    for (const { client } of clients) client.close();
  }
  return await Promise.all(
    clients.map(async ({ pid, cpuBeforeMs, timesMs }) => ({
      timesMs,
      cpuMs: (await cpuTimeMs(pid)) - cpuBeforeMs,
    })),
  );
}

async function timeOf(client: IppClient, document: Uint8Array): Promise<number> {
  const startMs = performance.now();
  await client.print(document);
  return performance.now() - startMs;
}

async function figuresOf(
  { platen, startMs, startCpuMs }: Started,
  { timesMs, cpuMs }: Adds,
  jobs: number,
): Promise<QueueFigures> {
  const pageMs = await slowestPage(platen, jobs);
  const residentBytes = await resident(platen.process.pid);
  const addMs = summarise(timesMs).median;
  const addCpuMs = cpuMs / timesMs.length;
  return { startMs, startCpuMs, addMs, addCpuMs, pageMs, residentBytes };
}

/** Pages from the front, in the middle and at the end; each has as many jobs as were asked for. */
async function slowestPage(platen: Platen, jobs: number): Promise<number> {
  let slowestMs = 0;
  for (let page = 0; page < PAGES; page += 1) {
    const after = Math.floor((Math.max(0, jobs - PAGE_JOBS) * page) / (PAGES - 1));
    const startMs = performance.now();
    const items = await listPage(join(platen.data, 'platen.sock'), after);
    slowestMs = Math.max(slowestMs, performance.now() - startMs);
    const wanted = Math.min(PAGE_JOBS, jobs);
    if (items < wanted) throw new Error(`a page after job ${after} has ${items} of ${wanted} jobs`);
  }
  return slowestMs;
}

function listPage(socketPath: string, after: number): Promise<number> {
  const query = `limit=${PAGE_JOBS}${after === 0 ? '' : `&after=${after}`}`;
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path: `/api/v1/jobs?${query}` }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('error', reject);
      answer.once('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (answer.statusCode !== 200) return reject(new Error(`the list answered ${text}`));
        const page: { readonly items: readonly unknown[] } = JSON.parse(text);
        resolve(page.items.length);
      });
    });
    asked.once('error', reject);
    asked.end();
  });
}

/** VmRSS of proc(5). */
async function resident(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kibibytes = /^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1];
  if (kibibytes === undefined) throw new Error(`process ${pid} tells no memory`);
  return Number(kibibytes) * 1024;
}
