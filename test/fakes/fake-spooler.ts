// A spooler in memory with the contract of the real one: it keeps what it accepts, refuses and
// dawdles as told.
import { createHash } from 'node:crypto';
import type { ErrorCode, Refusal } from '../../firmware/errors/codes.ts';
import { refused } from '../../firmware/errors/codes.ts';
import type {
  Accepted,
  DocumentRequest,
  Intake,
  JobRequest,
  Straight,
} from '../../firmware/intake/contract.ts';
import { expand } from '../../firmware/intake/expand.ts';
import { isEnded, type Job, type JobDocument } from '../../firmware/jobs/job.ts';
import { intakeLimits } from '../../firmware/limits/intake-limits.ts';
import type { Printer, PrinterAccess, RawSettings } from '../../firmware/printers/printer.ts';
import type {
  JobAnswer,
  Jobs,
  Ports,
  Printers,
  PrinterStatus,
  Spooler,
  SpoolerDirectory,
} from '../../firmware/spooler/contract.ts';
import type { PrinterData } from '../../firmware/printer-data/contract.ts';
import type { QueueFiles } from '../../firmware/queue-files/contract.ts';
import { defaultSettings } from '../../firmware/printers/settings.ts';
import { alwaysLive } from '../../firmware/spooler/permit.ts';
import { noPrinterData, noQueueFiles } from './no-queue-files.ts';

export interface FakeSpoolerOptions {
  readonly printers: readonly string[];
  readonly access?: PrinterAccess;
  readonly rawSettings?: RawSettings;
  readonly formats?: readonly string[];
  /** Bytes of documents that are kept; longer ones are only counted and digested. */
  readonly keepBytes?: number;
  /** Jobs end as soon as their last document is there; otherwise they stay pending. */
  readonly completes?: boolean;
}

export interface KeptDocument extends JobDocument {
  readonly jobNumber: number;
  readonly bytes: Uint8Array;
}

const at = { ms: Date.UTC(2026, 0, 1), trusted: true } as const;

export class FakeSpooler implements Spooler {
  readonly id = 'fake';
  readonly permit = alwaysLive;
  readonly intake: Intake;
  readonly printers: Printers;
  readonly ports: Ports;
  readonly jobs: Jobs;
  data: PrinterData = noPrinterData;
  files: QueueFiles = noQueueFiles;
  /** Complete documents in the order of their acceptance. */
  readonly documents: KeptDocument[] = [];
  readonly requests: (JobRequest & {
    readonly document?: DocumentRequest;
    readonly straight?: Straight | undefined;
  })[] = [];
  /** Uploads whose streams threw. */
  brokenUploads = 0;
  /** What was asked of printers and jobs beyond what this spooler does. */
  readonly calls: (Readonly<Record<string, unknown>> & { readonly what: string })[] = [];
  /** While set, everything new is refused with it, after `refuseAfterBytes` of the document. */
  refuseWith: ErrorCode | undefined;
  refuseAfterBytes = 0;
  /** Awaited before each chunk is pulled, and before the answer. */
  pace: (() => Promise<void>) | undefined;
  status: PrinterStatus = { state: 'idle', reasons: ['none'], message: '', queuedJobCount: 0 };
  readonly #options: FakeSpoolerOptions;
  readonly #printers: readonly Printer[];
  readonly #jobs = new Map<number, Job>();

