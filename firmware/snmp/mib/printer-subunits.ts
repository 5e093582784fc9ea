// Printer-MIB (RFC 3805): inputs, outputs, markers with their supplies and colorants, media paths.
import {
  counterValue,
  integerValue,
  type SnmpValue,
  textValue,
} from '../../../monitors/wire/snmp/values.ts';
import type { InputFacts, SupplyFacts } from '../../../monitors/device-facts.ts';
import type { MibPrinter } from '../contract.ts';
import { allRows, type Column, nothing, table } from './rows.ts';

const first = 1;
/** RFC 3805 2.1.4: no bound, not known, and some left. */
const special = { other: -1, unknown: -2, some: -3 } as const;
const unknown = special.unknown;

function quantity(value: number | keyof typeof special): SnmpValue {
  return integerValue(typeof value === 'number' ? value : special[value]);
}

// ---- inputs -------------------------------------------------------------------------------------

interface Input {
  readonly printer: number;
  readonly at: number;
  readonly input: InputFacts;
  readonly isEmpty: boolean;
}

/** A printer that does not say has one source, of which nothing is known. */
const unknownInput: InputFacts = {
  name: '',
  mediaName: '',
  type: 2,
  unit: 8,
  capacity: 'unknown',
  level: 'unknown',
};

function inputsOf({ index, device, status }: MibPrinter): readonly Input[] {
  const { inputs = [] } = device;
  const list = inputs.length > 0 ? inputs : [unknownInput];
  const isEmpty = status.reasons.some((reason) => /^media-(empty|needed)-/.test(reason));
  return list.map((input, at) => ({
    printer: index,
    at: at + 1,
    input,
    isEmpty: input.level === 0 || (isEmpty && list.length === 1),
  }));
}

/** PrtSubUnitStatusTC: available and idle; unavailable because broken; critical alerts add 16. */
const availableIdle = 0;
const notReady = 1 + 16;

const inputColumn = (
  name: string,
  number: number,
  value: (row: Input) => SnmpValue,
): Column<Input> => ({ name, number, value });

const tenthsOfMils = 4;

const inputs = table<Input>({
  entry: '1.3.6.1.2.1.43.8.2.1',
  rows: ({ printers }) => printers.flatMap(inputsOf),
  index: ({ printer, at }) => [printer, at],
  columns: [
    inputColumn('prtInputType', 2, ({ input }) => integerValue(input.type)),
    inputColumn('prtInputDimUnit', 3, () => integerValue(tenthsOfMils)),
    inputColumn('prtInputMediaDimFeedDirDeclared', 4, () => integerValue(unknown)),
    inputColumn('prtInputMediaDimXFeedDirDeclared', 5, () => integerValue(unknown)),
    inputColumn('prtInputMediaDimFeedDirChosen', 6, () => integerValue(unknown)),
    inputColumn('prtInputMediaDimXFeedDirChosen', 7, () => integerValue(unknown)),
    inputColumn('prtInputCapacityUnit', 8, ({ input }) => integerValue(input.unit)),
    inputColumn('prtInputMaxCapacity', 9, ({ input }) => quantity(input.capacity)),
    inputColumn('prtInputCurrentLevel', 10, ({ input }) => quantity(input.level)),
    inputColumn('prtInputStatus', 11, ({ isEmpty }) =>
      integerValue(isEmpty ? notReady : availableIdle),
    ),
    inputColumn('prtInputMediaName', 12, ({ input }) => textValue(input.mediaName, 63)),
    inputColumn('prtInputName', 13, ({ input, at }) =>
      textValue(input.name === '' ? `Input ${at}` : input.name, 63),
    ),
    inputColumn('prtInputVendorName', 14, () => nothing()),
    inputColumn('prtInputModel', 15, () => nothing()),
    inputColumn('prtInputVersion', 16, () => nothing()),
    inputColumn('prtInputSerialNumber', 17, () => nothing()),
    inputColumn('prtInputDescription', 18, ({ input }) => textValue(input.name)),
    inputColumn('prtInputSecurity', 19, () => integerValue(otherPresence)),
  ],
});

/** PresentOnOff. */
const otherPresence = 1;

// ---- outputs and markers ------------------------------------------------------------------------

const column = (
  name: string,
  number: number,
  value: (row: MibPrinter) => SnmpValue,
): Column<MibPrinter> => ({ name, number, value });

