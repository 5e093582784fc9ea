// An emulated network printer that takes jobs by IPP and misbehaves when told to.
import type {
  Clock,
  SocketAddress,
  Tcp,
  TcpConnection,
  TcpListener,
} from '../../../hal/contract.ts';
import { isHalError } from '../../../hal/errors.ts';
import type { Behaviour } from './behaviour.ts';
import { serveExchange } from './exchange.ts';
import { Job, type JobRecord } from './job.ts';
import type { Answer, Attributes, Request, Value } from './message.ts';

export interface IppPrinterOptions {
  readonly tcp: Tcp;
  readonly clock: Clock;
  readonly address: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly behaviour?: Behaviour;
  /** Keeps the documents themselves, and not only their sums. */
  readonly keepData?: boolean;
  /** Told of each job as it changes. */
  readonly onChange?: (record: JobRecord) => void;
}

export interface IppPrinter {
  /** Stays the same while it refuses. */
  readonly local: SocketAddress;
  jobs(): readonly JobRecord[];
  /** The document of a job, where it is kept. */
  dataOf(id: number): Buffer;
  /** Replaces the whole behaviour, for what runs too; held jobs end. */
  behave(behaviour: Behaviour): Promise<void>;
  /** Ends a job at the printer: 7 canceled, 8 aborted, 9 completed. */
  endJob(id: number, state: number, reasons: readonly string[]): void;
  /** How many requests of each operation came. */
  readonly requests: ReadonlyMap<number, number>;
  /** Resolves with the jobs once they are as wanted. */
  until(wanted: (jobs: readonly JobRecord[]) => boolean): Promise<readonly JobRecord[]>;
  /** Resets what is open. */
  close(): Promise<void>;
}

const backlog = 16;
const completed = 9;

export async function startIppPrinter(options: IppPrinterOptions): Promise<IppPrinter> {
  const printer = new EmulatedIppPrinter(options);
  await printer.behave(options.behaviour ?? {});
  return printer;
}

class EmulatedIppPrinter implements IppPrinter {
  readonly requests = new Map<number, number>();
  readonly #options: IppPrinterOptions;
  readonly #jobs: Job[] = [];
  readonly #open = new Map<TcpConnection, Promise<void>>();
  readonly #waiting = new Set<() => void>();
  #local: SocketAddress;
  #listener: TcpListener | undefined;
  #behaviour: Behaviour = {};
  #changed = Promise.withResolvers<void>();
  #closed = false;

  constructor(options: IppPrinterOptions) {
    this.#options = options;
    this.#local = { address: options.address, port: options.port };
  }

  get local() {
    return this.#local;
  }

  jobs() {
    return this.#jobs.map(({ record }) => record);
  }

  dataOf(id: number) {
    return this.#jobs.find((job) => job.id === id)?.data ?? Buffer.alloc(0);
  }

