// PRINTER-PORT-MONITOR-MIB (PWG 5107.1): what a client needs to print to each printer.
import {
  gaugeValue,
  integerValue,
  type SnmpValue,
  textValue,
} from '../../../monitors/wire/snmp/values.ts';
import type { MibPrinter, PrinterWay } from '../contract.ts';
import { channelTypes } from './printer-general.ts';
import { allRows, type Column, nothing, scalars, table } from './rows.ts';

const truth = { yes: 1, no: 2 } as const;
const first = 1;

const general = scalars([
  {
    name: 'ppmGeneralNaturalLanguage',
    oid: '1.3.6.1.4.1.2699.1.2.1.1.1',
    value: () => textValue('en'),
  },
  {
    name: 'ppmGeneralNumberOfPrinters',
    oid: '1.3.6.1.4.1.2699.1.2.1.1.2',
    value: ({ printers }) => gaugeValue(printers.length),
  },
  {
    name: 'ppmGeneralNumberOfPorts',
    oid: '1.3.6.1.4.1.2699.1.2.1.1.3',
    value: ({ printers }) => gaugeValue(printers.flatMap(({ ways }) => ways).length),
  },
]);

const column = (
  name: string,
  number: number,
  value: (row: MibPrinter) => SnmpValue,
): Column<MibPrinter> => ({ name, number, value });

/** ppmPrinterIndex is the printer's hrDeviceIndex. */
const printers = table<MibPrinter>({
  entry: '1.3.6.1.4.1.2699.1.2.1.2.1.1',
  rows: ({ printers: all }) => all,
  index: ({ index }) => [index],
  columns: [
    column('ppmPrinterName', 2, ({ printer }) => textValue(printer.name, 127)),
    column('ppmPrinterIEEE1284DeviceId', 3, ({ deviceId }) => textValue(deviceId, 1_023)),
    column('ppmPrinterNumberOfPorts', 4, ({ ways }) => gaugeValue(ways.length)),
    column('ppmPrinterPreferredPortIndex', 5, ({ ways }) =>
      integerValue(ways.length === 0 ? 0 : first),
    ),
    column('ppmPrinterHrDeviceIndex', 6, ({ index }) => integerValue(index)),
    // Who reads this knows a community already; it is not told to others.
    column('ppmPrinterSnmpCommunityName', 7, () => nothing()),
    column('ppmPrinterSnmpQueryEnabled', 8, () => integerValue(truth.yes)),
  ],
});

interface Way {
  readonly printer: number;
  readonly at: number;
  readonly way: PrinterWay;
}

const ports = table<Way>({
  entry: '1.3.6.1.4.1.2699.1.2.1.3.1.1',
  rows: ({ printers: all }) =>
    all.flatMap(({ index, ways }) => ways.map((way, at) => ({ printer: index, at: at + 1, way }))),
  index: ({ printer, at }) => [printer, at],
  columns: [
    { name: 'ppmPortEnabled', number: 2, value: () => integerValue(truth.yes) },
    { name: 'ppmPortName', number: 3, value: ({ way }) => textValue(way.kind, 127) },
    { name: 'ppmPortServiceNameOrURI', number: 4, value: ({ way }) => textValue(way.uri) },
    {
      name: 'ppmPortProtocolType',
      number: 5,
      value: ({ way }) => integerValue(channelTypes[way.kind]),
    },
    { name: 'ppmPortProtocolTargetPort', number: 6, value: ({ way }) => integerValue(way.port) },
    {
      name: 'ppmPortProtocolAltSourceEnabled',
      number: 7,
      value: () => integerValue(truth.yes),
    },
    { name: 'ppmPortPrtChannelIndex', number: 8, value: ({ at }) => integerValue(at) },
    { name: 'ppmPortLprByteCountEnabled', number: 9, value: () => integerValue(truth.no) },
  ],
});

export const portMonitorRows = allRows([general, printers, ports]);
