// A USB printer as the device of a port: transfers that end when the printer has taken the bytes.
import type { Clock, UsbInterface } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { abortable, sleep, startDeadline } from '../../hal/time.ts';
import type { JsonValue } from '../contract.ts';
import type { PortDevice } from '../device-port/device.ts';
import type { Pipes } from './interfaces.ts';
import { usbMonitorLimits as limits } from './limits.ts';
import {
  askDeviceId,
  askPortStatus,
  hindranceOfStatus,
  requestSoftReset,
} from './printer-class.ts';
import type { Quirk } from './quirks.ts';

export interface UsbPortDeviceOptions {
  readonly usbInterface: UsbInterface;
  readonly pipes: Pipes;
  readonly quirks: ReadonlySet<Quirk>;
  readonly clock: Clock;
  readonly isThere: () => Promise<boolean>;
}

export function createUsbPortDevice(options: UsbPortDeviceOptions): PortDevice {
  return new UsbPrinter(options);
}

class UsbPrinter implements PortDevice {
  readonly read?: () => Promise<Uint8Array | undefined>;
  readonly #options: UsbPortDeviceOptions;
  #underWay: Promise<unknown> = Promise.resolve();
  #isOver = false;
  /** The pipe refuses everything until that is cleared. */
  #isHalted = false;
  /** Bytes of a document that did not end are in the printer. */
  #holdsPart = false;

  constructor(options: UsbPortDeviceOptions) {
    this.#options = options;
    const { in: pipe } = options.pipes;
    if (pipe !== undefined && !options.quirks.has('unidirectional')) {
      this.read = () => this.#read(pipe);
    }
  }

  write(bytes: Uint8Array): Promise<number> {
    const { usbInterface, pipes } = this.#options;
    this.#holdsPart = true;
    const transfer = usbInterface.transferOut(pipes.out, bytes, limits.transferMs);
    this.#underWay = transfer.catch((error: unknown) => {
      // Whoever waits for the transfer hears of it; here it only matters how to go on.
      if (isHalError(error, 'stalled')) this.#isHalted = true;
    });
    return transfer;
  }

  async askHindrance() {
    const status = await askPortStatus(this.#options.usbInterface, limits.controlMs);
    return status === undefined ? undefined : hindranceOfStatus(status);
  }

  /** The last transfer has ended: the printer has all bytes, and says nothing of the paper. */
  async finish() {
    this.#holdsPart = false;
    return { outcome: 'sent', reasons: [] } as const;
  }

  async discard(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#holdsPart) await this.#forgetDocument();
    await this.#options.usbInterface.close();
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await this.#options.usbInterface.close();
  }

  isThere(): Promise<boolean> {
    return this.#options.isThere();
  }

  async askData(name: string): Promise<JsonValue | undefined> {
    if (name === 'DeviceId') {
      return (await askDeviceId(this.#options.usbInterface, limits.controlMs))?.text;
    }
    if (name !== 'PortStatus') return undefined;
    const status = await askPortStatus(this.#options.usbInterface, limits.controlMs);
    return status && { ...status };
  }

  async #read(pipe: number): Promise<Uint8Array | undefined> {
    while (!this.#isOver) {
      // One that is given up loses what comes at that moment; closing the interface ends it.
      const { listenBytes, transferMs } = limits;
      const said = await this.#options.usbInterface.transferIn(pipe, listenBytes, transferMs);
      if (said !== undefined && said.length > 0) return said;
      // A printer that answers at once with nothing would be asked without a pause.
      if (said !== undefined) await sleep(this.#options.clock, limits.listenMs);
    }
    return undefined;
  }

  /**
   * A soft reset empties the printer's buffers, so that a transfer it held can end; where that does
   * not help, only a reset of the port ends the transfer.
   */
  async #forgetDocument(): Promise<void> {
    const { clock, quirks } = this.#options;
    try {
      if (this.#isHalted) await this.#options.usbInterface.clearHalt(this.#options.pipes.out);
      if (!quirks.has('no-soft-reset')) {
        await requestSoftReset(this.#options.usbInterface, limits.controlMs);
      }
      using deadline = startDeadline(clock, limits.softResetMs);
      await abortable(this.#underWay, deadline.signal);
    } catch {
      // Held, stalled or gone: the next step is for all of them.
      try {
        await this.#options.usbInterface.resetPort();
      } catch {
        // The device is gone, and its transfers with it.
      }
    }
  }
}