  async behave(behaviour: Behaviour): Promise<void> {
    this.#behaviour = behaviour;
    if (behaviour.refuse === true) await this.#stopListening();
    else await this.#listen();
    for (const job of this.#jobs) if (job.whole) this.#work(job);
    this.#wake();
  }

  endJob(id: number, state: number, reasons: readonly string[]): void {
    const job = this.#jobs.find((each) => each.id === id);
    job?.end(state, reasons);
    if (job !== undefined) this.#note(job);
  }

  until(wanted: (jobs: readonly JobRecord[]) => boolean) {
    return new Promise<readonly JobRecord[]>((resolve) => {
      const look = () => {
        if (!wanted(this.jobs())) return;
        this.#waiting.delete(look);
        resolve(this.jobs());
      };
      this.#waiting.add(look);
      look();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#stopListening();
    for (const connection of this.#open.keys()) connection.reset();
    this.#wake();
    await Promise.all(this.#open.values());
  }

  async #listen(): Promise<void> {
    if (this.#listener !== undefined) return;
    this.#listener = await this.#options.tcp.listen({
      ...this.#local,
      backlog,
      onConnection: (connection) => void this.#open.set(connection, this.#serve(connection)),
    });
    this.#local = this.#listener.local;
  }

  async #stopListening(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    await listener?.close();
  }

  async #serve(connection: TcpConnection): Promise<void> {
    try {
      await serveExchange({
        connection,
        clock: this.#options.clock,
        behaviour: () => ({ now: this.#behaviour, changed: this.#changed.promise }),
        isClosed: () => this.#closed,
        perform: (request) => this.#perform(request),
        onPart: (job, part) => {
          job.take(part, this.#options.keepData ?? false);
          this.#note(job);
        },
        onDocument: (job, end) => this.#onDocument(job, end),
      });
    } catch (error) {
      // A sender that broke off is no fault of the printer's.
      if (!isHalError(error)) throw error;
    }
    await connection.close();
    this.#open.delete(connection);
  }

  #perform(request: Request): Omit<Answer, 'requestId'> & { takes?: Job } {
    const { operation, attributes } = request;
    this.requests.set(operation, (this.requests.get(operation) ?? 0) + 1);
    if (operation === 0x000b) return { status: 0, printer: this.#attributes() };
    if (operation === 0x0002) {
      const takes = this.#newJob(attributes);
      takes.format = attributes.get('document-format') ?? '';
      return { status: 0, takes };
    }
    if (operation === 0x0005) return { status: 0, job: this.#newJob(attributes).attributes() };
    if (operation === 0x000a) {
      const over = attributes.get('which-jobs') === 'completed';
      const found = this.#behaviour.forgetsJobs === true ? [] : this.#jobs;
      const jobs = found.filter(({ isOver }) => isOver === over).map((job) => job.attributes());
      return { status: 0, jobs };
    }
    const id = Number(attributes.get('job-id'));
    const job = this.#jobs.find((each) => each.id === id);
    if (job === undefined || this.#behaviour.forgetsJobs === true) return { status: 0x0406 };
    if (operation === 0x0009) return { status: 0, job: job.attributes() };
    if (operation === 0x0008) return this.#cancel(job);
    if (operation === 0x0006) {
      if (job.isOver) return { status: 0x0404 };
      job.format = attributes.get('document-format') ?? '';
      return { status: 0, takes: job };
    }
    return { status: 0x0501 };
  }

  #cancel(job: Job): Omit<Answer, 'requestId'> {
    if (job.isOver) return { status: 0x0404 };
    job.cancelled = true;
    job.end(7, ['job-canceled-by-user']);
    this.#note(job);
    return { status: 0 };
  }

  #newJob(attributes: Request['attributes']): Job {
    const name = attributes.get('job-name') ?? '';
    const user = attributes.get('requesting-user-name') ?? '';
    const job = new Job(this.#jobs.length + 1, name, user);
    this.#jobs.push(job);
    this.#note(job);
    return job;
  }

  #onDocument(job: Job, end: 'whole' | 'cut'): void {
    if (end === 'cut') {
      if (this.#behaviour.keepsBroken !== true) job.end(8, ['aborted-by-system']);
    } else {
      job.whole = true;
      this.#work(job);
    }
    this.#note(job);
  }

  #work(job: Job): void {
    const { hold = false, jobEnd = completed, jobReasons = [] } = this.#behaviour;
    if (job.isOver) return;
    if (hold) {
      job.state = 5;
      job.reasons = ['job-printing'];
    } else {
      job.end(jobEnd, jobReasons);
    }
    this.#note(job);
  }

  #attributes(): Attributes {
    const now = this.#behaviour;
    const reasons = now.printerReasons ?? ['none'];
    const formats = now.formats ?? ['application/octet-stream', 'application/pdf'];
    const operations =
      now.noCreateJob === true ? [2, 8, 9, 10, 11] : [0x02, 0x05, 0x06, 0x08, 0x09, 0x0a, 0x0b];
    return [
      ['printer-state', [{ tag: 'enum', value: now.printerState ?? 3 }]],
      ['printer-state-reasons', reasons.map((value): Value => ({ tag: 'keyword', value }))],
      ['printer-state-message', [{ tag: 'text', value: now.printerMessage ?? '' }]],
      ['printer-is-accepting-jobs', [{ tag: 'boolean', value: now.accepting === false ? 0 : 1 }]],
      ['document-format-supported', formats.map((value): Value => ({ tag: 'mime', value }))],
      ['operations-supported', operations.map((value): Value => ({ tag: 'enum', value }))],
      ['printer-make-and-model', [{ tag: 'text', value: 'Emulated Printer' }]],
    ];
  }

  #note(job: Job): void {
    this.#options.onChange?.(job.record);
    for (const look of this.#waiting) look();
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}
