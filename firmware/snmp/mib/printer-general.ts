// Printer-MIB (RFC 3805): general, localization, console, channels, interpreters, covers.
import {
  counterValue,
  integerValue,
  type SnmpValue,
  textValue,
} from '../../../monitors/wire/snmp/values.ts';
import { offeredFormats } from '../../printers/settings.ts';
import type { MibPrinter, PrinterWay } from '../contract.ts';
import { allRows, type Column, nothing, table } from './rows.ts';

const column = (
  name: string,
  number: number,
  value: (row: MibPrinter) => SnmpValue,
): Column<MibPrinter> => ({ name, number, value });

/** Of each printer there is one input, output, marker and localization by default. */
const first = 1;
const notResetting = 3;
const operatorConsoleEnabled = 3;
const noSheet = 4;
/** There is no such subunit, or nobody knows. */
const unknown = -2;
const displayChars = 40;
/** IANA's MIBenum of UTF-8. */
const utf8 = 106;
/** PrtConsoleColorTC. */
const red = 4;

const general = table<MibPrinter>({
  entry: '1.3.6.1.2.1.43.5.1.1',
  rows: ({ printers }) => printers,
  index: ({ index }) => [index],
  columns: [
    column('prtGeneralConfigChanges', 1, () => counterValue(0)),
    column('prtGeneralCurrentLocalization', 2, () => integerValue(first)),
    column('prtGeneralReset', 3, () => integerValue(notResetting)),
    column('prtGeneralCurrentOperator', 4, () => nothing()),
    column('prtGeneralServicePerson', 5, () => nothing()),
    column('prtInputDefaultIndex', 6, () => integerValue(first)),
    column('prtOutputDefaultIndex', 7, () => integerValue(first)),
    column('prtMarkerDefaultMarkerIndex', 8, () => integerValue(first)),
    column('prtMediaPathDefaultIndex', 9, () => integerValue(first)),
    column('prtConsoleLocalization', 10, () => integerValue(first)),
    column('prtConsoleNumberOfDisplayLines', 11, (row) => integerValue(consoleLines(row).length)),
    column('prtConsoleNumberOfDisplayChars', 12, () => integerValue(displayChars)),
    column('prtConsoleDisable', 13, () => integerValue(operatorConsoleEnabled)),
    column('prtAuxiliarySheetStartupPage', 14, () => integerValue(noSheet)),
    column('prtAuxiliarySheetBannerPage', 15, () => integerValue(noSheet)),
    column('prtGeneralPrinterName', 16, ({ printer }) => textValue(printer.name, 127)),
    column('prtGeneralSerialNumber', 17, ({ device }) => textValue(device.serialNumber ?? '')),
    column('prtAlertCriticalEvents', 18, ({ alertCounts }) => counterValue(alertCounts.critical)),
    column('prtAlertAllEvents', 19, ({ alertCounts }) => counterValue(alertCounts.all)),
  ],
});

const covers = table<MibPrinter>({
  entry: '1.3.6.1.2.1.43.6.1.1',
  rows: ({ printers }) => printers,
  index: ({ index }) => [index, first],
  columns: [
    column('prtCoverDescription', 2, () => textValue('Cover')),
    column('prtCoverStatus', 3, ({ status }) => integerValue(coverStatus(status.reasons))),
  ],
});

function coverStatus(reasons: readonly string[]): number {
  const isOpen = (name: string) => reasons.some((reason) => reason.startsWith(`${name}-open-`));
  if (isOpen('interlock')) return 5;
  return isOpen('cover') || isOpen('door') ? 3 : 4;
}

const localizations = table<MibPrinter>({
  entry: '1.3.6.1.2.1.43.7.1.1',
  rows: ({ printers }) => printers,
  index: ({ index }) => [index, first],
  columns: [
    column('prtLocalizationLanguage', 2, () => textValue('en')),
    column('prtLocalizationCountry', 3, () => nothing()),
    column('prtLocalizationCharacterSet', 4, () => integerValue(utf8)),
  ],
});

/** What the device's display says, or what Platen says of it. */
function consoleLines({ device, status }: MibPrinter): readonly string[] {
  const { consoleText = [] } = device;
  if (consoleText.length > 0) return consoleText;
  return [status.message === '' ? status.state : status.message];
}

interface Line {
  readonly printer: number;
  readonly at: number;
  readonly text: string;
}

const consoleBuffer = table<Line>({
  entry: '1.3.6.1.2.1.43.16.5.1',
  rows: ({ printers }) =>
    printers.flatMap((row) =>
      consoleLines(row).map((text, at) => ({ printer: row.index, at: at + 1, text })),
    ),
  index: ({ printer, at }) => [printer, at],
  columns: [
    { name: 'prtConsoleDisplayBufferText', number: 2, value: ({ text }) => textValue(text) },
  ],
});

const lights = table<MibPrinter>({
  entry: '1.3.6.1.2.1.43.17.6.1',
  rows: ({ printers }) => printers,
  index: ({ index }) => [index, first],
  columns: [
    column('prtConsoleOnTime', 2, ({ status }) => integerValue(status.state === 'stopped' ? 1 : 0)),
    column('prtConsoleOffTime', 3, ({ status }) =>
      integerValue(status.state === 'stopped' ? 0 : 1),
    ),
    column('prtConsoleColor', 4, () => integerValue(red)),
    column('prtConsoleDescription', 5, () => textValue('Attention')),
  ],
});

