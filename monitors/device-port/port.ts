// One open port of this box: documents on a device, and the device's words between readPort calls.
import { HalError, toHalError } from '../../hal/errors.ts';
import { abortable, startDeadline } from '../../hal/time.ts';
import type {
  Call,
  DocInfo,
  JsonValue,
  MonitorInit,
  PortOutcome,
  PortTimeOuts,
  StartDocOutcome,
  WriteOutcome,
} from '../contract.ts';
import type { PortOpening } from '../ports/port-monitor.ts';
import type { OpenPort } from '../ports/port-table.ts';
import { createStatusReport, type StatusReport } from '../ports/status-report.ts';
import { type ByteRing, createByteRing } from '../tcp/byte-ring.ts';
import type { DeviceKind, DeviceOpened, PortDevice } from './device.ts';
import { createDeviceDocument, type DeviceDocument } from './document.ts';
import { devicePortLimits as limits } from './limits.ts';

export interface DevicePortOptions<Settings> {
  readonly init: Pick<MonitorInit, 'clock' | 'log' | 'reportStatus'>;
  readonly opening: Pick<PortOpening<Settings>, 'name' | 'settings' | 'onClosed'>;
  readonly kind: DeviceKind<Settings>;
}

export function openDevicePort<Settings>(options: DevicePortOptions<Settings>): OpenPort {
  return new DevicePort(options);
}

/** A device that is open, and with which settings it was opened. */
interface Held {
  readonly device: PortDevice;
  readonly settingsText: string;
}

class DevicePort<Settings> implements OpenPort {
  readonly #options: DevicePortOptions<Settings>;
  readonly #status: StatusReport;
  readonly #ring: ByteRing = createByteRing(limits.backChannelBytes);
  readonly #life = new AbortController();
  #held: Held | undefined;
  #document: DeviceDocument | undefined;
  #writeTimeoutMs = 0;
  #timeOuts: PortTimeOuts | undefined;
  #word = Promise.withResolvers<void>();

  constructor(options: DevicePortOptions<Settings>) {
    this.#options = options;
    const { init, opening } = options;
    this.#status = createStatusReport({ init, portName: opening.name, source: 'port-monitor' });
  }

