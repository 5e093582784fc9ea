// One open LPR port: a connection a document, and what the server answered.
import { HalError, toHalError } from '../../hal/errors.ts';
import { startDeadline } from '../../hal/time.ts';
import type { Call, DocInfo, MonitorInit, StartDocOutcome, WriteOutcome } from '../contract.ts';
import type { PortOpening } from '../ports/port-monitor.ts';
import type { OpenPort } from '../ports/port-table.ts';
import { reasonsOfConnection, warningOf } from '../ports/reasons.ts';
import { createStatusReport, type StatusReport } from '../ports/status-report.ts';
import { connectLpr } from './connect.ts';
import { lprDocumentOf } from './document.ts';
import { createLprSession, LprRefusal, type LprSession } from './session.ts';
import type { LprSettings } from './settings.ts';

export interface LprPortOptions {
  readonly init: Pick<
    MonitorInit,
    'clock' | 'devices' | 'random' | 'reportStatus' | 'serverName' | 'log'
  >;
  readonly opening: PortOpening<LprSettings>;
  /** TransmissionRetryTimeout, as it is now. */
  readonly retryTimeoutMs: () => number;
}

export function openLprPort(options: LprPortOptions): OpenPort {
  return new LprPort(options);
}

class LprPort implements OpenPort {
  readonly #options: LprPortOptions;
  readonly #status: StatusReport;
  readonly #life = new AbortController();
  #session: LprSession | undefined;

  constructor(options: LprPortOptions) {
    this.#options = options;
    const { init, opening } = options;
    this.#status = createStatusReport({ init, portName: opening.name, source: 'port-monitor' });
  }

  async startDocPort(doc: DocInfo, call: Call): Promise<StartDocOutcome> {
    this.#mustBeOpen();
    if (this.#session !== undefined) throw new Error('a document is on this port already');
    const read = this.#options.opening.settings();
    if (read.kind === 'invalid') {
      return { kind: 'failed', status: 'ERROR_INVALID_DATA', message: read.message };
    }
    const refusal = sizeProblem(doc, read.settings);
    if (refusal !== undefined) {
      return { kind: 'failed', status: 'ERROR_NOT_SUPPORTED', message: refusal };
    }
    return this.#begin(doc, read.settings, AbortSignal.any([call.signal, this.#life.signal]));
  }

  async writePort(bytes: Uint8Array, call: Call): Promise<WriteOutcome> {
    const outcome = await this.#document().write(
      bytes,
      this.#options.retryTimeoutMs(),
      call.signal,
    );
    if (outcome.kind === 'written') this.#status.set({ reasons: [], busy: true });
    else this.#status.set({ ...outcome, busy: outcome.kind === 'waiting' });
    return outcome;
  }

  /** LPD has no way back. */
  async readPort(): Promise<Uint8Array> {
    return new Uint8Array(0);
  }

  async endDocPort({ discard }: { readonly discard: boolean }, call: Call) {
    const session = this.#document();
    const outcome = discard
      ? session.discard('the document was given up')
      : await session.end(this.#options.retryTimeoutMs(), call.signal);
    this.#session = undefined;
    this.#status.set({ ...outcome, busy: false });
    return outcome;
  }

  async closePort(): Promise<void> {
    if (this.#life.signal.aborted) return;
    this.cutOff();
    this.#options.opening.onClosed();
  }

  cutOff(): void {
    this.#life.abort();
    this.#session?.discard('the port was closed');
    this.#status.stop();
  }

  async #begin(doc: DocInfo, settings: LprSettings, signal: AbortSignal): Promise<StartDocOutcome> {
    const { init, opening } = this.#options;
    let session: LprSession | undefined;
    try {
      const connection = await connectLpr(init, settings, signal);
      const document = lprDocumentOf(doc, settings, init.serverName);
      session = createLprSession(connection, init.clock, document);
      using deadline = startDeadline(init.clock, this.#options.retryTimeoutMs(), signal);
      await session.begin(deadline.signal);
      this.#mustBeOpen();
      this.#session = session;
      this.#status.set({ reasons: [], busy: true });
      init.log.debug('connected', { port: opening.name, jobId: doc.jobId });
      return { kind: 'started', localPort: connection.local.port };
    } catch (error) {
      session?.discard('the document was not started');
      return this.#notStarted(error, settings);
    }
  }

  #notStarted(error: unknown, settings: LprSettings): StartDocOutcome {
    if (error instanceof LprRefusal) return this.#waiting([warningOf('other')], error.message);
    const failure = toHalError(error, `${settings.host}:${settings.portNumber}`);
    if (failure.code === 'address-refused') {
      return { kind: 'failed', status: 'ERROR_INVALID_PARAMETER', message: failure.message };
    }
    if (failure.code === 'permission-denied' && settings.reservedSourcePort) {
      const message = 'reserved source ports need a capability that this process does not have';
      return { kind: 'failed', status: 'ERROR_ACCESS_DENIED', message };
    }
    // The wait for an answer ends as `aborted`, which says less than what happened.
    const silent = failure.code === 'aborted' && !this.#life.signal.aborted;
    const message = silent
      ? `${settings.host}:${settings.portNumber} did not answer in time`
      : failure.message;
    return this.#waiting(reasonsOfConnection(silent ? 'timed-out' : failure.code), message);
  }

  #waiting(
    reasons: Extract<StartDocOutcome, { kind: 'waiting' }>['reasons'],
    message: string,
  ): StartDocOutcome {
    this.#status.set({ reasons, message, busy: false });
    return { kind: 'waiting', reasons, message };
  }

  #document(): LprSession {
    if (this.#session !== undefined) return this.#session;
    throw new Error(`no document was started on ${this.#options.opening.name}`);
  }

  #mustBeOpen(): void {
    if (this.#life.signal.aborted) throw new HalError('closed', this.#options.opening.name);
  }
}

/** LPD announces the size of the data before it (RFC 1179 6.3). */
function sizeProblem(doc: DocInfo, settings: LprSettings): string | undefined {
  if (doc.sizeBytes !== undefined) return undefined;
  if (settings.unknownSize === 'refuse') {
    return 'LPD needs the size of a document first: spool it, or let the port announce a large one';
  }
  if (settings.order === 'data-first') {
    return 'a document of unknown size needs the control file first: change the order of files';
  }
  return undefined;
}
