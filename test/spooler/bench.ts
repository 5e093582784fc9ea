// A whole spooler on simulated time and disk, with scripted devices; it can be stopped, killed or
// lose its power.
import { openMonitorRegistry } from '../../firmware/registry/monitor-registry.ts';
import { createEventRing } from '../../firmware/events/ring.ts';
import type { PlatenEvent } from '../../firmware/events/event.ts';
import type {
  Accepted,
  DocumentRequest,
  JobRequest,
  Straight,
} from '../../firmware/intake/contract.ts';
import type { Refusal } from '../../firmware/errors/codes.ts';
import type { Principal } from '../../firmware/api/principal.ts';
import type { Job } from '../../firmware/jobs/job.ts';
import type { Printer, PrinterSettings } from '../../firmware/printers/printer.ts';
import { createFirstBytes } from '../../firmware/printers/first-bytes.ts';
import { createSpool, type Spool } from '../../firmware/spool/spool.ts';
import type { Spooler } from '../../firmware/spooler/contract.ts';
import { alwaysLive, type Permit } from '../../firmware/spooler/permit.ts';
import { createSpooler, type SpoolerOptions } from '../../firmware/spooler/spooler.ts';
import type { Store } from '../../firmware/store/contract.ts';
import { openStore } from '../../firmware/store/store.ts';
import type { Clock, Tcp } from '../../hal/contract.ts';
import { HalError } from '../../hal/errors.ts';
import type { MonitorInit, MonitorModule } from '../../monitors/contract.ts';
import { createFakeMonitor, FakeDevice, never } from '../fakes/fake-monitor.ts';
import { settle, VirtualClock } from '../world/clock.ts';
import { type Mounted, SimulatedDisk } from '../world/disk.ts';
import { SimulatedMemory } from '../world/memos.ts';
import { SeededRandom } from '../world/random.ts';

export const administrator: Principal = { kind: 'local-administrator' };
export const origin = {
  door: 'ipp',
  userName: 'ada',
  address: '192.0.2.7',
  authenticated: false,
} as const;

export interface BenchOptions {
  readonly seed?: number;
  readonly diskBytes?: number;
  readonly devices?: readonly FakeDevice[];
  /** Instead of one fake monitor over the devices. */
  readonly monitors?: (alive: () => boolean) => readonly MonitorModule[];
  readonly permit?: Permit;
  /** What the one fake monitor was given, at each start. */
  readonly onInit?: (init: MonitorInit) => void;
  /** Stands between spooler and store: to fail, to delay, to lie. */
  readonly wrapStore?: (store: Store) => Store;
  readonly spooler?: Partial<Omit<SpoolerOptions, 'store'>>;
  /** Makes it as the appliance does; started by `boot`, or on the way. */
  readonly make?: (parts: SpoolerOptions & MadeOver) => Spooler | Promise<Spooler>;
  /** A segment is left once it has grown to this. */
  readonly segmentBytes?: number;
  /** Stands between everything and the disk. */
  readonly wrapDisk?: (mounted: Mounted) => Mounted;
  /** Connections of monitors; none is possible unless given. */
  readonly tcp?: Tcp;
}

/** What a spooler is made over, besides its options. */
export interface MadeOver {
  readonly files: Mounted['files'];
  readonly store: Store;
}

/** One life of the appliance. */
export interface Life {
  readonly spooler: Spooler;
  readonly store: Store;
  readonly spool: Spool;
  readonly events: readonly PlatenEvent[];
  readonly warnings: readonly string[];
}

export class Bench {
  readonly clock = new VirtualClock();
  readonly disk: SimulatedDisk;
  readonly random: SeededRandom;
  readonly devices: readonly FakeDevice[];
  readonly #options: BenchOptions;
  readonly #memory = new SimulatedMemory();
  #alive = { now: false };
  #life: Life | undefined;

  constructor(options: BenchOptions = {}) {
    this.#options = options;
    const { diskBytes } = options;
    this.disk = new SimulatedDisk({
      seed: options.seed ?? 1,
      ...(diskBytes === undefined ? {} : { totalBytes: diskBytes }),
    });
    this.random = new SeededRandom(options.seed ?? 1);
    this.devices = options.devices ?? [new FakeDevice('desk')];
  }

