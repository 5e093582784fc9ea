// One power cut in simulation: the production spooler under load on a disk that loses what was not
// synced, and what came of it.
import type { PlatenEvent } from '../../firmware/events/event.ts';
import type { Job } from '../../firmware/jobs/job.ts';
import { FakeDevice } from '../fakes/fake-monitor.ts';
import { administrator, Bench, type BenchOptions, streamOf } from '../spooler/bench.ts';
import { SeededRandom } from '../world/random.ts';

export interface CutVerdict {
  readonly acknowledged: number;
  readonly marked: number;
  readonly held: number;
  /** Marked because the power went between the start's commit and the first byte. */
  readonly cautious: number;
  /** What is wrong, one sentence each. */
  readonly failures: readonly string[];
}

const longestOperations = 320;
const clients = 3;
const jobsPerClient = 6;
const restMs = 7_200_000;
/** Left after a few jobs. */
const smallSegmentBytes = 6_000;

/** `fault` is put between the spooler and its disk or store, to see that it is found. */
export async function runPowerCut(seed: number, fault: BenchOptions = {}): Promise<CutVerdict> {
  const random = new SeededRandom(seed);
  const devices = [new FakeDevice('left'), new FakeDevice('right')];
  const segmentBytes = seed % 2 === 0 ? smallSegmentBytes : undefined;
  const bench = new Bench({
    seed,
    devices,
    ...(segmentBytes === undefined ? {} : { segmentBytes }),
    ...fault,
  });
  const told = new Told();
  await bench.boot();
  await bench.addPrinter('office', {
    interrupted: seed % 5 === 0 ? 'hold' : 'restart',
    startPrinting: seed % 3 === 0 ? 'at-once' : 'spooled',
  });
  drawDevices(devices, random);
  const cut = bench.cutAfter(1 + random.integer(longestOperations));
  const { events } = bench.life;
  const load = Promise.allSettled(
    Array.from({ length: clients }, () => client(bench, random, told)),
  );
  await Promise.race([cut, bench.during(load).then(() => bench.pass(5_000))]);
  told.heard(events);
  bench.powerCut();
  told.cutAt(devices);
  for (const device of devices) mend(device);
  await bench.boot();
  await rest(bench);
  const verdict = await told.verdict(bench, devices);
  // Ten thousand machines follow one another in this process.
  bench.powerCut();
  return verdict;
}

/** What clients heard, and what devices had at the moment of the cut. */
class Told {
  readonly accepted = new Map<string, Job>();
  readonly askedToCancel = new Set<string>();
  readonly cancelled = new Set<string>();
  readonly completed = new Set<string>();
  readonly #before = new Map<string, number>();
  #offered: ReadonlySet<string> = new Set();

  /** Reads what was told by now; events of a dead appliance stay. */
  heard(events: readonly PlatenEvent[]): void {
    for (const event of events) {
      if (event.type !== 'job-state-changed' || event.facts['state'] !== 'completed') continue;
      this.completed.add(event.jobId);
    }
  }

  cutAt(devices: readonly FakeDevice[]): void {
    this.#offered = new Set(devices.flatMap(({ offered }) => [...offered]));
    for (const { jobUuid, bytes } of devices.flatMap((device) => device.sheets)) {
      if (bytes.length > 0) this.#before.set(jobUuid, (this.#before.get(jobUuid) ?? 0) + 1);
    }
  }

