// One LPD job on its way in: control file and data files in either order, each answered once it is
// safe (RFC 1179 6).
import {
  decodeLpdSubcommand,
  lpdAcknowledged,
  lpdRefused,
} from '../../../monitors/wire/lpd/commands.ts';
import {
  decodeLpdControlFile,
  lpdJobOf,
  type LpdControlFileEntry,
  type LpdJob,
} from '../../../monitors/wire/lpd/control-file.ts';
import { LpdDecodeError } from '../../../monitors/wire/lpd/errors.ts';
import { lpdLimits } from '../../../monitors/wire/lpd/limits.ts';
import type { Principal } from '../../api/principal.ts';
import { refused, type Refusal } from '../../errors/codes.ts';
import type { Accepted, DocumentRequest, JobRequest } from '../../intake/contract.ts';
import { isEnded } from '../../jobs/job.ts';
import type { Printer } from '../../printers/printer.ts';
import { anyFormat } from '../../printers/settings.ts';
import type { Spooler } from '../../spooler/contract.ts';
import { serverLimits } from '../../limits/server-limits.ts';
import { anonymousUser } from '../user.ts';
import type { LpdReader } from './reader.ts';

export interface LpdReceiving {
  readonly spooler: Spooler;
  readonly printer: Printer;
  /** Of the client. */
  readonly address: string;
  readonly reader: LpdReader;
  readonly answer: (octet: number) => Promise<void>;
}

/** Undefined: the client's FIN came where it may come. A refusal was answered already. */
export function receiveLpdJob(receiving: LpdReceiving): Promise<Refusal | undefined> {
  return new Receiving(receiving).run();
}

class Receiving {
  readonly #options: LpdReceiving;
  /** What the control file says, once it is here. */
  #control: LpdJob | undefined;
  /** The job that files are added to, where there is more than one file or no control file yet. */
  #jobId: string | undefined;
  #received = 0;

  constructor(options: LpdReceiving) {
    this.#options = options;
  }

  async run(): Promise<Refusal | undefined> {
    let whole = false;
    try {
      const refusal = await this.#receiveAll();
      whole = refusal === undefined && this.#isWhole();
      return refusal;
    } finally {
      if (!whole) await this.#giveUp();
    }
  }