  constructor(options: FakeSpoolerOptions) {
    this.#options = options;
    this.#printers = options.printers.map((name, index) => printerOf(name, index, options));
    this.intake = {
      accept: (stream, request) => this.#accept(stream, request),
      validate: async (request) =>
        this.refuseAfterBytes > 0 ? undefined : this.#refusalOf(request),
      create: (request) => this.#create(request),
      add: (jobId, stream, request) => this.#add(jobId, stream, request),
    };
    this.printers = {
      list: async () => this.#printers,
      find: async (idOrName) =>
        this.#printers.find(
          ({ id, name }) => id === idOrName || name.toLowerCase() === idOrName.toLowerCase(),
        ),
      create: async () => notHere,
      change: async (id, settings, by) => {
        this.calls.push({ what: 'change-printer', id, settings, by });
        const printer = this.#printers.find((one) => one.id === id);
        return printer === undefined ? notHere : { kind: 'done', printer };
      },
      operate: async (id, what, by, note) => {
        this.calls.push({ what, id, by, note });
        const printer = this.#printers.find((one) => one.id === id);
        return printer === undefined ? notHere : { kind: 'done', printer };
      },
      remove: async () => notHere,
      status: async () => this.status,
      statuses: async (ids) => new Map(ids.map((id) => [id, this.status])),
    };
    this.ports = {
      list: async () => [],
      monitors: () => [],
      xcv: async () => notHere,
      setLanguage: async () => notHere,
    };
    this.jobs = {
      list: async (filter) => this.#list(filter),
      find: async (idOrNumber) => this.#find(idOrNumber),
      cancel: async (id) => this.#end(id, 'canceled'),
      cancelAll: async (filter, by) => {
        this.calls.push({ what: 'cancel-all', by, ...filter });
        return { kind: 'done', count: 0 };
      },
      hold: async (id, hold, by) => this.#note({ what: 'hold', id, hold, by }),
      release: async (id) => this.#release(id),
      move: async (id, printerId, by) => this.#note({ what: 'move', id, printerId, by }),
      change: async (id, changes, by) => this.#note({ what: 'change', id, changes, by }),
      reprint: async (id, request, by) => this.#note({ what: 'reprint', id, request, by }),
      unsure: async () => [...this.#jobs.values()].filter(({ hold }) => hold?.kind === 'peer'),
      settle: async (what, ids, by) => {
        this.calls.push({ what, ids, by });
        return { kind: 'done', count: ids?.length ?? 0 };
      },
      remove: async (id, by) => {
        this.calls.push({ what: 'remove', id, by });
        const job = this.#find(id);
        if (job !== undefined) this.#jobs.delete(job.number);
        return { kind: 'done' };
      },
    };
  }