  async verdict(bench: Bench, devices: readonly FakeDevice[]): Promise<CutVerdict> {
    const failures: string[] = [];
    let [marked, held, cautious] = [0, 0, 0];
    for (const { id, number, documents } of this.accepted.values()) {
      const job = await bench.spooler.jobs.find(id);
      const touched = devices.flatMap((device) => device.touchedBy(id));
      const whole = devices.flatMap((device) => device.wholeSheets(id));
      const before = this.#before.get(id) ?? 0;
      const copies = documents.length;
      if (job?.possiblyPrintedTwice === true) marked += 1;
      const isHeld = job?.state === 'pending-held' && job.possiblyPrintedTwice;
      if (isHeld) held += 1;
      const sheets = `${before} + ${touched.length - before}`;
      const what = `job ${number} (${job?.state ?? 'gone'}, ${sheets})`;
      // The cut may have kept the answer back.
      if (job?.state === 'canceled' && this.askedToCancel.has(id)) continue;
      if (this.cancelled.has(id)) {
        if (touched.length > before) failures.push(`cancelled and printed: ${what}`);
        continue;
      }
      if (!isHeld && (job?.state !== 'completed' || whole.length < copies)) {
        failures.push(`lost: ${what}`);
      }
      if (this.completed.has(id) && touched.length > before) {
        failures.push(`completed and printed again: ${what}`);
      }
      if (touched.length > copies && job?.possiblyPrintedTwice !== true) {
        failures.push(`doubled without a mark: ${what}`);
      }
      // A byte that was handed over before the cut has left, whether the device took it or not.
      const hadLeft = before > 0 || this.#offered.has(id);
      if (job?.possiblyPrintedTwice === true && touched.length <= copies && !hadLeft) {
        // After a power cut nothing tells a start that was just committed from one that had sent
        // its first byte. A mark on a job that was started once only has no reason at all.
        if (job.attempts > (isHeld ? 0 : 1)) cautious += 1;
        else failures.push(`marked without a reason: ${what}`);
      }
    }
    return { acknowledged: this.accepted.size, marked, held, cautious, failures };
  }
}

async function client(bench: Bench, random: SeededRandom, told: Told): Promise<void> {
  for (let count = 0; count < jobsPerClient; count += 1) {
    const job = await (random.integer(5) === 0
      ? submitParts(bench, random)
      : submitOne(bench, random));
    if (job === undefined) return;
    told.accepted.set(job.id, job);
    if (random.integer(8) === 0) await cancel(bench, job, told);
  }
}

async function submitOne(bench: Bench, random: SeededRandom): Promise<Job | undefined> {
  const answer = await bench.submit(documentOf(random));
  return answer.kind === 'accepted' ? answer.job : undefined;
}

async function submitParts(bench: Bench, random: SeededRandom): Promise<Job | undefined> {
  const { intake } = bench.spooler;
  const printerId = (await bench.printer()).id;
  const made = await intake.create({ printerId, name: 'parts', origin });
  if (made.kind === 'refused') return undefined;
  const document = { name: '', format: 'application/octet-stream' };
  const { id } = made.job;
  await intake.add(id, streamOf(documentOf(random)), { document, last: false });
  const last = await intake.add(id, streamOf(documentOf(random)), { document, last: true });
  return last.kind === 'accepted' ? last.job : undefined;
}

const origin = {
  door: 'ipp',
  userName: 'ada',
  address: '192.0.2.7',
  authenticated: false,
} as const;

async function cancel(bench: Bench, job: Job, told: Told): Promise<void> {
  told.askedToCancel.add(job.id);
  const answer = await bench.spooler.jobs.cancel(job.id, administrator);
  if (answer.kind === 'done') told.cancelled.add(job.id);
}

function documentOf(random: SeededRandom): Uint8Array {
  return random.bytes(
    random.integer(7) === 0 ? 66_000 + random.integer(9_000) : 1 + random.integer(900),
  );
}

function drawDevices(devices: readonly FakeDevice[], random: SeededRandom): void {
  for (const device of devices) {
    const draw = random.integer(6);
    if (draw === 0) device.power = 'off';
    if (draw === 1) device.stallAtBytes = random.integer(500);
    if (draw === 2) device.pieceBytes = 1 + random.integer(300);
  }
}

function mend(device: FakeDevice): void {
  device.power = 'on';
  device.stallAtBytes = undefined;
}

/** Until nothing waits but what waits for a person. */
async function rest(bench: Bench): Promise<void> {
  const unfinished = async () => {
    const jobs = await bench.spooler.jobs.list({ which: 'not-completed', limit: 1_000 });
    return jobs.filter((job) => job.state !== 'pending-held').length;
  };
  await bench.until(async () => (await unfinished()) === 0, restMs, 'an empty queue');
}
