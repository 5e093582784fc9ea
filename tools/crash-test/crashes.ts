// Kills the appliance at random moments under load, again and again, and judges each run once the
// next process has come to rest.
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom, type SeededRandom } from '../bench/random.ts';
import type { Behaviour } from '../emulators/raw-printer/behaviour.ts';
import type { PlatenCommand } from '../up/processes.ts';
import { startAppliance, type CrashAppliance } from './appliance.ts';
import { doors } from './doors.ts';
import { Load } from './load.ts';
import { clock, type RecordingPrinter, startRecordingPrinter } from './printers.ts';
import { addQueues, deviceCount, queues } from './queues.ts';
import { judge, type RunFacts, sum, type Verdict } from './verdict.ts';

export interface CrashOptions {
  readonly runs: number;
  readonly seed: number;
  /** An empty folder. */
  readonly folder: string;
  readonly report: (line: string) => void;
  readonly command?: PlatenCommand;
}

const clientsPerDoor = 2;
const longestLoadMs = 900;
const restPatienceMs = 60_000;
const pollMs = 25;

/** When the kill comes: after a time, or with the n-th event of one kind. */
interface KillPlan {
  readonly at: 'time' | 'acknowledgement' | 'first-byte' | 'whole';
  readonly count: number;
}

export async function runCrashes(options: CrashOptions): Promise<Verdict> {
  const chain = new CrashChain(options);
  try {
    return await chain.run();
  } finally {
    await chain.end();
  }
}

class CrashChain {
  readonly #options: CrashOptions;
  readonly #verdicts: Verdict[] = [];
  #appliance: CrashAppliance | undefined;
  #printers: readonly RecordingPrinter[] = [];
  #lastNumber = 0;
  #onEvent: (event: KillPlan['at']) => void = () => {};

  constructor(options: CrashOptions) {
    this.#options = options;
  }

  async run(): Promise<Verdict> {
    const { runs, seed, report } = this.#options;
    await this.#setUp();
    for (let run = 1; run <= runs; run += 1) {
      const random = seededRandom(seed * 100_003 + run);
      const facts = await this.#loadAndKill(run, random);
      const verdict = await this.#judgeAfterRestart(facts);
      this.#verdicts.push(verdict);
      for (const failure of verdict.failures) report(`run ${run}: ${failure}`);
      if (run % 20 === 0 || run === runs) report(`${run} of ${runs}: ${countsOf(this.total)}`);
    }
    return this.total;
  }

