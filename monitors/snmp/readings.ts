// What a printer's SNMP agent says, read from any answer at all (RFC 2790, RFC 3805).
import type { SnmpReading, SnmpReadings } from '../../hal/snmp.ts';
import type { DeviceReason, DeviceReasonKeyword } from '../contract.ts';
import type { DeviceFacts, InputFacts, SupplyFacts } from '../device-facts.ts';
import { uniteReasons } from '../device-status.ts';
import { snmpPollLimits as limits } from './limits.ts';

/** Objects without their instances; `N` of them is the printer's hrDeviceIndex. */
export const objects = {
  deviceDescription: '1.3.6.1.2.1.25.3.2.1.3',
  deviceStatus: '1.3.6.1.2.1.25.3.2.1.5',
  printerStatus: '1.3.6.1.2.1.25.3.5.1.1',
  detectedErrors: '1.3.6.1.2.1.25.3.5.1.2',
  serialNumber: '1.3.6.1.2.1.43.5.1.1.17',
  lifeCount: '1.3.6.1.2.1.43.10.2.1.4',
  consoleText: '1.3.6.1.2.1.43.16.5.1.2',
  /** PWG 5107.1; its first printer. */
  deviceId: '1.3.6.1.4.1.2699.1.2.1.2.1.1.3.1',
} as const;

const alertTable = '1.3.6.1.2.1.43.18.1.1';
const supplyTable = '1.3.6.1.2.1.43.11.1.1';
const inputTable = '1.3.6.1.2.1.43.8.2.1';

/** prtAlertSeverityLevel, prtAlertCode, prtAlertDescription. */
export const alertColumns = [2, 7, 8].map((column) => `${alertTable}.${column}`);
/** Colorant, class, type, description, unit, capacity, level. */
export const supplyColumns = [3, 4, 5, 6, 7, 8, 9].map((column) => `${supplyTable}.${column}`);
/** prtMarkerColorantValue. */
export const colorantColumn = '1.3.6.1.2.1.43.12.1.1.4';
/** Type, unit, capacity, level, media, name. */
export const inputColumns = [2, 8, 9, 10, 12, 13].map((column) => `${inputTable}.${column}`);

export interface PolledState {
  readonly reasons: readonly DeviceReason[];
  readonly message: string | undefined;
  readonly busy: boolean;
}

/** hrDeviceStatus and hrPrinterStatus. */
const deviceDown = 5;
const printing = 4;

type Severity = DeviceReason['severity'];

/** hrPrinterDetectedErrorState, bit by bit from the most significant one on. */
const detected: readonly (readonly [DeviceReasonKeyword, Severity])[] = [
  ['media-low', 'warning'],
  ['media-empty', 'error'],
  ['toner-low', 'warning'],
  ['toner-empty', 'error'],
  ['door-open', 'error'],
  ['media-jam', 'error'],
  ['offline-report', 'error'],
  ['other', 'warning'],
  ['input-tray-missing', 'error'],
  ['output-tray-missing', 'error'],
  ['marker-supply-empty', 'error'],
  ['output-area-almost-full', 'warning'],
  ['output-area-full', 'error'],
  ['media-empty', 'warning'],
  ['subunit-life-almost-over', 'report'],
];

/** PrtAlertCodeTC (IANA-PRINTER-MIB), as far as a keyword says the same. */
const alertCodes: ReadonlyMap<number, DeviceReasonKeyword> = new Map([
  [3, 'cover-open'],
  [5, 'interlock-open'],
  [8, 'media-jam'],
  [501, 'door-open'],
  [504, 'power-down'],
  [801, 'input-tray-missing'],
  [807, 'media-low'],
  [808, 'media-empty'],
  [809, 'media-needed'],
  [901, 'output-tray-missing'],
  [902, 'output-area-almost-full'],
  [903, 'output-area-full'],
  [1001, 'fuser-under-temp'],
  [1002, 'fuser-over-temp'],
  [1101, 'toner-empty'],
  [1102, 'marker-supply-empty'],
  [1103, 'marker-supply-empty'],
  [1104, 'toner-low'],
  [1105, 'marker-supply-low'],
  [1106, 'marker-supply-low'],
  [1107, 'marker-waste-almost-full'],
  [1108, 'marker-waste-almost-full'],
  [1109, 'marker-waste-full'],
  [1110, 'marker-waste-full'],
  [1111, 'opc-near-eol'],
  [1112, 'opc-life-over'],
  [1113, 'developer-low'],
  [1114, 'developer-empty'],
  [1507, 'interpreter-resource-unavailable'],
]);