  get life(): Life {
    if (this.#life === undefined) throw new Error('the appliance is off');
    return this.#life;
  }

  get spooler(): Spooler {
    return this.life.spooler;
  }

  get device(): FakeDevice {
    const [device] = this.devices;
    if (device === undefined) throw new Error('there is no device');
    return device;
  }

  /** Starts the appliance; `start: false` leaves the spooler as the factory made it. */
  async boot(options: { readonly start: boolean } = { start: true }): Promise<Spooler> {
    const alive = { now: true };
    this.#alive = alive;
    const clock = clockOf(this.clock, alive);
    const mounted = this.#options.wrapDisk?.(this.disk.mount()) ?? this.disk.mount();
    const { spooler: more, permit, monitors, onInit = ignore, tcp, wrapStore } = this.#options;
    const { segmentBytes } = this.#options;
    const spool = createSpool({
      files: mounted.files,
      random: this.random,
      clock,
      directory: '/spool',
    });
    await spool.prepare();
    const opened = gatedStore(
      await openStore({
        ...mounted,
        dataDirectory: '/data',
        spoolDirectory: '/spool',
        ...(segmentBytes === undefined ? {} : { segmentBytes }),
      }),
      alive,
    );
    await spool.clean((names) => opened.query('documents.referenced', { names }));
    const ring = createEventRing({ store: opened, clock, onListenerError: fail });
    const events: PlatenEvent[] = [];
    ring.events.subscribe((event) => events.push(event));
    const store = wrapStore?.(ring.store) ?? ring.store;
    const warnings: string[] = [];
    const isAlive = () => alive.now;
    const termOf = () => ({ generation: 0, counter: 1, node: 'test' });
    const { make = createSpooler } = this.#options;
    const making = make({
      files: mounted.files,
      id: 'local',
      permit: permit ?? alwaysLive,
      termOf,
      store,
      spool,
      events: ring.events,
      firstBytes: createFirstBytes(this.#memory.open()),
      openRegistry: (monitorName) =>
        openMonitorRegistry({ store, spooler: 'local', term: termOf, monitorName }),
      monitors: monitors?.(isAlive) ?? [
        createFakeMonitor({ devices: this.devices, alive: isAlive, onInit }),
      ],
      clock,
      random: this.random,
      tcp: tcp ?? noTcp,
      serverName: 'bench',
      local: true,
      log: {
        debug: ignore,
        info: ignore,
        warn: (message, facts) => warnings.push(`${message} ${JSON.stringify(facts)}`),
      },
      ...more,
    });
    const spooler = making instanceof Promise ? await this.during(making) : making;
    this.#life = { spooler, store, spool, events, warnings };
    if (options.start) await this.during(spooler.start());
    return spooler;
  }

  /** kill -9: nothing is told to anyone; files are as they were written. */
  kill(): void {
    this.#alive.now = false;
    this.#life = undefined;
    this.disk.kill();
    for (const device of this.devices) device.disconnect();
  }

  /** The plug: as a kill, and what was not synced is lost as the seed says. */
  powerCut(): void {
    this.kill();
    this.#memory.powerCut();
    this.disk.powerCut();
  }

  /** Power goes after so many more operations of the disk, for everything at once. */
  cutAfter(operations: number): Promise<void> {
    return new Promise((resolve) => {
      this.disk.cutAfter(operations, () => {
        this.#alive.now = false;
        resolve();
      });
    });
  }

  async stop(deadlineMs = 30_000): Promise<void> {
    const deadline = new AbortController();
    const timer = this.clock.startTimer(deadlineMs, () => deadline.abort());
    const { spooler, store } = this.life;
    await this.during(spooler.stop(deadline.signal));
    timer.cancel();
    await this.during(store.close());
    this.#life = undefined;
  }

  async addPrinter(name = 'office', settings: PrinterSettings = {}): Promise<Printer> {
    const portNames = settings.portNames ?? this.devices.map((device) => device.name);
    const made = await this.spooler.printers.create(
      name,
      { ...settings, portNames },
      administrator,
    );
    if (made.kind === 'refused') throw new Error(made.message);
    return made.printer;
  }

  async printer(name = 'office'): Promise<Printer> {
    const found = await this.spooler.printers.find(name);
    if (found === undefined) throw new Error(`there is no printer ${name}`);
    return found;
  }

  async submit(
    bytes: Uint8Array | AsyncIterable<Uint8Array>,
    request: Partial<JobRequest> & {
      readonly document?: Partial<DocumentRequest>;
      readonly straight?: Straight;
    } = {},
    signal?: AbortSignal,
  ): Promise<Accepted | Refusal> {
    const { document, ...job } = request;
    return await this.spooler.intake.accept(
      bytes instanceof Uint8Array ? streamOf(bytes) : bytes,
      {
        printerId: job.printerId ?? (await this.printer()).id,
        name: 'a job',
        origin,
        ...job,
        document: { name: 'a document', format: 'application/octet-stream', ...document },
      },
      signal,
    );
  }

  /** As submit, for jobs that must be accepted. */
  async print(
    bytes: Uint8Array,
    request: Partial<JobRequest> & { readonly document?: Partial<DocumentRequest> } = {},
  ): Promise<Job> {
    const answer = await this.submit(bytes, request);
    if (answer.kind === 'refused') throw new Error(`${answer.code}: ${answer.message}`);
    return answer.job;
  }

  async job(id: string): Promise<Job> {
    const found = await this.spooler.jobs.find(id);
    if (found === undefined) throw new Error(`there is no job ${id}`);
    return found;
  }

  /** Moves time from timer to timer until it is so. */
  async until(
    done: () => boolean | Promise<boolean>,
    withinMs = 7_200_000,
    what = done.toString(),
  ): Promise<void> {
    const endMs = this.clock.monotonicMs() + withinMs;
    for (;;) {
      for (let round = 0; round < 8; round += 1) {
        if (await done()) return;
        await settle();
      }
      if (this.clock.monotonicMs() >= endMs) throw new Error(`never came: ${what}`);
      await this.clock.advanceTo(Math.min(this.clock.nextTimerMs ?? endMs, endMs));
    }
  }

  async untilState(id: string, state: Job['state'], withinMs?: number): Promise<Job> {
    await this.until(async () => (await this.job(id)).state === state, withinMs, state);
    return await this.job(id);
  }

  /** The work's outcome, while time moves. */
  async during<T>(work: Promise<T>, withinMs?: number): Promise<T> {
    let over = false;
    const watched = work.finally(() => {
      over = true;
    });
    await Promise.race([this.until(() => over, withinMs, 'the end of the work'), watched]);
    return await watched;
  }

  pass(ms: number): Promise<void> {
    return this.clock.advance(ms);
  }
}

/** `chunkBytes` at a time. */
export async function* streamOf(
  bytes: Uint8Array,
  chunkBytes = 64 * 1024,
): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

/** Timers of a killed process never fire. */
function clockOf(clock: Clock, alive: { readonly now: boolean }): Clock {
  return {
    monotonicMs: () => clock.monotonicMs(),
    wall: () => clock.wall(),
    startTimer: (delayMs, callback) =>
      clock.startTimer(delayMs, () => {
        if (alive.now) callback();
      }),
  };
}

/** Calls of a killed process never come back. */
function gatedStore(store: Store, alive: { readonly now: boolean }): Store {
  const gate = async <T>(work: () => Promise<T>): Promise<T> => {
    if (!alive.now) return await never();
    try {
      const value = await work();
      return alive.now ? value : await never();
    } catch (error) {
      if (!alive.now) return await never();
      throw error;
    }
  };
  return {
    commit: (unit) => gate(() => store.commit(unit)),
    query: (name, input) => gate(() => store.query(name, input)),
    readLog: (spooler, fromSeq, limit) => gate(() => store.readLog(spooler, fromSeq, limit)),
    cutLog: (spooler, throughSeq) => gate(() => store.cutLog(spooler, throughSeq)),
    logEnds: () => gate(() => store.logEnds()),
    storeRecords: (batch) => gate(() => store.storeRecords(batch)),
    cutTail: (spooler, seq) => gate(() => store.cutTail(spooler, seq)),
    advanceSnapshot: (spooler, step) => gate(() => store.advanceSnapshot(spooler, step)),
    forgetTail: (spooler) => gate(() => store.forgetTail(spooler)),
    forgetLog: (spooler) => gate(() => store.forgetLog(spooler)),
    remember: (spooler, memory) => gate(() => store.remember(spooler, memory)),
    close: () => gate(() => store.close()),
  };
}

const noTcp: Tcp = {
  connect: async ({ host }) => {
    throw new HalError('host-unreachable', host);
  },
  listen: async ({ address }) => {
    throw new HalError('address-not-available', address);
  },
};

function ignore(): void {
  // Only warnings are looked at.
}

function fail(error: unknown): never {
  throw error;
}
