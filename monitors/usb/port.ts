// One open USB port: raw documents over the printer's data pipes, or IPP over its IPP channel.
import { HalError, isHalError } from '../../hal/errors.ts';
import type {
  Call,
  DocInfo,
  JsonValue,
  MonitorInit,
  MonitorPort,
  PortOutcome,
  PortTimeOuts,
  StartDocOutcome,
  WriteOutcome,
} from '../contract.ts';
import type { DeviceKind } from '../device-port/device.ts';
import { openDevicePort } from '../device-port/port.ts';
import { openIppPort } from '../ipp/port.ts';
import type { IppSettings } from '../ipp/settings.ts';
import type { PortOpening } from '../ports/port-monitor.ts';
import type { OpenPort } from '../ports/port-table.ts';
import type { UsbFinder } from './finder.ts';
import type { IppUsb } from './ipp-channel.ts';
import { asIppSettings, changeLearned, type UsbIppWatch } from './ipp-watch.ts';
import { protocolOf, type UsbProtocol } from './protocol.ts';
import type { UsbSettings } from './settings.ts';

export interface UsbPortOptions {
  readonly init: Pick<MonitorInit, 'clock' | 'log' | 'reportStatus' | 'devices'>;
  readonly opening: PortOpening<UsbSettings>;
  readonly kind: DeviceKind<UsbSettings>;
  readonly finder: UsbFinder;
  readonly ippUsb: IppUsb;
  readonly ippWatch: Pick<UsbIppWatch, 'reportOf'>;
}

export function openUsbPort(options: UsbPortOptions): OpenPort {
  return new UsbPort(options);
}

class UsbPort implements OpenPort {
  readonly #options: UsbPortOptions;
  #protocol: UsbProtocol = 'raw';
  #port: OpenPort;
  #isClosed = false;

  constructor(options: UsbPortOptions) {
    this.#options = options;
    this.#port = this.#open('raw');
  }

  async startDocPort(doc: DocInfo, call: Call): Promise<StartDocOutcome> {
    const { opening, finder } = this.#options;
    const read = opening.settings();
    if (read.kind === 'read') await this.#use(await this.#protocolOf(finder, read.settings), call);
    return this.#port.startDocPort(doc, call);
  }

  writePort(bytes: Uint8Array, call: Call): Promise<WriteOutcome> {
    return this.#port.writePort(bytes, call);
  }

  readPort(maxBytes: number, call: Call): Promise<Uint8Array> {
    return this.#port.readPort(maxBytes, call);
  }

  endDocPort(request: { readonly discard: boolean }, call: Call): Promise<PortOutcome> {
    return this.#port.endDocPort(request, call);
  }

  async closePort(call: Call): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { ippUsb, opening } = this.#options;
    await this.#port.closePort(call);
    await ippUsb.release(opening.name);
    opening.onClosed();
  }

  async getPrinterDataFromPort(name: string, call: Call): Promise<JsonValue | undefined> {
    return await this.#port.getPrinterDataFromPort?.(name, call);
  }

  setPortTimeOuts(timeOuts: PortTimeOuts): void {
    this.#port.setPortTimeOuts?.(timeOuts);
  }

  cutOff(): void {
    this.#isClosed = true;
    this.#port.cutOff();
    // Nobody may wait for a device that hangs.
    void this.#options.ippUsb.release(this.#options.opening.name);
  }

  async #protocolOf(finder: UsbFinder, settings: UsbSettings): Promise<UsbProtocol> {
    try {
      return await protocolOf(finder, settings);
    } catch (error) {
      if (!isHalError(error)) throw error;
      // Opening the device says what is wrong with it.
      return 'raw';
    }
  }

  /** Both may need the same interface: one lets go before the other takes it. */
  async #use(protocol: UsbProtocol, call: Call): Promise<void> {
    if (protocol === this.#protocol) return;
    await this.#port.closePort(call);
    await this.#options.ippUsb.release(this.#options.opening.name);
    if (this.#isClosed) throw new HalError('closed', this.#options.opening.name);
    this.#protocol = protocol;
    this.#port = this.#open(protocol);
  }

  #open(protocol: UsbProtocol): OpenPort & MonitorPort {
    const { init, opening, kind, ippWatch } = this.#options;
    const { name, settings } = opening;
    const onClosed = () => {};
    if (protocol === 'raw') {
      return openDevicePort({ init, opening: { name, settings, onClosed }, kind });
    }
    const report = ippWatch.reportOf(name);
    // Never a group's: its printer is at this box alone.
    const ippInit = { ...this.#ippInit(), local: true };
    return openIppPort({ init: ippInit, opening: ippOpening(opening), report });
  }

  #ippInit(): UsbPortOptions['init'] {
    const { init, opening, ippUsb } = this.#options;
    return {
      ...init,
      devices: {
        ...init.devices,
        async connectTcp({ timeoutMs, signal }) {
          const read = opening.settings();
          if (read.kind === 'invalid') throw new HalError('not-found', opening.name);
          const owner = opening.name;
          return ippUsb.connect(read.settings.device, { timeoutMs, signal, owner });
        },
      },
    };
  }
}

/** The settings of the USB port as the ipp monitor reads its own. */
function ippOpening({
  name,
  settings,
  change,
}: PortOpening<UsbSettings>): PortOpening<IppSettings> {
  return {
    name,
    settings: () => asIppSettings(settings()),
    change: (changed) => changeLearned(change, changed),
    onClosed() {},
  };
}
