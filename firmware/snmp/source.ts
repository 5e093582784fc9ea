// Gathers what the agent shows: the appliance, its printers with their indices, and the pair.
import type { Clock, Files } from '../../hal/contract.ts';
import type { Links } from '../../hal/links.ts';
import type { DeviceFacts } from '../../monitors/device-facts.ts';
import type { PrinterAddresses } from '../api/types.ts';
import { spoolLimits } from '../limits/spool-limits.ts';
import { deviceFactsOf } from '../printers/device-facts.ts';
import type { Printer } from '../printers/printer.ts';
import type { SnmpIndices } from '../registry/snmp-indices.ts';
import { deviceIdOf } from '../servers/ipp/device-text.ts';
import type { Spooler, SpoolerDirectory } from '../spooler/contract.ts';
import type { AlertBook, AlertChange } from './alerts.ts';
import type {
  EngineView,
  MibPair,
  MibPrinter,
  MibSource,
  MibSystem,
  PrinterWay,
  SnmpCounter,
} from './contract.ts';

export interface SourceOptions {
  readonly directory: SpoolerDirectory;
  readonly indices: SnmpIndices;
  readonly alerts: AlertBook;
  /** Hears of alerts that came or went. */
  readonly onAlerts: (index: number, changes: readonly AlertChange[]) => void;
  readonly addressesOf: (printer: Printer) => PrinterAddresses;
  readonly lpdAddress: () => Promise<string | undefined>;
  readonly links: Links;
  readonly files: Pick<Files, 'space'>;
  readonly spoolFolder: string;
  readonly clock: Clock;
  readonly engine: EngineView;
  readonly counters: () => Readonly<Record<SnmpCounter, number>>;
  readonly system: Omit<MibSystem, 'upMs' | 'wallMs'>;
  /** What the process takes. */
  readonly usage: () => {
    readonly pid: number;
    readonly path: string;
    readonly cpuMs: number;
    readonly memoryBytes: number;
    readonly freeMemoryBytes: number;
  };
  readonly upMs: () => number;
  /** The pair's own part; the spool's is added here. */
  readonly pair: () => Omit<MibPair, 'spoolReserveBytes' | 'spoolFreeBytes'>;
}

export async function gatherSource(options: SourceOptions): Promise<MibSource> {
  const { clock, upMs } = options;
  const [links, space, printers] = await Promise.all([
    options.links.list(),
    options.files.space(options.spoolFolder),
    gatherPrinters(options),
  ]);
  const usage = options.usage();
  const { memoryBytes } = options.system;
  return {
    system: { ...options.system, upMs, wallMs: () => clock.wall().ms },
    engine: options.engine,
    counters: options.counters(),
    links,
    printers,
    storage: [
      {
        name: `Spool (${options.spoolFolder})`,
        kind: 'disk',
        totalBytes: space.totalBytes,
        usedBytes: space.totalBytes - space.freeBytes,
      },
      {
        name: 'Memory',
        kind: 'memory',
        totalBytes: memoryBytes,
        usedBytes: memoryBytes - usage.freeMemoryBytes,
      },
    ],
    software: [
      {
        index: usage.pid,
        name: 'platen',
        path: usage.path,
        cpuHundredths: Math.floor(usage.cpuMs / 10),
        memoryBytes: usage.memoryBytes,
      },
    ],
    pair: {
      ...options.pair(),
      spoolReserveBytes: spoolLimits.reserveBytes,
      spoolFreeBytes: Math.max(0, space.freeBytes - spoolLimits.reserveBytes),
    },
  };
}

async function gatherPrinters(options: SourceOptions): Promise<readonly MibPrinter[]> {
  const lists = options.directory.all().map((spooler) => printersOf(options, spooler));
  const printers = (await Promise.all(lists)).flat();
  return printers.toSorted((a, b) => a.index - b.index);
}

async function printersOf(
  options: SourceOptions,
  { id: spoolerId, printers, ports }: Spooler,
): Promise<readonly MibPrinter[]> {
  const { alerts, upMs } = options;
  const [list, portList, lpd] = await Promise.all([
    printers.list(),
    ports.list(),
    options.lpdAddress(),
  ]);
  const indices = await options.indices.of(
    spoolerId,
    list.map(({ id }) => id),
  );
  const rows = list.map(async (printer): Promise<readonly MibPrinter[]> => {
    const index = indices.get(printer.id);
    if (index === undefined) return [];
    const status = await printers.status(printer.id);
    const changes = alerts.update(printer.id, status, upMs());
    if (changes.length > 0) options.onAlerts(index, changes);
    const device = deviceFactsOf(printer.portNames, portList);
    return [
      {
        index,
        printer,
        status,
        device,
        alerts: alerts.alerts(printer.id),
        alertCounts: alerts.counts(printer.id),
        ways: waysOf(printer, options.addressesOf(printer), lpd),
        deviceId: deviceIdFor(device, printer),
      },
    ];
  });
  return (await Promise.all(rows)).flat();
}

function waysOf(
  printer: Printer,
  { ipp, rawPort }: PrinterAddresses,
  lpd: string | undefined,
): readonly PrinterWay[] {
  const host = ipp === undefined ? undefined : new URL(ipp).hostname;
  return [
    ...(ipp === undefined ? [] : [{ kind: 'ipp' as const, uri: ipp, port: portOf(ipp, 631) }]),
    ...(rawPort === undefined || host === undefined
      ? []
      : [{ kind: 'raw' as const, uri: `socket://${host}:${rawPort}`, port: rawPort }]),
    ...(lpd === undefined
      ? []
      : [
          {
            kind: 'lpd' as const,
            uri: `${lpd}${encodeURIComponent(printer.name)}`,
            port: portOf(lpd, 515),
          },
        ]),
  ];
}

function portOf(uri: string, otherwise: number): number {
  const { port } = new URL(uri);
  return port === '' ? otherwise : Number(port);
}

/** The device's own id, or one made of its model, or of what the printer takes. */
function deviceIdFor({ deviceId, makeAndModel }: DeviceFacts, printer: Printer): string {
  const [, make, model] = /^(\S+)\s+(.+)$/.exec(makeAndModel ?? '') ?? [];
  if ((deviceId ?? '') === '' && make !== undefined && model !== undefined) {
    const plain = (text: string) => text.replaceAll(/[;:]/g, ' ');
    return `MFG:${plain(make)};MDL:${plain(model)};CLS:PRINTER;`;
  }
  return deviceIdOf(deviceId === undefined ? {} : { deviceId }, printer);
}