  async #receiveAll(): Promise<Refusal | undefined> {
    const { reader, answer } = this.#options;
    for (;;) {
      const line = await reader.line();
      if (line === undefined) return undefined;
      const refusal = await this.#step(line);
      await answer(refusal === undefined ? lpdAcknowledged : lpdRefused);
      if (refusal !== undefined) return refusal;
    }
  }

  async #step(line: Uint8Array): Promise<Refusal | undefined> {
    const command = decodeLpdSubcommand(line);
    switch (command.kind) {
      case 'abort':
        await this.#giveUp();
        return undefined;
      case 'control-file':
        return this.#takeControlFile(command.sizeBytes);
      case 'data-file':
        return this.#takeDataFile(command.sizeBytes, command.name);
    }
  }

  async #takeControlFile(sizeBytes: number): Promise<Refusal | undefined> {
    const { reader, answer } = this.#options;
    if (this.#control !== undefined) return refused('bad-request', 'a second control file');
    if (sizeBytes > lpdLimits.controlFileOctets) {
      return refused('too-large', `a control file of ${sizeBytes} octets`);
    }
    await answer(lpdAcknowledged);
    const octets = await reader.octets(sizeBytes + 1);
    if (octets === undefined || octets[sizeBytes] !== 0) {
      return refused('document-incomplete', 'the control file broke off');
    }
    this.#control = lpdJobOf(decodeLpdControlFile(octets.subarray(0, sizeBytes)));
    return this.#jobId === undefined ? undefined : this.#nameAndClose(this.#jobId, this.#control);
  }

  /** The data came first: now it is known what it is called, and whether that was all. */
  async #nameAndClose(jobId: string, control: LpdJob): Promise<Refusal | undefined> {
    const { spooler } = this.#options;
    const copies = Math.max(1, ...control.files.map((file) => file.copies));
    const changed = await spooler.jobs.change(jobId, { name: nameOf(control), copies }, this.#by());
    if (changed.kind === 'refused') return changed;
    return this.#isWhole() ? this.#close(jobId) : undefined;
  }

  async #takeDataFile(sizeBytes: number, name: string): Promise<Refusal | undefined> {
    const { answer, reader, spooler } = this.#options;
    const counted = isCounted(sizeBytes) ? sizeBytes : undefined;
    const file = this.#control?.files.find((each) => each.name === name);
    const document = documentOf(file, counted);
    const request = this.#request();
    const early = await spooler.intake.validate({ ...request, document });
    if (early !== undefined) return early;
    await answer(lpdAcknowledged);
    const result = await this.#store(request, document, withTrailer(reader, counted));
    if (result.kind === 'refused') return result;
    this.#received += 1;
    return undefined;
  }

  async #store(
    request: JobRequest,
    document: DocumentRequest,
    bytes: AsyncIterable<Uint8Array>,
  ): Promise<Accepted | Refusal> {
    const { intake } = this.#options.spooler;
    const expected = this.#expected();
    if (expected === 1 && this.#jobId === undefined) {
      return intake.accept(bytes, { ...request, document });
    }
    if (this.#jobId === undefined) {
      const created = await intake.create(request);
      if (created.kind === 'refused') return created;
      this.#jobId = created.job.id;
    }
    const last = this.#received + 1 === expected;
    return intake.add(this.#jobId, bytes, { document, last });
  }

  #close(jobId: string): Promise<Refusal | undefined> {
    const document = { name: '', format: anyFormat };
    const closing = this.#options.spooler.intake.add(jobId, undefined, { document, last: true });
    return closing.then((result) => (result.kind === 'refused' ? result : undefined));
  }

  /** A job that did not come whole is not printed. */
  async #giveUp(): Promise<void> {
    const jobId = this.#jobId;
    this.#jobId = undefined;
    if (jobId === undefined) return;
    const { jobs } = this.#options.spooler;
    const job = await jobs.find(jobId);
    if (job !== undefined && !isEnded(job.state)) await jobs.cancel(jobId, this.#by());
  }

  /** How many files the control file names; undefined before it is here. */
  #expected(): number | undefined {
    return this.#control === undefined ? undefined : Math.max(1, this.#control.files.length);
  }

  #isWhole(): boolean {
    return this.#received === this.#expected();
  }

  #request(): JobRequest {
    const { printer, address } = this.#options;
    const copies = Math.max(1, ...(this.#control?.files.map((file) => file.copies) ?? []));
    return {
      printerId: printer.id,
      name: this.#control === undefined ? 'LPD job' : nameOf(this.#control),
      origin: { door: 'lpd', userName: this.#userName(), address, authenticated: false },
      copies: Math.min(copies, serverLimits.lpd.copies),
    };
  }

  /** Of a job whose data came first nobody knows the user in time. */
  #userName(): string {
    const user = this.#jobId === undefined ? this.#control?.user : undefined;
    return user === undefined || user === '' ? anonymousUser : user;
  }

  #by(): Principal {
    const { address } = this.#options;
    return { kind: 'print-client', userName: anonymousUser, address, authenticated: false };
  }
}

function nameOf({ jobName, files }: LpdJob): string {
  return jobName || files[0]?.sourceName || 'LPD job';
}

function documentOf(
  file: LpdControlFileEntry | undefined,
  sizeBytes: number | undefined,
): DocumentRequest {
  return {
    name: file?.sourceName ?? '',
    format: anyFormat,
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
  };
}

/**
 * Clients that don't know the length announce 0, or a number that no document has (Windows without
 * byte counting, CUPS from a pipe): the end of the connection is the end of the document then.
 */
function isCounted(sizeBytes: number): boolean {
  return sizeBytes > 0 && sizeBytes < serverLimits.lpd.uncountedBytes && sizeBytes !== 0xffff_ffff;
}

/** The document, once the octet behind it says that it is whole (RFC 1179 6.3). */
async function* withTrailer(
  reader: LpdReader,
  sizeBytes: number | undefined,
): AsyncGenerator<Uint8Array> {
  yield* reader.document(sizeBytes);
  if (sizeBytes === undefined) return;
  const trailer = await reader.octets(1);
  if (trailer === undefined || trailer[0] !== 0) {
    throw new LpdDecodeError('bad-line', 'the document does not end in a zero octet', 0);
  }
}
