// Fills the disk under a working appliance at random moments and to random degrees, again and
// again: nothing is lost or doubled, and service comes back when space does.
import { spawn } from 'node:child_process';
import { mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seededRandom, type SeededRandom } from '../bench/random.ts';
import { addPrinter } from '../up/platen.ts';
import { startAppliance, type CrashAppliance } from './appliance.ts';
import { countsOf } from './crashes.ts';
import { doors } from './doors.ts';
import { Load } from './load.ts';
import { clock, type RecordingPrinter, startRecordingPrinter } from './printers.ts';
import { judge, sum, type Verdict } from './verdict.ts';

/** So large that it is not low once the ballast is gone: the appliance would go on saying so. */
const diskMegabytes = 288;
const printer = 'office';
const longestLoadMs = 700;
const longestFullMs = 1_500;
const patienceMs = 90_000;
const pollMs = 50;
/** What the disk is left with; 0 fills it to the last byte. */
const leftBytes = [0, 0, 4_096, 64 * 1024, 1024 * 1024, 66 * 1024 * 1024] as const;

/** In a mount namespace of its own, so that the small disk ends with it. */
export async function runFullDisks(
  rounds: number,
  seed: number,
): Promise<{ readonly passed: boolean; readonly output: string }> {
  const self = fileURLToPath(import.meta.url);
  const words = [process.execPath, self, '--rounds', String(rounds), '--seed', String(seed)];
  const asRoot = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  const child = spawn('unshare', ['--mount', ...asRoot, ...words], { stdio: 'pipe' });
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({ passed: code === 0, output: Buffer.concat(output).toString() }),
    );
  });
}

async function inside(rounds: number, seed: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'platen-full-'));
  await run('mount', '-t', 'tmpfs', '-o', `size=${diskMegabytes}m`, 'tmpfs', folder);
  const report = (line: string) => void process.stdout.write(`${line}\n`);
  report(`${rounds} full disks, seed ${seed}`);
  try {
    const verdict = await new FullDisk(folder, seed, report).run(rounds);
    report(`${verdict.failures.length === 0 ? 'passed' : 'FAILED'}: ${countsOf(verdict)}`);
    return verdict.failures.length === 0 ? 0 : 1;
  } finally {
    await run('umount', '--lazy', folder);
    await rm(folder, { recursive: true, force: true });
  }
}

class FullDisk {
  readonly #folder: string;
  readonly #seed: number;
  readonly #report: (line: string) => void;
  #lastNumber = 0;

  constructor(folder: string, seed: number, report: (line: string) => void) {
    this.#folder = folder;
    this.#seed = seed;
    this.#report = report;
  }

  async run(rounds: number): Promise<Verdict> {
    const device = await startRecordingPrinter(0, () => undefined);
    const appliance = await startAppliance(`${this.#folder}/data`);
    const verdicts: Verdict[] = [];
    try {
      await addPrinter(appliance.platen, printer, { port: device.port });
      for (let round = 1; round <= rounds; round += 1) {
        const verdict = await this.#round(round, appliance, device);
        for (const failure of verdict.failures) this.#report(`round ${round}: ${failure}`);
        verdicts.push(verdict);
      }
    } finally {
      await appliance.platen.process.stop();
      await device.close();
    }
    return sum(verdicts);
  }

  async #round(
    round: number,
    appliance: CrashAppliance,
    device: RecordingPrinter,
  ): Promise<Verdict> {
    const random = seededRandom(this.#seed * 100_003 + round);
    const load = new Load();
    const rawPort = (await appliance.rawPort(printer)) ?? 0;
    const { socketPath, lpdPort, platen } = appliance;
    const places = { httpPort: platen.port, rawPort, lpdPort, socketPath, printer };
    const clients = Object.entries(doors).map(([door, send]) =>
      load.client(door, `${this.#seed}-${round}-${door}`, random, (document) =>
        send(places, document),
      ),
    );
    await sleep(random.integer(longestLoadMs));
    const ballast = await this.#fill(random);
    await sleep(random.integer(longestFullMs));
    load.stop();
    await Promise.all(clients);
    await rm(ballast);
    const isBack = await this.#comesBack(appliance);
    const { jobs, lastNumber } = await appliance.jobsAfter(this.#lastNumber);
    this.#lastNumber = lastNumber;
    const { documents } = load;
    const endedAtMs = clock.monotonicMs();
    const facts = { documents, sessions: device.sessions(), completedBefore: new Set<string>() };
    const verdict = judge({ ...facts, jobs, killedAtMs: endedAtMs, restartedAtMs: endedAtMs });
    return isBack
      ? verdict
      : { ...verdict, failures: [...verdict.failures, 'service did not come back'] };
  }

  async #fill(random: SeededRandom): Promise<string> {
    const path = `${this.#folder}/ballast`;
    const keep = leftBytes[random.integer(leftBytes.length)] ?? 0;
    const { bavail, bsize } = await statfs(this.#folder);
    const file = await open(path, 'w');
    try {
      const step = Buffer.alloc(64 * 1024);
      for (let left = bavail * bsize - keep; left > 0; ) {
        const { bytesWritten } = await file.write(step, 0, Math.min(step.length, left));
        left -= bytesWritten;
      }
    } catch (error) {
      // The appliance took the last of it meanwhile: it is full all the same.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    } finally {
      await file.close();
    }
    return path;
  }

  /** Everything accepted has printed, and the appliance says that all is well. */
  async #comesBack(appliance: CrashAppliance): Promise<boolean> {
    const lateMs = clock.monotonicMs() + patienceMs;
    while (clock.monotonicMs() < lateMs) {
      if ((await appliance.unfinished()) === 0 && (await appliance.isWell())) return true;
      await sleep(pollMs);
    }
    return false;
  }
}

function run(program: string, ...words: readonly string[]): Promise<void> {
  const child = spawn(program, words, { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${program} ended with ${code}`)),
    );
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { rounds: { type: 'string' }, seed: { type: 'string' } },
  });
  process.exitCode = await inside(Number(values.rounds), Number(values.seed));
}