  #note(
    call: Readonly<Record<string, unknown>> & { readonly what: string; readonly id: string },
  ): JobAnswer {
    this.calls.push(call);
    const job = this.#find(call.id);
    return job === undefined
      ? refused('job-not-found', 'There is no such job.')
      : { kind: 'done', job };
  }

  /** Directory of this spooler alone. */
  get directory(): SpoolerDirectory {
    return {
      byAddress: () => this,
      byId: (id) => (id === this.id ? this : undefined),
      all: () => [this],
    };
  }

  async start(): Promise<void> {}

  lookAgain(): void {}

  async drain(): Promise<void> {}

  async stop(): Promise<void> {}

  looksAlive() {
    return { alive: true, problems: [] };
  }

  async isAlive() {
    return this.looksAlive();
  }

  #refusalOf(request: JobRequest): Refusal | undefined {
    if (!this.#printers.some(({ id }) => id === request.printerId)) {
      return refused('printer-not-found', 'There is no such printer.');
    }
    if (this.refuseWith === undefined) return undefined;
    return refused(this.refuseWith, `Refused by the test: ${this.refuseWith}.`);
  }

  async #accept(
    stream: AsyncIterable<Uint8Array>,
    request: JobRequest & { readonly document: DocumentRequest },
  ): Promise<Accepted | Refusal> {
    const refusal = this.#refusalOf(request);
    if (refusal !== undefined && this.refuseAfterBytes === 0) return refusal;
    const taken = await this.#take(expanded(stream, request.document), refusal);
    if ('kind' in taken) return taken;
    const job = this.#newJob(request, false);
    return this.#keep(job, request.document, taken, true);
  }

  async #create(request: JobRequest): Promise<Accepted | Refusal> {
    const refusal = this.#refusalOf(request);
    return refusal ?? { kind: 'accepted', job: this.#newJob(request, true) };
  }

  async #add(
    jobId: string,
    stream: AsyncIterable<Uint8Array> | undefined,
    { document, last }: { readonly document: DocumentRequest; readonly last: boolean },
  ): Promise<Accepted | Refusal> {
    const job = this.#find(jobId);
    if (job === undefined) return refused('job-not-found', 'There is no such job.');
    if (!job.incoming) return refused('job-incoming-closed', 'The job takes no more documents.');
    if (stream === undefined) return { kind: 'accepted', job: this.#put(this.#closed(job, last)) };
    const { printerId, name, origin } = job;
    const refusal = this.#refusalOf({ printerId, name, origin });
    const taken = await this.#take(expanded(stream, document), refusal);
    return 'kind' in taken ? taken : this.#keep(job, document, taken, last);
  }

  /** Reads the stream to its end; a refusal strikes once enough bytes came. */
  async #take(
    stream: AsyncIterable<Uint8Array>,
    refusal: Refusal | undefined,
  ): Promise<Taken | Refusal> {
    const digest = createHash('sha256');
    const kept: Uint8Array[] = [];
    let sizeBytes = 0;
    try {
      await this.pace?.();
      for await (const chunk of stream) {
        sizeBytes += chunk.length;
        digest.update(chunk);
        if (sizeBytes <= (this.#options.keepBytes ?? Number.MAX_SAFE_INTEGER)) kept.push(chunk);
        if (refusal !== undefined && sizeBytes >= this.refuseAfterBytes) return refusal;
        await this.pace?.();
      }
    } catch {
      // Whatever the stream threw, the upload is broken; the contract wants a refusal.
      this.brokenUploads += 1;
      return refused('document-incomplete', 'The document broke off before its end.');
    }
    if (sizeBytes === 0) return refused('document-incomplete', 'The document is empty.');
    return { bytes: Buffer.concat(kept), sizeBytes, digest: `sha256:${digest.digest('hex')}` };
  }

  #keep(job: Job, { name, format }: DocumentRequest, taken: Taken, last: boolean): Accepted {
    const { bytes, sizeBytes, digest } = taken;
    const document = { number: job.documents.length + 1, name, format, sizeBytes, digest };
    this.documents.push({ ...document, jobNumber: job.number, bytes });
    const withDocument = { ...job, documents: [...job.documents, document] };
    return { kind: 'accepted', job: this.#put(this.#closed(withDocument, last)) };
  }

  #closed(job: Job, last: boolean): Job {
    if (!last) return job;
    const ends = this.#options.completes === true && job.state === 'pending';
    return ends
      ? { ...job, incoming: false, state: 'completed', processingAt: at, endedAt: at }
      : { ...job, incoming: false };
  }

  #newJob(request: JobRequest, incoming: boolean): Job {
    this.requests.push(request);
    const number = this.#jobs.size + 1;
    return this.#put({
      id: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
      spooler: this.id,
      number,
      printerId: request.printerId,
      name: request.name,
      origin: request.origin,
      state: request.hold === undefined ? 'pending' : 'pending-held',
      reasons: request.hold === undefined ? [] : ['job-hold-until-specified'],
      hold: request.hold,
      pages: undefined,
      retained: false,
      reprintOf: request.reprintOf,
      message: '',
      priority: request.priority ?? 50,
      copies: request.copies ?? 1,
      incoming,
      documents: [],
      attempts: 0,
      possiblyPrintedTwice: false,
      outcome: undefined,
      createdAt: at,
      processingAt: undefined,
      endedAt: undefined,
      attributes: request.attributes ?? {},
    });
  }

  #put(job: Job): Job {
    this.#jobs.set(job.number, job);
    return job;
  }

  #find(idOrNumber: string | number): Job | undefined {
    if (typeof idOrNumber === 'number') return this.#jobs.get(idOrNumber);
    return [...this.#jobs.values()].find(({ id }) => id === idOrNumber);
  }

  #list(filter: Parameters<Jobs['list']>[0]): readonly Job[] {
    return [...this.#jobs.values()]
      .filter(
        (job) =>
          (filter.printerId === undefined || job.printerId === filter.printerId) &&
          (filter.userName === undefined || job.origin.userName === filter.userName) &&
          (filter.which !== 'held' || job.state === 'pending-held') &&
          (filter.which === 'all' || isEnded(job.state) === (filter.which === 'completed')),
      )
      .slice(0, filter.limit);
  }

  #release(id: string): { kind: 'done'; job: Job } | Refusal {
    const job = this.#find(id);
    if (job?.state !== 'pending-held') return refused('job-not-possible', 'It is not held.');
    const pending: Job = { ...job, state: 'pending', reasons: [] };
    return { kind: 'done', job: this.#put(this.#closed(pending, !job.incoming)) };
  }

  #end(id: string, state: 'canceled'): { kind: 'done'; job: Job } | Refusal {
    const job = this.#find(id);
    if (job === undefined) return refused('job-not-found', 'There is no such job.');
    if (isEnded(job.state)) return refused('job-not-possible', 'The job has ended.');
    return { kind: 'done', job: this.#put({ ...job, state, incoming: false, endedAt: at }) };
  }
}

function expanded(
  stream: AsyncIterable<Uint8Array>,
  { compression = 'none' }: DocumentRequest,
): AsyncIterable<Uint8Array> {
  return compression === 'none' ? stream : expand(stream, compression, intakeLimits);
}

interface Taken {
  readonly bytes: Uint8Array;
  readonly sizeBytes: number;
  readonly digest: string;
}

const notHere = refused('internal', 'The fake spooler does not do this.');

function printerOf(
  name: string,
  index: number,
  { formats, access = {}, rawSettings = {} }: FakeSpoolerOptions,
): Printer {
  return {
    id: `00000000-0000-4000-9000-${String(index + 1).padStart(12, '0')}`,
    spooler: 'fake',
    name,
    ...defaultSettings,
    description: `Printer ${name}`,
    location: 'here',
    access,
    raw: rawSettings,
    formats: formats ?? ['application/octet-stream', 'application/pdf'],
    createdAt: at,
    changedAt: at,
  };
}