const unRemovableBin = 4;
const sheets = 8;
const dots = 3;
const impressions = 7;
/** PrtMarkerMarkTechTC: unknown. */
const unknownTechnology = 2;

const outputs = table<MibPrinter>({
  entry: '1.3.6.1.2.1.43.9.2.1',
  rows: ({ printers }) => printers,
  index: ({ index }) => [index, first],
  columns: [
    column('prtOutputType', 2, () => integerValue(unRemovableBin)),
    column('prtOutputCapacityUnit', 3, () => integerValue(sheets)),
    column('prtOutputMaxCapacity', 4, () => integerValue(unknown)),
    column('prtOutputRemainingCapacity', 5, ({ status }) =>
      integerValue(
        status.reasons.some((reason) => reason.startsWith('output-area-full-')) ? 0 : unknown,
      ),
    ),
    column('prtOutputStatus', 6, ({ status }) =>
      integerValue(
        status.reasons.some((reason) => reason.startsWith('output-area-full-'))
          ? notReady
          : availableIdle,
      ),
    ),
    column('prtOutputName', 7, () => textValue('Output')),
    column('prtOutputVendorName', 8, () => nothing()),
    column('prtOutputModel', 9, () => nothing()),
    column('prtOutputVersion', 10, () => nothing()),
    column('prtOutputSerialNumber', 11, () => nothing()),
    column('prtOutputDescription', 12, () => textValue('Output')),
    column('prtOutputSecurity', 13, () => integerValue(otherPresence)),
  ],
});

const markers = table<MibPrinter>({
  entry: '1.3.6.1.2.1.43.10.2.1',
  rows: ({ printers }) => printers,
  index: ({ index }) => [index, first],
  columns: [
    column('prtMarkerMarkTech', 2, () => integerValue(unknownTechnology)),
    column('prtMarkerCounterUnit', 3, () => integerValue(impressions)),
    column('prtMarkerLifeCount', 4, ({ device }) => counterValue(device.pageCount ?? 0)),
    column('prtMarkerPowerOnCount', 5, () => counterValue(0)),
    column('prtMarkerProcessColorants', 6, (row) => integerValue(colorantsOf(row).length)),
    column('prtMarkerSpotColorants', 7, () => integerValue(0)),
    column('prtMarkerAddressabilityUnit', 8, () => integerValue(dots)),
    column('prtMarkerAddressabilityFeedDir', 9, () => integerValue(unknown)),
    column('prtMarkerAddressabilityXFeedDir', 10, () => integerValue(unknown)),
    column('prtMarkerNorthMargin', 11, () => integerValue(unknown)),
    column('prtMarkerSouthMargin', 12, () => integerValue(unknown)),
    column('prtMarkerWestMargin', 13, () => integerValue(unknown)),
    column('prtMarkerEastMargin', 14, () => integerValue(unknown)),
    column('prtMarkerStatus', 15, () => integerValue(availableIdle)),
  ],
});

// ---- supplies and colorants ---------------------------------------------------------------------

/** PrtMarkerSuppliesTypeTC. */
const supplyTypes: Readonly<Record<string, number>> = {
  other: 1,
  unknown: 2,
  toner: 3,
  wasteToner: 4,
  ink: 5,
  inkCartridge: 6,
  inkRibbon: 7,
  wasteInk: 8,
  opc: 9,
  developer: 10,
  fuserOil: 11,
  solidWax: 12,
  ribbonWax: 13,
  wasteWax: 14,
  fuser: 15,
  coronaWire: 16,
  fuserOilWick: 17,
  cleanerUnit: 18,
  fuserCleaningPad: 19,
  transferUnit: 20,
  tonerCartridge: 21,
  fuserOiler: 22,
  water: 23,
  wasteWater: 24,
  glueWaterAdditive: 25,
  wastePaper: 26,
  bindingSupply: 27,
  bandingSupply: 28,
  stitchingWire: 29,
  shrinkWrap: 30,
  paperWrap: 31,
  staples: 32,
  inserts: 33,
  covers: 34,
};

const supplyClasses = { consumed: 3, filled: 4 } as const;

function colorantsOf({ device }: MibPrinter): readonly string[] {
  const names = (device.supplies ?? []).flatMap(({ colorant }) => colorant ?? []);
  return [...new Set(names)];
}

