// A port with a language monitor on it keeps the contract of port monitors, as the one below does.
import type { MonitorInit, MonitorModule } from '../../monitors/contract.ts';
import { openWithLanguage } from '../../monitors/language/choose.ts';
import { tcpMonitor } from '../../monitors/tcp/module.ts';
import { startLanguagePrinter } from '../../tools/emulators/language-printer/printer.ts';
import { createFakeNetwork } from '../fakes/network.ts';
import { VirtualClock } from '../world/clock.ts';
import { type LanguageName, languageMonitors } from './language-rig.ts';
import { never, type PortMonitorRig, portMonitorSuite } from './port-monitor-suite.ts';
import { devicesOver } from './tcp-rig.ts';

/** The tcp monitor, each of whose ports is opened with the language monitor. */
function tcpWith(name: LanguageName): MonitorModule {
  const initializePrintMonitor2 = async (init: MonitorInit) => {
    const below = await tcpMonitor.initializePrintMonitor2?.(init);
    const above = await languageMonitors[name].initializePrintMonitor2?.(init);
    if (below === undefined || above === undefined) return undefined;
    return {
      ...below,
      openPort: (portName: string) =>
        openWithLanguage(
          {
            portName,
            printerName: 'Front desk',
            portMonitor: below,
            languageMonitor: above,
            bidirectional: true,
          },
          never(),
        ),
      async shutdown() {
        await above.shutdown(never());
        await below.shutdown(never());
      },
    };
  };
  return { ...tcpMonitor, initializePrintMonitor2 };
}

/** What lies between the bytes that the language monitor adds; undefined before it is whole. */
const documentIn: Readonly<Record<'pjl' | 'escpos', (bytes: Buffer) => Buffer | undefined>> = {
  pjl(bytes) {
    const job = bytes.indexOf('@PJL JOB NAME = "');
    const end = bytes.lastIndexOf('\x1b%-12345X@PJL EOJ NAME');
    if (job < 0 || end < 0) return undefined;
    return bytes.subarray(bytes.indexOf('\r\n', job) + 2, end);
  },
  escpos(bytes) {
    const questionsBytes = 12;
    const end = bytes.lastIndexOf('\x1d(H\x06\x0000');
    return end < 0 ? undefined : bytes.subarray(questionsBytes, end);
  },
};

async function makeRig(language: 'pjl' | 'escpos'): Promise<PortMonitorRig> {
  const clock = new VirtualClock();
  const tcp = createFakeNetwork({ clock });
  const address = '127.0.0.1';
  const printer = await startLanguagePrinter({ tcp, clock, address, port: 0, language });
  const documents = () =>
    printer
      .sessions()
      .filter(({ ended }) => ended)
      .flatMap(({ bytes }) => documentIn[language](bytes) ?? []);
  return {
    module: tcpWith(language),
    clock,
    devices: devicesOver(tcp),
    device: {
      async work() {
        printer.stall(false);
        printer.breakAfter(undefined);
        await printer.refuse(false);
      },
      refuse: () => printer.refuse(true),
      stall: async () => printer.stall(true),
      breakAfter: async (sizeBytes) => printer.breakAfter(sizeBytes),
      say() {},
      async untilDocuments(count) {
        await printer.until(() => documents().length >= count);
        return documents();
      },
    },
    portInput: { host: address, portNumber: printer.local.port },
    floodBytes: 1024 * 1024,
    dispose: () => printer.close(),
  };
}

for (const language of ['pjl', 'escpos'] as const) {
  // The language monitor itself hears the device: nothing is left for a reader.
  portMonitorSuite(`${language} on tcp`, () => makeRig(language), { backChannel: false });
}
