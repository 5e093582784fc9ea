// Asks the printers of USB ports that speak IPP what they take and how they are, as those of ipp
// ports are asked; and keeps what they take with the port.
import type { MonitorInit } from '../contract.ts';
import { ippSettingsSchema, type IppSettings } from '../ipp/settings.ts';
import { createIppWatch, type IppWatch } from '../ipp/watch.ts';
import type { PortOpening, PortWatch } from '../ports/port-monitor.ts';
import type { SettingsRead } from '../registry-values.ts';
import type { UsbFinder } from './finder.ts';
import { ippInterfaces } from './interfaces.ts';
import type { IppUsb } from './ipp-channel.ts';
import { protocolOf } from './protocol.ts';
import type { UsbSettings } from './settings.ts';

export interface UsbIppWatchOptions {
  readonly init: Pick<MonitorInit, 'clock' | 'devices' | 'reportStatus' | 'log'>;
  readonly finder: UsbFinder;
  readonly ippUsb: IppUsb;
}

export interface UsbIppWatch extends PortWatch<UsbSettings>, Pick<IppWatch, 'reportOf' | 'soon'> {}

/** IPP-USB 1.0, 4.2: where every such printer is, as seen over its channel. */
const printerUri = 'ipp://localhost/ipp/print';

/** No name of a port: it has a slash. */
const watchOwner = 'the/watch';

export function createUsbIppWatch({ init, finder, ippUsb }: UsbIppWatchOptions): UsbIppWatch {
  const settingsOf = new Map<string, () => UsbSettings | undefined>();
  const watch = createIppWatch({
    init,
    devicesOf: (portName) => ({
      ...init.devices,
      async connectTcp({ timeoutMs, signal }) {
        const settings = settingsOf.get(portName)?.();
        return ippUsb.connect(settings?.device ?? '', { timeoutMs, signal, owner: watchOwner });
      },
    }),
    /** One that is not there has nothing to say, and its coming is told. */
    async mayAsk(portName) {
      const settings = settingsOf.get(portName)?.();
      if (settings === undefined) return false;
      const [device, ...twins] = await finder.find(settings.device);
      if (device === undefined || twins.length > 0) return false;
      const speaks = ippInterfaces(device).length > 0;
      return speaks && (await protocolOf(finder, settings)) === 'ipp';
    },
  });
  return {
    reportOf: (portName) => watch.reportOf(portName),
    soon: (portName) => watch.soon(portName),
    used(ports) {
      for (const { name, settings } of ports) {
        settingsOf.set(name, () => {
          const read = settings();
          return read?.kind === 'read' ? read.settings : undefined;
        });
      }
      watch.used(
        ports.map(({ name, settings, change }) => ({
          name,
          settings() {
            const read = settings();
            return read && asIppSettings(read);
          },
          change: (changed) => changeLearned(change, changed),
        })),
      );
    },
    unused(portNames) {
      watch.unused(portNames);
      for (const name of portNames) settingsOf.delete(name);
    },
    stop: () => watch.stop(),
  };
}

/** A USB port as the ipp monitor sees its own. */
export function asIppSettings(read: SettingsRead<UsbSettings>): SettingsRead<IppSettings> {
  if (read.kind === 'invalid') return read;
  const { device, learned } = read.settings;
  const [of, text = ''] = parted(learned);
  // Of the printer that the port led to before nothing counts.
  const own = of === device ? text : '';
  return { kind: 'read', settings: ippSettingsSchema.parse({ uri: printerUri, learned: own }) };
}

/** Only what was learned is kept: there is no certificate on a cable. */
export function changeLearned(
  change: PortOpening<UsbSettings>['change'],
  changed: (settings: IppSettings) => IppSettings,
): Promise<void> {
  return change((latest) => {
    const before = asIppSettings({ kind: 'read', settings: latest });
    if (before.kind === 'invalid') return latest;
    return { ...latest, learned: `${latest.device}\n${changed(before.settings).learned}` };
  });
}

function parted(learned: string): readonly string[] {
  const end = learned.indexOf('\n');
  return end < 0 ? [learned] : [learned.slice(0, end), learned.slice(end + 1)];
}