/** PrtAlertSeverityLevelTC; others are news, and no state. */
const critical = 3;
const warning = 4;

/**
 * The state from one poll. A subunit's fault is a warning while the device itself goes on: another
 * tray has paper.
 */
export function readState(values: SnmpReadings, alerts: SnmpReadings, index: number): PolledState {
  const isDown = numberOf(values.get(`${objects.deviceStatus}.${index}`)) === deviceDown;
  const most = (severity: Severity): Severity =>
    severity === 'error' && !isDown ? 'warning' : severity;
  const said = bytesOf(values.get(`${objects.detectedErrors}.${index}`));
  // Two octets by the standard, some send a few more; a long text is no set of bits.
  const bits = said.length > limits.errorOctets ? new Uint8Array() : said;
  const fromBits = detected.flatMap(([keyword, severity], bit): readonly DeviceReason[] => {
    const isSet = ((bits[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0;
    return isSet ? [{ keyword, severity: most(severity) }] : [];
  });
  const rows = rowsOf(alerts, alertColumns, index, limits.alerts);
  const shown = rows.flatMap(([level, code, words]) => {
    const severity = numberOf(level);
    if (severity !== critical && severity !== warning) return [];
    const keyword = alertCodes.get(numberOf(code) ?? 0);
    const text = textOf(words);
    const reason = keyword && {
      keyword,
      severity: most(severity === critical ? 'error' : 'warning'),
    };
    return [{ reason, text }];
  });
  const reasons = uniteReasons([...fromBits, ...shown.flatMap(({ reason }) => reason ?? [])]);
  const message = shown.find(({ reason, text }) => reason !== undefined && text !== '')?.text;
  return {
    reasons,
    message,
    busy: numberOf(values.get(`${objects.printerStatus}.${index}`)) === printing,
  };
}

export interface FactReadings {
  readonly values: SnmpReadings;
  readonly console: SnmpReadings;
  readonly supplies: SnmpReadings;
  readonly colorants: SnmpReadings;
  readonly inputs: SnmpReadings;
}

export function readFacts(readings: FactReadings, index: number): DeviceFacts {
  const { values, console: display } = readings;
  const text = (object: string) => textOf(values.get(object));
  const supplies = readSupplies(readings, index);
  const inputs = readInputs(readings.inputs, index);
  const lines = rowsOf(display, [objects.consoleText], index, limits.consoleLines)
    .map(([line]) => textOf(line))
    .filter((line) => line !== '');
  const pageCount = numberOf(values.get(`${objects.lifeCount}.${index}.1`));
  return {
    ...named('makeAndModel', text(`${objects.deviceDescription}.${index}`)),
    ...named('serialNumber', text(`${objects.serialNumber}.${index}`)),
    ...named('deviceId', text(objects.deviceId)),
    ...(pageCount === undefined || pageCount < 0 ? {} : { pageCount }),
    ...(lines.length === 0 ? {} : { consoleText: lines }),
    ...(supplies.length === 0 ? {} : { supplies }),
    ...(inputs.length === 0 ? {} : { inputs }),
  };
}

function named<Name extends string>(name: Name, text: string): { readonly [N in Name]?: string } {
  const member: { [N in Name]?: string } = {};
  if (text !== '') member[name] = text;
  return member;
}

/** PrtMarkerSuppliesTypeTC. */
const supplyTypes: readonly string[] = [
  'other',
  'unknown',
  'toner',
  'wasteToner',
  'ink',
  'inkCartridge',
  'inkRibbon',
  'wasteInk',
  'opc',
  'developer',
  'fuserOil',
  'solidWax',
  'ribbonWax',
  'wasteWax',
  'fuser',
  'coronaWire',
  'fuserOilWick',
  'cleanerUnit',
  'fuserCleaningPad',
  'transferUnit',
  'tonerCartridge',
  'fuserOiler',
  'water',
  'wasteWater',
  'glueWaterAdditive',
  'wastePaper',
  'bindingSupply',
  'bandingSupply',
  'stitchingWire',
  'shrinkWrap',
  'paperWrap',
  'staples',
  'inserts',
  'covers',
];

const receptacle = 4;
const percent = 19;

function readSupplies(
  { supplies, colorants }: FactReadings,
  index: number,
): readonly SupplyFacts[] {
  const names = [...rowsByInstance(colorants, [colorantColumn], index, limits.colorants)];
  return rowsOf(supplies, supplyColumns, index, limits.supplies).map(
    ([colorantIndex, kind, type, name, unit, capacity, level]) => {
      const wanted = String(numberOf(colorantIndex) ?? 0);
      const colorant = textOf(names.find(([instance]) => instance === wanted)?.[1][0]);
      return {
        name: textOf(name),
        type: supplyTypes[(numberOf(type) ?? 2) - 1] ?? 'other',
        kind: numberOf(kind) === receptacle ? 'filled' : 'consumed',
        unit: numberOf(unit) ?? percent,
        capacity: quantityOf(capacity),
        level: levelOf(level),
        ...(colorant === '' ? {} : { colorant: colorant.toLowerCase() }),
      };
    },
  );
}

const unknownInput = 2;
const sheets = 8;

function readInputs(inputs: SnmpReadings, index: number): readonly InputFacts[] {
  return rowsOf(inputs, inputColumns, index, limits.inputs).map(
    ([type, unit, capacity, level, mediaName, name]) => ({
      name: textOf(name),
      mediaName: textOf(mediaName),
      type: numberOf(type) ?? unknownInput,
      unit: numberOf(unit) ?? sheets,
      capacity: quantityOf(capacity),
      level: levelOf(level),
    }),
  );
}

/** RFC 3805 2.1.4: -1 has no bound, -2 is not known, -3 is some. */
function levelOf(reading: SnmpReading | undefined): SupplyFacts['level'] {
  return numberOf(reading) === -3 ? 'some' : quantityOf(reading);
}

function quantityOf(reading: SnmpReading | undefined): SupplyFacts['capacity'] {
  const value = numberOf(reading);
  if (value === -1) return 'other';
  return value === undefined || value < 0 ? 'unknown' : value;
}

/** Each row's values in the order of the columns, by what follows the printer in the instance. */
function rowsByInstance(
  readings: SnmpReadings,
  columns: readonly string[],
  index: number,
  most: number,
): ReadonlyMap<string, readonly (SnmpReading | undefined)[]> {
  const instances = new Set<string>();
  for (const oid of readings.keys()) {
    const column = columns.find((each) => oid.startsWith(`${each}.${index}.`));
    if (column !== undefined) instances.add(oid.slice(`${column}.${index}.`.length));
  }
  const rows = [...instances]
    .filter((instance) => /^\d+$/.test(instance))
    .toSorted((a, b) => Number(a) - Number(b))
    .slice(0, most);
  return new Map(
    rows.map((instance) => [
      instance,
      columns.map((column) => readings.get(`${column}.${index}.${instance}`)),
    ]),
  );
}

function rowsOf(
  ...of: Parameters<typeof rowsByInstance>
): readonly (readonly (SnmpReading | undefined)[])[] {
  return [...rowsByInstance(...of).values()];
}

const mostNumber = 0xffff_ffff;

function numberOf(reading: SnmpReading | undefined): number | undefined {
  const value = typeof reading === 'bigint' ? Number(reading) : reading;
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return undefined;
  return Math.abs(value) <= mostNumber ? value : undefined;
}

function bytesOf(reading: SnmpReading | undefined): Uint8Array {
  return reading instanceof Uint8Array ? reading : new Uint8Array();
}

/** A line that can't hurt; some printers end their texts with NULs. */
function textOf(reading: SnmpReading | undefined): string {
  if (!(reading instanceof Uint8Array)) return '';
  const text = new TextDecoder().decode(reading.subarray(0, limits.textLength * 4));
  return text
    .replaceAll(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, limits.textLength);
}
