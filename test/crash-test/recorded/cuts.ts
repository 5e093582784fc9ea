// Power cuts from a recording of real SQLite and real spool files: each at a random point, judged
// by what clients and devices knew at that point and by what the next life makes of what is left.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Job } from '../../../firmware/jobs/job.ts';
import { FakeDevice } from '../../fakes/fake-monitor.ts';
import { SeededRandom } from '../../world/random.ts';
import { DiskImage } from './image.ts';
import { startLife } from './life.ts';
import { type DiskStep, readTrace, tracedCalls } from './trace.ts';

export interface Recording {
  readonly folder: string;
  readonly steps: readonly DiskStep[];
}

export interface RecordedVerdict {
  readonly accepted: number;
  readonly marked: number;
  /** Marked though its first byte had not left: the cut fell between the start and that byte. */
  readonly cautious: number;
  readonly failures: readonly string[];
}

/** Shortcuts that are put into the recording, to see that they are found. */
export interface RecordedFault {
  readonly skipsSync?: (path: string) => boolean;
  /** Clients hear success before the sync that came right before it; the cuts fall in there. */
  readonly acknowledgesBeforeSync?: boolean;
}

const load = fileURLToPath(new URL('load.ts', import.meta.url));

export async function record(workFolder: string, seed: number): Promise<Recording> {
  const folder = `${workFolder}/recorded`;
  await mkdir(folder);
  const log = `${workFolder}/trace`;
  const how = ['-f', '-qq', '-y', '-xx', '-s', '10000000', '-e', 'signal=none', '-o', log];
  const what = ['-e', `trace=${tracedCalls.join(',')}`];
  await run('strace', [...how, ...what, process.execPath, load, folder, String(seed)]);
  return { folder, steps: readTrace(await readFile(log, 'latin1'), folder) };
}

export async function runRecordedCut(
  { folder, steps }: Recording,
  seed: number,
  workFolder: string,
  fault: RecordedFault = {},
): Promise<RecordedVerdict> {
  const random = new SeededRandom(seed);
  const begin = steps.findIndex((step) => step.kind === 'mark' && step.text === 'begin');
  const end = steps.findIndex((step) => step.kind === 'mark' && step.text === 'end');
  const told = fault.acknowledgesBeforeSync === true ? drawTold(steps, random) : undefined;
  const at = told?.syncAt ?? begin + 1 + random.integer(end - begin);
  const disk = new DiskImage(folder, (path) => fault.skipsSync?.(path) !== true);
  for (const step of steps.slice(0, at)) disk.apply(step);
  const image = `${workFolder}/cut-${seed}`;
  await disk.cut(random, image);
  const known = {
    accepted: idsOf(steps.slice(0, told === undefined ? at : told.toldAt + 1), 'accepted'),
    sent: idsOf(steps.slice(0, at), 'sent'),
    completed: idsOf(steps.slice(0, at), 'completed'),
  };
  try {
    return await judge(image, known);
  } finally {
    await rm(image, { recursive: true, force: true });
  }
}

/** One success that a client heard, and the last sync before it. */
function drawTold(steps: readonly DiskStep[], random: SeededRandom) {
  const tolds = steps.flatMap((step, toldAt) =>
    step.kind === 'mark' && step.text.startsWith('accepted ') ? [toldAt] : [],
  );
  const toldAt = tolds[random.integer(tolds.length)] ?? 0;
  return { toldAt, syncAt: steps.slice(0, toldAt).findLastIndex(({ kind }) => kind === 'sync') };
}

function idsOf(steps: readonly DiskStep[], what: string): ReadonlySet<string> {
  return new Set(
    steps.flatMap((step) =>
      step.kind === 'mark' && step.text.startsWith(`${what} `)
        ? [step.text.slice(what.length + 1)]
        : [],
    ),
  );
}

interface Known {
  readonly accepted: ReadonlySet<string>;
  readonly sent: ReadonlySet<string>;
  readonly completed: ReadonlySet<string>;
}

async function judge(image: string, known: Known): Promise<RecordedVerdict> {
  const devices = [new FakeDevice('left'), new FakeDevice('right')];
  const ended = Promise.withResolvers<void>();
  let look: () => Promise<void> = () => Promise.resolve();
  // What fails before the end ends the wait; a look that the stop overtakes says nothing more.
  const onEvent = () => void look().catch((error: unknown) => ended.reject(error));
  const life = await startLife({ folder: image, devices, onEvent });
  const { jobs } = life.spooler;
  look = async () => {
    const waiting = await jobs.list({ which: 'not-completed', limit: 1_000 });
    if (waiting.every(({ state }) => state === 'pending-held')) ended.resolve();
  };
  await look();
  await ended.promise;
  const all = await jobs.list({ which: 'all', limit: 1_000 });
  await life.stop();
  return verdictOf(all, devices, known);
}

function verdictOf(
  all: readonly Job[],
  devices: readonly FakeDevice[],
  { accepted, sent, completed }: Known,
): RecordedVerdict {
  const failures: string[] = [];
  let [marked, cautious] = [0, 0];
  for (const id of accepted) {
    const job = all.find((one) => one.id === id);
    const sheets = devices.flatMap((device) => device.touchedBy(id));
    const what = `job ${job?.number ?? id} (${job?.state ?? 'gone'}, sheets ${sheets.length})`;
    const isMarked = job?.possiblyPrintedTwice === true;
    if (isMarked) marked += 1;
    const [document] = job?.documents ?? [];
    const isWhole = sheets.some(({ bytes }) => digestOf(bytes) === document?.digest);
    const isDone = completed.has(id) || (sent.has(id) && sheets.length === 0) || isWhole;
    if (job?.state !== 'completed' || !isDone) failures.push(`lost: ${what}`);
    if (completed.has(id) && sheets.length > 0) {
      failures.push(`completed and printed again: ${what}`);
    }
    if (sent.has(id) && sheets.length > 0 && !isMarked) {
      failures.push(`doubled without a mark: ${what}`);
    }
    if (isMarked && !sent.has(id)) {
      if (job.attempts > 1) cautious += 1;
      else failures.push(`marked without a reason: ${what}`);
    }
  }
  return { accepted: accepted.size, marked, cautious, failures };
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function run(program: string, words: readonly string[]): Promise<void> {
  const child = spawn(program, words, { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${program} ended with ${code}`)),
    );
  });
}