interface Channel {
  readonly printer: number;
  readonly at: number;
  readonly way: PrinterWay;
}

/** PrtChannelTypeTC. */
export const channelTypes = { lpd: 8, raw: 11, ipp: 44 } as const;
const printDataAccepted = 3;
const noDataAccepted = 4;

const channels = table<Channel & { readonly accepting: boolean }>({
  entry: '1.3.6.1.2.1.43.14.1.1',
  rows: ({ printers }) =>
    printers.flatMap(({ index, ways, printer }) =>
      ways.map((way, at) => ({
        printer: index,
        at: at + 1,
        way,
        accepting: printer.accepting,
      })),
    ),
  index: ({ printer, at }) => [printer, at],
  columns: [
    {
      name: 'prtChannelType',
      number: 2,
      value: ({ way }) => integerValue(channelTypes[way.kind]),
    },
    { name: 'prtChannelProtocolVersion', number: 3, value: () => nothing() },
    { name: 'prtChannelCurrentJobCntlLangIndex', number: 4, value: () => integerValue(first) },
    { name: 'prtChannelDefaultPageDescLangIndex', number: 5, value: () => integerValue(first) },
    {
      name: 'prtChannelState',
      number: 6,
      value: ({ accepting }) => integerValue(accepting ? printDataAccepted : noDataAccepted),
    },
    { name: 'prtChannelIfIndex', number: 7, value: () => integerValue(0) },
    { name: 'prtChannelStatus', number: 8, value: () => integerValue(0) },
    { name: 'prtChannelInformation', number: 9, value: ({ way }) => textValue(`URI=${way.uri}`) },
  ],
});

/** PrtInterpreterLangFamilyTC of the formats that have one. */
const languages: Readonly<Record<string, number>> = {
  'application/postscript': 6,
  'application/vnd.hp-pcl': 3,
  'application/pdf': 54,
  'text/plain': 38,
  'application/octet-stream': 37,
};
const otherLanguage = 1;
const portrait = 3;
const noTwoWay = 4;

interface Interpreter {
  readonly printer: number;
  readonly at: number;
  readonly format: string;
}

const interpreters = table<Interpreter>({
  entry: '1.3.6.1.2.1.43.15.1.1',
  rows: ({ printers }) =>
    printers.flatMap(({ index, printer, device }) =>
      offeredFormats(printer, device.takes?.formats).map((format, at) => ({
        printer: index,
        at: at + 1,
        format,
      })),
    ),
  index: ({ printer, at }) => [printer, at],
  columns: [
    {
      name: 'prtInterpreterLangFamily',
      number: 2,
      value: ({ format }) => integerValue(languages[format] ?? otherLanguage),
    },
    { name: 'prtInterpreterLangLevel', number: 3, value: () => nothing() },
    { name: 'prtInterpreterLangVersion', number: 4, value: () => nothing() },
    {
      name: 'prtInterpreterDescription',
      number: 5,
      value: ({ format }) => textValue(format),
    },
    { name: 'prtInterpreterVersion', number: 6, value: () => nothing() },
    { name: 'prtInterpreterDefaultOrientation', number: 7, value: () => integerValue(portrait) },
    { name: 'prtInterpreterFeedAddressability', number: 8, value: () => integerValue(unknown) },
    { name: 'prtInterpreterXFeedAddressability', number: 9, value: () => integerValue(unknown) },
    { name: 'prtInterpreterDefaultCharSetIn', number: 10, value: () => integerValue(utf8) },
    { name: 'prtInterpreterDefaultCharSetOut', number: 11, value: () => integerValue(utf8) },
    { name: 'prtInterpreterTwoWay', number: 12, value: () => integerValue(noTwoWay) },
  ],
});

/** PrtAlertSeverityLevelTC. */
export const alertSeverities = { report: 1, warning: 4, error: 3 } as const;
const trainedOperator = 3;

const alerts = table<{
  readonly printer: number;
  readonly alert: MibPrinter['alerts'][number];
}>({
  entry: '1.3.6.1.2.1.43.18.1.1',
  rows: ({ printers }) =>
    printers.flatMap((row) => row.alerts.map((alert) => ({ printer: row.index, alert }))),
  index: ({ printer, alert }) => [printer, alert.index],
  columns: [
    { name: 'prtAlertIndex', number: 1, value: ({ alert }) => integerValue(alert.index) },
    {
      name: 'prtAlertSeverityLevel',
      number: 2,
      value: ({ alert }) => integerValue(alertSeverities[alert.severity]),
    },
    { name: 'prtAlertTrainingLevel', number: 3, value: () => integerValue(trainedOperator) },
    { name: 'prtAlertGroup', number: 4, value: ({ alert }) => integerValue(alert.group) },
    { name: 'prtAlertGroupIndex', number: 5, value: () => integerValue(first) },
    { name: 'prtAlertLocation', number: 6, value: () => integerValue(unknown) },
    { name: 'prtAlertCode', number: 7, value: ({ alert }) => integerValue(alert.code) },
    { name: 'prtAlertDescription', number: 8, value: ({ alert }) => textValue(alert.words) },
    {
      name: 'prtAlertTime',
      number: 9,
      value: ({ alert }) => ({ type: 'time-ticks', value: Math.floor(alert.upMs / 10) }),
    },
  ],
});

export const printerGeneralRows = allRows([
  general,
  covers,
  localizations,
  channels,
  interpreters,
  consoleBuffer,
  lights,
  alerts,
]);
