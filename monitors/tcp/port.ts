// One open raw TCP port: a connection a document, and the printer's words between readPort calls.
import { HalError, toHalError } from '../../hal/errors.ts';
import { startDeadline } from '../../hal/time.ts';
import type {
  Call,
  DeviceReason,
  DocInfo,
  MonitorInit,
  PortTimeOuts,
  StartDocOutcome,
} from '../contract.ts';
import type { PortOpening } from '../ports/port-monitor.ts';
import type { OpenPort } from '../ports/port-table.ts';
import { createStatusReport, type StatusReport } from '../ports/status-report.ts';
import { createByteRing } from './byte-ring.ts';
import { tcpMonitorLimits } from './limits.ts';
import { reasonsOfConnect } from './reasons.ts';
import { createTcpSession, type TcpSession } from './session.ts';
import type { TcpSettings } from './settings.ts';

export interface TcpPortOptions {
  readonly init: Pick<MonitorInit, 'clock' | 'devices' | 'log' | 'reportStatus'>;
  readonly opening: PortOpening<TcpSettings>;
  /** Told the address of each connection. */
  readonly onConnected: (portName: string, host: string, address: string) => void;
}

export function createTcpPort(options: TcpPortOptions): OpenPort {
  return new RawTcpPort(options);
}

class RawTcpPort implements OpenPort {
  readonly #options: TcpPortOptions;
  readonly #status: StatusReport;
  readonly #ring = createByteRing(tcpMonitorLimits.backChannelBytes);
  readonly #life = new AbortController();
  #session: TcpSession | undefined;
  /** Those of the document that is under way. */
  #settings: TcpSettings | undefined;
  #timeOuts: PortTimeOuts | undefined;

  constructor(options: TcpPortOptions) {
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
    const { settings } = read;
    try {
      const connection = await this.#options.init.devices.connectTcp({
        host: settings.host,
        port: settings.portNumber,
        timeoutMs: settings.connectTimeoutMs,
        signal: AbortSignal.any([call.signal, this.#life.signal]),
      });
      if (this.#life.signal.aborted) connection.reset();
      this.#mustBeOpen();
      this.#ring.clear();
      this.#settings = settings;
      this.#session = createTcpSession({
        connection,
        clock: this.#options.init.clock,
        backChannel: settings.backChannel ? this.#ring : undefined,
        sizeBytes: doc.sizeBytes,
      });
      const { name } = this.#options.opening;
      this.#options.onConnected(name, settings.host, connection.remote.address);
      this.#report([], undefined, true);
      this.#options.init.log.debug('connected', { port: name, jobId: doc.jobId });
      return { kind: 'started', localPort: connection.local.port };
    } catch (error) {
      return this.#notStarted(toHalError(error, `${settings.host}:${settings.portNumber}`));
    }
  }

  async writePort(bytes: Uint8Array, call: Call) {
    const { session, settings } = this.#document();
    const timeoutMs = this.#timeOuts?.writeTotalMs ?? settings.writeTimeoutMs;
    const outcome = await session.write(bytes, timeoutMs, call.signal);
    if (outcome.kind === 'written') this.#report([], undefined, true);
    else this.#report(outcome.reasons, outcome.message, outcome.kind === 'waiting');
    return outcome;
  }

  async readPort(maxBytes: number, call: Call): Promise<Uint8Array> {
    const session = this.#session;
    if (this.#ring.sizeBytes === 0 && session !== undefined) {
      const timeoutMs = this.#timeOuts?.readTotalMs ?? tcpMonitorLimits.readTotalMs.initial;
      using deadline = startDeadline(this.#options.init.clock, timeoutMs, call.signal);
      try {
        await session.heard(deadline.signal);
      } catch {
        // It said nothing in time, which is an answer: no bytes.
      }
    }
    return this.#ring.take(maxBytes);
  }

  async endDocPort({ discard }: { readonly discard: boolean }, call: Call) {
    const { session, settings } = this.#document();
    const outcome = discard
      ? session.discard('the document was given up')
      : await session.end(settings, call.signal);
    this.#session = undefined;
    this.#settings = undefined;
    if (this.#ring.droppedBytes > 0) {
      const { droppedBytes } = this.#ring;
      this.#options.init.log.info('unread words of the printer were dropped', {
        port: this.#options.opening.name,
        droppedBytes,
      });
    }
    this.#report(outcome.reasons, outcome.message, false);
    return outcome;
  }

  async closePort(): Promise<void> {
    if (this.#life.signal.aborted) return;
    this.cutOff();
    this.#options.opening.onClosed();
  }

  setPortTimeOuts(timeOuts: PortTimeOuts): void {
    const { readTotalMs, writeTimeoutMs } = tcpMonitorLimits;
    this.#timeOuts = {
      ...timeOuts,
      readTotalMs: Math.min(timeOuts.readTotalMs, readTotalMs.max),
      writeTotalMs: Math.min(timeOuts.writeTotalMs, writeTimeoutMs.max),
    };
  }

  cutOff(): void {
    this.#life.abort();
    this.#status.stop();
    this.#session?.discard('the port was closed');
  }

  #notStarted(error: HalError): StartDocOutcome {
    if (error.code === 'address-refused') {
      return { kind: 'failed', status: 'ERROR_INVALID_PARAMETER', message: error.message };
    }
    const reasons = reasonsOfConnect(error.code);
    this.#report(reasons, error.message, false);
    return { kind: 'waiting', reasons, message: error.message };
  }

  #report(reasons: readonly DeviceReason[], message: string | undefined, busy: boolean): void {
    this.#status.set({ reasons, message, busy });
  }

  #document(): { readonly session: TcpSession; readonly settings: TcpSettings } {
    const session = this.#session;
    const settings = this.#settings;
    if (session === undefined || settings === undefined) {
      throw new Error(`no document was started on ${this.#options.opening.name}`);
    }
    return { session, settings };
  }

  #mustBeOpen(): void {
    if (this.#life.signal.aborted) throw new HalError('closed', this.#options.opening.name);
  }
}