  get total(): Verdict {
    return sum(this.#verdicts);
  }

  async end(): Promise<void> {
    await this.#appliance?.platen.process.stop();
    for (const printer of this.#printers) await printer.close();
  }

  async #setUp(): Promise<void> {
    await this.#startPrinters(Array.from({ length: deviceCount }, () => 0));
    this.#appliance = await startAppliance(this.#data, this.#options.command);
    const ports = this.#printers.map(({ port }) => port);
    await addQueues(this.#appliance.platen, ports);
  }

  get #data(): string {
    return `${this.#options.folder}/data`;
  }

  async #startPrinters(ports: readonly number[]): Promise<void> {
    const started = ports.map((port) =>
      startRecordingPrinter(port, (event) => this.#onEvent(event)),
    );
    this.#printers = await Promise.all(started);
  }

  get #running(): CrashAppliance {
    if (this.#appliance === undefined) throw new Error('the appliance is not started');
    return this.#appliance;
  }

  async #loadAndKill(run: number, random: SeededRandom): Promise<Omit<RunFacts, 'jobs'>> {
    const { platen, socketPath, lpdPort } = this.#running;
    const rawPorts = await Promise.all(queues.map(({ name }) => this.#rawPortOf(name)));
    await this.#switchHolding('hold-new-jobs');
    for (const printer of this.#printers) await printer.behave(drawBehaviour(random));
    const plan = drawPlan(random);
    const load = new Load();
    const killed = Promise.withResolvers<number>();
    let left = plan.count;
    const kill = () => {
      load.stop();
      killed.resolve(clock.monotonicMs());
      void platen.process.kill();
    };
    this.#onEvent = (event) => {
      if (event !== plan.at) return;
      left -= 1;
      if (left === 0) kill();
    };
    load.onAcknowledged = () => this.#onEvent('acknowledgement');
    const timer = clock.startTimer(plan.at === 'time' ? plan.count : longestLoadMs, kill);
    const clients = Object.entries(doors).flatMap(([door, send], doorIndex) =>
      Array.from({ length: clientsPerDoor }, (_, client) => {
        const which = (doorIndex + client + run) % queues.length;
        const places = {
          httpPort: platen.port,
          rawPort: rawPorts[which] ?? 0,
          lpdPort,
          socketPath,
          printer: queues[which]?.name ?? '',
        };
        const stem = `${this.#options.seed}-${run}-${door}${client}`;
        return load.client(door, stem, random, (document) => send(places, document));
      }),
    );
    const watching = load.watch(() => this.#running.completedDigests());
    const releasing = load.repeat(async () => {
      await this.#switchHolding('release-held-new-jobs');
      await this.#switchHolding('hold-new-jobs');
    });
    const killedAtMs = await killed.promise;
    timer.cancel();
    this.#onEvent = () => {};
    await platen.process.ended;
    await Promise.all([...clients, watching, releasing]);
    const { documents, completed } = load;
    return {
      documents,
      sessions: [],
      completedBefore: completed,
      killedAtMs,
      restartedAtMs: clock.monotonicMs(),
    };
  }

  async #judgeAfterRestart(facts: Omit<RunFacts, 'jobs'>): Promise<Verdict> {
    for (const printer of this.#printers) await printer.behave({});
    this.#appliance = await startAppliance(this.#data, this.#options.command);
    await this.#switchHolding('release-held-new-jobs');
    await this.#rest();
    const { jobs, lastNumber } = await this.#running.jobsAfter(this.#lastNumber);
    this.#lastNumber = lastNumber;
    const sessions = this.#printers.flatMap((printer) => printer.sessions());
    const ports = this.#printers.map(({ port }) => port);
    for (const printer of this.#printers) await printer.close();
    await this.#startPrinters(ports);
    return judge({ ...facts, jobs, sessions });
  }

  async #switchHolding(what: string): Promise<void> {
    for (const { name, holds } of queues) {
      if (holds === true) await this.#running.switchPrinter(name, what);
    }
  }

  async #rest(): Promise<void> {
    const lateMs = clock.monotonicMs() + restPatienceMs;
    while ((await this.#running.unfinished()) > 0) {
      if (clock.monotonicMs() > lateMs) return;
      await sleep(pollMs);
    }
  }

  /** Raw ports listen a moment after the rest. */
  async #rawPortOf(name: string): Promise<number> {
    for (;;) {
      const port = await this.#running.rawPort(name);
      if (port !== undefined) return port;
      await sleep(pollMs);
    }
  }
}

function drawPlan(random: SeededRandom): KillPlan {
  const kinds = ['time', 'time', 'acknowledgement', 'first-byte', 'whole'] as const;
  const at = kinds[random.integer(kinds.length)] ?? 'time';
  const count = at === 'time' ? 5 + random.integer(longestLoadMs) : 1 + random.integer(25);
  return { at, count };
}

/**
 * Most printers work; some are slow, off or stuck. None breaks off: of what the kernel had taken
 * raw TCP tells nothing, so that a small document would count as sent, kill or no kill.
 */
function drawBehaviour(random: SeededRandom): Behaviour {
  switch (random.integer(8)) {
    case 0:
      return { bytesPerSecond: 100_000 };
    case 1:
      return { stallAtByte: 64 + random.integer(4_000) };
    case 2:
      return { refuse: true };
    default:
      return {};
  }
}

export function countsOf(verdict: Verdict): string {
  const { failures: _shown, ...counts } = verdict;
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}