interface Supply {
  readonly printer: number;
  readonly at: number;
  readonly supply: SupplyFacts;
  /** 0: it has none. */
  readonly colorant: number;
}

function suppliesOf(row: MibPrinter): readonly Supply[] {
  const colorants = colorantsOf(row);
  return (row.device.supplies ?? []).map((supply, at) => ({
    printer: row.index,
    at: at + 1,
    supply,
    colorant: supply.colorant === undefined ? 0 : colorants.indexOf(supply.colorant) + 1,
  }));
}

const supplyColumn = (
  name: string,
  number: number,
  value: (row: Supply) => SnmpValue,
): Column<Supply> => ({ name, number, value });

const supplies = table<Supply>({
  entry: '1.3.6.1.2.1.43.11.1.1',
  rows: ({ printers }) => printers.flatMap(suppliesOf),
  index: ({ printer, at }) => [printer, at],
  columns: [
    supplyColumn('prtMarkerSuppliesMarkerIndex', 2, () => integerValue(first)),
    supplyColumn('prtMarkerSuppliesColorantIndex', 3, ({ colorant }) => integerValue(colorant)),
    supplyColumn('prtMarkerSuppliesClass', 4, ({ supply }) =>
      integerValue(supplyClasses[supply.kind]),
    ),
    supplyColumn('prtMarkerSuppliesType', 5, ({ supply }) =>
      integerValue(supplyTypes[supply.type] ?? supplyTypes['other'] ?? 1),
    ),
    supplyColumn('prtMarkerSuppliesDescription', 6, ({ supply }) => textValue(supply.name)),
    supplyColumn('prtMarkerSuppliesSupplyUnit', 7, ({ supply }) => integerValue(supply.unit)),
    supplyColumn('prtMarkerSuppliesMaxCapacity', 8, ({ supply }) => quantity(supply.capacity)),
    supplyColumn('prtMarkerSuppliesLevel', 9, ({ supply }) => quantity(supply.level)),
  ],
});

const processColorant = 3;
/** Levels of one colour: there or not. */
const bilevel = 2;

const colorants = table<{ readonly printer: number; readonly at: number; readonly name: string }>({
  entry: '1.3.6.1.2.1.43.12.1.1',
  rows: ({ printers }) =>
    printers.flatMap((row) =>
      colorantsOf(row).map((name, at) => ({ printer: row.index, at: at + 1, name })),
    ),
  index: ({ printer, at }) => [printer, at],
  columns: [
    { name: 'prtMarkerColorantMarkerIndex', number: 2, value: () => integerValue(first) },
    { name: 'prtMarkerColorantRole', number: 3, value: () => integerValue(processColorant) },
    { name: 'prtMarkerColorantValue', number: 4, value: ({ name }) => textValue(name) },
    { name: 'prtMarkerColorantTonality', number: 5, value: () => integerValue(bilevel) },
  ],
});

/** PrtMediaPathTypeTC: unknown; PrtMediaPathMaxSpeedPrintUnitTC: impressions an hour. */
const unknownPath = 2;
const impressionsPerHour = 7;

const mediaPaths = table<MibPrinter>({
  entry: '1.3.6.1.2.1.43.13.4.1',
  rows: ({ printers }) => printers,
  index: ({ index }) => [index, first],
  columns: [
    column('prtMediaPathMaxSpeedPrintUnit', 2, () => integerValue(impressionsPerHour)),
    column('prtMediaPathMediaSizeUnit', 3, () => integerValue(tenthsOfMils)),
    column('prtMediaPathMaxSpeed', 4, () => integerValue(unknown)),
    column('prtMediaPathMaxMediaFeedDir', 5, () => integerValue(unknown)),
    column('prtMediaPathMaxMediaXFeedDir', 6, () => integerValue(unknown)),
    column('prtMediaPathMinMediaFeedDir', 7, () => integerValue(unknown)),
    column('prtMediaPathMinMediaXFeedDir', 8, () => integerValue(unknown)),
    column('prtMediaPathType', 9, () => integerValue(unknownPath)),
    column('prtMediaPathDescription', 10, () => nothing()),
    column('prtMediaPathStatus', 11, () => integerValue(availableIdle)),
  ],
});

export const printerSubunitRows = allRows([
  inputs,
  outputs,
  markers,
  supplies,
  colorants,
  mediaPaths,
]);