  async startDocPort(doc: DocInfo, call: Call): Promise<StartDocOutcome> {
    this.#mustBeOpen();
    if (this.#document !== undefined) throw new Error('a document is on this port already');
    const { init, opening, kind } = this.#options;
    const read = opening.settings();
    if (read.kind === 'invalid') {
      return { kind: 'failed', status: 'ERROR_INVALID_DATA', message: read.message };
    }
    const { settings } = read;
    const opened = await this.#open(settings, doc, call.signal);
    if (opened.kind !== 'opened') {
      if (opened.kind === 'waiting') this.#status.set({ ...opened, busy: false });
      return opened;
    }
    this.#writeTimeoutMs = kind.writeTimeoutMs(settings);
    this.#document = createDeviceDocument({
      device: opened.device,
      kind,
      clock: init.clock,
      portName: opening.name,
      onHindrance: (hindrance) => this.#status.set({ reasons: [], ...hindrance, busy: true }),
    });
    this.#status.set({ reasons: [], busy: true });
    return { kind: 'started' };
  }

  async writePort(bytes: Uint8Array, call: Call): Promise<WriteOutcome> {
    const document = this.#mustHaveDocument();
    const outcome = await document.write(
      bytes,
      this.#timeOuts?.writeTotalMs ?? this.#writeTimeoutMs,
      this.#bounded(call.signal),
    );
    if (outcome.kind === 'written') this.#status.set({ reasons: [], busy: true });
    else this.#status.set({ ...outcome, busy: outcome.kind === 'waiting' });
    return outcome;
  }

  async readPort(maxBytes: number, call: Call): Promise<Uint8Array> {
    if (this.#ring.sizeBytes === 0 && this.#held?.device.read !== undefined) {
      const { kind } = this.#options;
      const totalMs = this.#timeOuts?.readTotalMs ?? limits.readTotalMs.initial;
      const intervalMs = this.#timeOuts?.readIntervalMs ?? kind.readIntervalMs ?? 0;
      using total = startDeadline(this.#options.init.clock, totalMs, call.signal);
      await this.#heard(total.signal);
      let mayComeMore = intervalMs > 0 && this.#ring.sizeBytes > 0;
      while (mayComeMore && this.#ring.sizeBytes < maxBytes) {
        using gap = startDeadline(this.#options.init.clock, intervalMs, total.signal);
        mayComeMore = await this.#heard(gap.signal);
      }
    }
    return this.#ring.take(maxBytes);
  }

  async endDocPort({ discard }: { readonly discard: boolean }, call: Call): Promise<PortOutcome> {
    const document = this.#mustHaveDocument();
    const timeoutMs = this.#timeOuts?.writeTotalMs ?? this.#writeTimeoutMs;
    const outcome = discard
      ? await document.discard('the document was given up')
      : await document.end(timeoutMs, this.#bounded(call.signal));
    this.#document = undefined;
    if (document.isBroken) this.#forget();
    else if (!this.#options.kind.keepsOpen) await this.#close();
    this.#status.set({ ...outcome, busy: false });
    return outcome;
  }

  async closePort(): Promise<void> {
    if (this.#life.signal.aborted) return;
    const document = this.#document;
    this.#end();
    if (document === undefined) await this.#close();
    else await document.discard('the port was closed');
    this.#options.opening.onClosed();
  }

  async getPrinterDataFromPort(name: string): Promise<JsonValue | undefined> {
    const { kind, opening } = this.#options;
    const read = opening.settings();
    const known = read.kind === 'read' ? await kind.askData?.(name, read.settings) : undefined;
    return known ?? (await this.#held?.device.askData?.(name));
  }

  setPortTimeOuts(timeOuts: PortTimeOuts): void {
    this.#timeOuts = {
      ...timeOuts,
      readTotalMs: Math.min(timeOuts.readTotalMs, limits.readTotalMs.max),
      writeTotalMs: Math.min(timeOuts.writeTotalMs, limits.writeTotalMs.max),
    };
  }

  cutOff(): void {
    this.#end();
    // Neither of both can fail, and nobody may wait for a device that hangs.
    if (this.#document !== undefined) void this.#document.discard('the port was closed');
    else void this.#close();
  }

  #end(): void {
    this.#life.abort();
    this.#status.stop();
  }

  /** The device that is open already, or a new one. */
  async #open(settings: Settings, doc: DocInfo, signal: AbortSignal): Promise<DeviceOpened> {
    const { kind, opening } = this.#options;
    const settingsText = JSON.stringify(settings);
    try {
      const held = this.#held;
      if (held?.settingsText === settingsText && (await held.device.isThere?.()) !== false) {
        return { kind: 'opened', device: held.device };
      }
      await this.#close();
      const opened = await kind.open(settings, doc, this.#bounded(signal));
      if (opened.kind !== 'opened') return opened;
      if (this.#life.signal.aborted) {
        await opened.device.close();
        this.#mustBeOpen();
      }
      this.#ring.clear();
      this.#held = { device: opened.device, settingsText };
      void this.#listen(opened.device);
      return opened;
    } catch (error) {
      this.#mustBeOpen();
      return kind.notStarted(toHalError(error, opening.name), settings);
    }
  }

  async #close(): Promise<void> {
    const held = this.#held;
    this.#forget();
    await held?.device.close();
  }

  #forget(): void {
    this.#held = undefined;
    this.#wakeReader();
  }

  /** Reads for as long as the device is open; the writer never waits for it. */
  async #listen(device: PortDevice): Promise<void> {
    if (device.read === undefined) return;
    try {
      while (this.#held?.device === device) {
        const part = await device.read();
        if (part === undefined) return;
        this.#ring.push(part);
        this.#wakeReader();
      }
    } catch (error) {
      const message = toHalError(error, this.#options.opening.name).message;
      this.#options.init.log.debug('the back-channel ended', { message });
      // Between documents nobody else would notice that the device is gone.
      if (this.#held?.device === device && this.#document === undefined) await this.#close();
    }
  }

  /** False when the device said nothing before the signal, which is an answer too. */
  async #heard(signal: AbortSignal): Promise<boolean> {
    try {
      await abortable(this.#word.promise, signal);
      return true;
    } catch {
      // Only the wait can end so.
      return false;
    }
  }

  #wakeReader(): void {
    this.#word.resolve();
    this.#word = Promise.withResolvers<void>();
  }

  #bounded(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.#life.signal]);
  }

  #mustHaveDocument(): DeviceDocument {
    if (this.#document !== undefined) return this.#document;
    throw new Error(`no document was started on ${this.#options.opening.name}`);
  }

  #mustBeOpen(): void {
    if (this.#life.signal.aborted) throw new HalError('closed', this.#options.opening.name);
  }
}
