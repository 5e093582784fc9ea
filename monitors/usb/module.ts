// The usb monitor: documents to printers at a USB socket of this box.
import type { HalError } from '../../hal/errors.ts';
import type { Monitor2, MonitorInit, MonitorModule } from '../contract.ts';
import type { DeviceKind, NotStarted } from '../device-port/device.ts';
import { createPortMonitor } from '../ports/port-monitor.ts';
import { warningOf } from '../ports/reasons.ts';
import { createUsbFinder, type UsbFinder } from './finder.ts';
import { createIppUsb } from './ipp-channel.ts';
import { createUsbIppWatch, type UsbIppWatch } from './ipp-watch.ts';
import { usbMonitorLimits } from './limits.ts';
import { openUsbPrinter } from './open-printer.ts';
import { openUsbPort } from './port.ts';
import { protocolOf } from './protocol.ts';
import { usbMonitorUI, type UsbSettings, usbSettingRows, usbSettingsSchema } from './settings.ts';
import { createUsbWatch, type UsbWatch } from './watch.ts';
import { usbXcvCommands } from './xcv-commands.ts';

export const usbMonitor: MonitorModule = {
  name: 'usb',
  kind: 'port',
  locality: 'local',
  initializePrintMonitor2: async (init) => (init.local ? createInstance(init) : undefined),
  initializePrintMonitorUI: () => usbMonitorUI,
};

async function createInstance(init: MonitorInit): Promise<Monitor2> {
  const finder = createUsbFinder(init.devices);
  const ippUsb = createIppUsb({ devices: init.devices, finder, clock: init.clock });
  const kind = usbKind(init, finder);
  /** What the ports that are open just now lead to. */
  const keys = new Map<string, () => string | undefined>();
  const ippWatch = createUsbIppWatch({ init, finder, ippUsb });
  const watch = createWatch({ init, finder, ippWatch, keyOf: (name) => keys.get(name)?.() });
  const monitor = await createPortMonitor(init, {
    monitorName: usbMonitor.name,
    ui: usbMonitorUI,
    rows: usbSettingRows,
    schema: usbSettingsSchema,
    // What was learned is shown with the port's status.
    secrets: ['learned'],
    // By IPP nothing comes back as bytes, and language monitors have no place.
    describe: ({ description, protocol }) => ({
      description,
      types: protocol === 'ipp' ? ['write'] : ['write', 'read'],
    }),
    open(opening) {
      keys.set(opening.name, () => {
        const read = opening.settings();
        return read.kind === 'read' ? read.settings.device : undefined;
      });
      watch.use([opening.name]);
      const onClosed = () => {
        keys.delete(opening.name);
        watch.unuse([opening.name]);
        opening.onClosed();
      };
      return openUsbPort({
        init,
        opening: { ...opening, onClosed },
        kind,
        finder,
        ippUsb,
        ippWatch,
      });
    },
    commands: usbXcvCommands(finder),
    watch: ippWatch,
  });
  return {
    ...monitor,
    async shutdown(call) {
      watch.stop();
      await monitor.shutdown(call);
      await ippUsb.release();
    },
  };
}

interface WatchParts {
  readonly init: Pick<MonitorInit, 'clock'>;
  readonly finder: UsbFinder;
  readonly ippWatch: Pick<UsbIppWatch, 'reportOf' | 'soon'>;
  readonly keyOf: (portName: string) => string | undefined;
}

function createWatch({ init, finder, ippWatch, keyOf }: WatchParts): UsbWatch {
  return createUsbWatch({
    clock: init.clock,
    async isPresent(portName) {
      const key = keyOf(portName);
      return key === undefined ? undefined : (await finder.find(key)).length > 0;
    },
    onChange(portName, isPresent) {
      const status = isPresent
        ? { reasons: [] }
        : {
            reasons: [warningOf('offline-report')],
            message: 'the printer was unplugged, or is off',
          };
      // By this report, so that what the printer takes is told on while it is away.
      ippWatch.reportOf(portName).set({ ...status, busy: false });
      if (isPresent) ippWatch.soon(portName);
    },
  });
}

function usbKind(
  { devices, clock }: Pick<MonitorInit, 'devices' | 'clock'>,
  finder: UsbFinder,
): DeviceKind<UsbSettings> {
  return {
    open: ({ device }, _doc, signal) => openUsbPrinter({ devices, finder, clock }, device, signal),
    notStarted,
    async askData(name, settings) {
      // Over IPP no language monitor is wanted, whatever the printer speaks.
      if (name !== 'DeviceId' || (await protocolOf(finder, settings)) === 'ipp') return undefined;
      return (await finder.idOf(settings.device))?.text;
    },
    writeTimeoutMs: (settings) => settings.writeTimeoutMs,
    chunkBytes: usbMonitorLimits.chunkBytes,
    // Opening takes time, and upsets some printers; and status is asked between documents.
    keepsOpen: true,
    silence: {
      reasons: [warningOf('timed-out')],
      message: 'the printer takes no data',
    },
  };
}

function notStarted(error: HalError): NotStarted {
  if (error.code === 'permission-denied') {
    return { kind: 'failed', status: 'ERROR_ACCESS_DENIED', message: error.message };
  }
  const message = error.code === 'busy' ? 'another program uses the printer' : error.message;
  return { kind: 'waiting', reasons: [warningOf('offline-report')], message };
}
