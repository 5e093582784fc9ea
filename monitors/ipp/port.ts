// One open IPP port: a job at the printer for each document, and the printer's status.
import { HalError, toHalError } from '../../hal/errors.ts';
import { sleep } from '../../hal/time.ts';
import type {
  Call,
  DeviceReason,
  DocInfo,
  MonitorInit,
  StartDocOutcome,
  WriteOutcome,
} from '../contract.ts';
import { stopsJobs } from '../device-status.ts';
import type { PortOpening } from '../ports/port-monitor.ts';
import type { OpenPort } from '../ports/port-table.ts';
import { reasonsOfConnection, warningOf } from '../ports/reasons.ts';
import { createStatusReport, type StatusReport } from '../ports/status-report.ts';
import { isIppSuccess } from '../wire/ipp/status.ts';
import { askPrinter, beginDocument } from './begin.ts';
import { IppClientError } from './client-error.ts';
import type { IppClient } from './client.ts';
import { clientOf } from './client-of-port.ts';
import { ippMonitorLimits as limits } from './limits.ts';
import { type PrinterFacts, readPrinterFacts } from './printer-facts.ts';
import { createIppSession, type IppSession } from './session.ts';
import type { IppSettings } from './settings.ts';

export interface IppPortOptions {
  readonly init: Pick<MonitorInit, 'clock' | 'devices' | 'reportStatus' | 'log' | 'local'>;
  readonly opening: PortOpening<IppSettings>;
  /** Where others report of this port too; without it the port reports alone. */
  readonly report?: StatusReport;
}

export function openIppPort(options: IppPortOptions): OpenPort {
  return new IppPort(options);
}

class IppPort implements OpenPort {
  readonly #options: IppPortOptions;
  readonly #status: StatusReport;
  readonly #life = new AbortController();
  #session: IppSession | undefined;
  #client: IppClient | undefined;
  /** Ends when a document starts, or with the port. */
  #recovering: AbortController | undefined;
  #reasons: readonly DeviceReason[] = [];

  constructor(options: IppPortOptions) {
    this.#options = options;
    const { init, opening } = options;
    this.#status =
      options.report ??
      createStatusReport({ init, portName: opening.name, source: 'port-monitor' });
  }

  async startDocPort(doc: DocInfo, call: Call): Promise<StartDocOutcome> {
    this.#mustBeOpen();
    if (this.#session !== undefined) throw new Error('a document is on this port already');
    const read = this.#options.opening.settings();
    if (read.kind === 'invalid') {
      return { kind: 'failed', status: 'ERROR_INVALID_DATA', message: read.message };
    }
    this.#recovering?.abort();
    const { init, opening } = this.#options;
    const client = clientOf(init, opening, read.settings);
    this.#client = client;
    const signal = AbortSignal.any([call.signal, this.#life.signal]);
    try {
      const begun = await beginDocument(init, client, doc, signal);
      if (begun.kind === 'waiting') this.#show(begun.reasons, begun.message, false);
      if (begun.kind !== 'started') return begun;
      if (this.#life.signal.aborted) begun.upload.abort();
      this.#mustBeOpen();
      this.#session = createIppSession({
        client,
        clock: init.clock,
        doc,
        begun,
        onPrinter: (printer) => this.#showPrinter(printer),
        life: this.#life.signal,
      });
      this.#showPrinter(begun.printer);
      return { kind: 'started', localPort: begun.upload.localPort };
    } catch (error) {
      return this.#notStarted(error, read.settings.uri);
    }
  }

  async writePort(bytes: Uint8Array, call: Call): Promise<WriteOutcome> {
    const outcome = await this.#document().write(bytes, call.signal);
    // A printer that is at work on the whole of it says itself how it is.
    if (outcome.kind === 'waiting') this.#show(outcome.reasons, outcome.message, true);
    return outcome;
  }

  /** What an IPP printer says comes as attributes, not as bytes. */
  async readPort(): Promise<Uint8Array> {
    return new Uint8Array(0);
  }

  async endDocPort({ discard }: { readonly discard: boolean }, call: Call) {
    const session = this.#document();
    const outcome = discard
      ? await session.discard('the document was given up')
      : await session.end(call.signal);
    this.#session = undefined;
    const troubled = outcome.outcome === 'failed' ? [] : outcome.reasons;
    const reasons = stopsJobs(this.#reasons) ? this.#reasons : troubled;
    this.#show(reasons, outcome.message, false);
    if (stopsJobs(reasons)) void this.#recover();
    return outcome;
  }

  async closePort(): Promise<void> {
    if (this.#life.signal.aborted) return;
    this.cutOff();
    this.#options.opening.onClosed();
  }

  cutOff(): void {
    this.#status.stop();
    this.#life.abort();
    this.#session?.cutOff();
  }

  /** An error keeps jobs away: somebody has to find out that it is over. */
  async #recover(): Promise<void> {
    const client = this.#client;
    if (client === undefined) return;
    const own = new AbortController();
    this.#recovering = own;
    const signal = AbortSignal.any([own.signal, this.#life.signal]);
    try {
      let pauseMs: number = limits.recoverFirstMs;
      while (stopsJobs(this.#reasons)) {
        await sleep(this.#options.init.clock, pauseMs, signal);
        pauseMs = Math.min(pauseMs * 2, limits.recoverLastMs);
        const answer = await client.ask(askPrinter(''), signal);
        if (isIppSuccess(answer.code)) this.#showPrinter(readPrinterFacts(answer), false);
      }
    } catch (error) {
      if (signal.aborted) return;
      // Who can't be asked is found out by the next document, which a warning lets through.
      const message = error instanceof Error ? error.message : String(error);
      this.#show([warningOf('connecting-to-device')], message, false);
    }
  }

  #notStarted(error: unknown, uri: string): StartDocOutcome {
    if (error instanceof IppClientError) {
      const { message, code } = error;
      this.#show([warningOf('other')], message, false);
      if (error.transient) return { kind: 'waiting', reasons: [warningOf('other')], message };
      const status = code === 'needs-tls' ? 'ERROR_INVALID_PARAMETER' : 'ERROR_ACCESS_DENIED';
      return { kind: 'failed', status, message };
    }
    const failure = toHalError(error, uri);
    if (failure.code === 'address-refused') {
      return { kind: 'failed', status: 'ERROR_INVALID_PARAMETER', message: failure.message };
    }
    const reasons = reasonsOfConnection(failure.code);
    this.#show(reasons, failure.message, false);
    return { kind: 'waiting', reasons, message: failure.message };
  }

  #showPrinter({ reasons, message }: PrinterFacts, busy = true): void {
    this.#show(reasons, message, busy);
  }

  #show(reasons: readonly DeviceReason[], message: string | undefined, busy: boolean): void {
    this.#reasons = reasons;
    this.#status.set({ reasons, message, busy });
  }

  #document(): IppSession {
    if (this.#session !== undefined) return this.#session;
    throw new Error(`no document was started on ${this.#options.opening.name}`);
  }

  #mustBeOpen(): void {
    if (this.#life.signal.aborted) throw new HalError('closed', this.#options.opening.name);
  }
}
