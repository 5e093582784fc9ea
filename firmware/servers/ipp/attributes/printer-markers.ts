// CUPS's attributes of supplies, as its clients and desktops read them (CUPS 2.4 extension).
import { integer, keyword, name } from '../../../../monitors/wire/ipp/values.ts';
import type { IppValue } from '../../../../monitors/wire/ipp/message.ts';
import type { AttributeRow } from '../attribute-row.ts';
import type { DeviceSupply } from '../device.ts';
import type { PrinterSource } from '../sources.ts';
import { rowsOf } from './row.ts';

const row = rowsOf<PrinterSource>('printer-description');
const clause = 'CUPS Implementation of IPP';

/** marker-levels: -1 is unknown. */
const unknownLevel = -1;
/** What is used up is low at this; what fills is full at that. */
const lowPercent = 10;
const fullPercent = 90;

const colors: Readonly<Record<string, string>> = {
  black: '#000000',
  cyan: '#00FFFF',
  magenta: '#FF00FF',
  yellow: '#FFFF00',
  red: '#FF0000',
  green: '#00FF00',
  blue: '#0000FF',
};

/** CUPS's keyword of PrtMarkerSuppliesTypeTC: `wasteToner` is `waste-toner`. */
function typeOf({ type }: DeviceSupply): string {
  return type.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** One value a supply, in the order of the others; nothing where the device has none. */
const each =
  (value: (supply: DeviceSupply) => IppValue) =>
  ({ device: { supplies = [] } }: PrinterSource): readonly IppValue[] | undefined =>
    supplies.length === 0 ? undefined : supplies.map(value);

export const printerMarkers: readonly AttributeRow<PrinterSource>[] = [
  row(
    'marker-colors',
    '1setOf name(MAX)',
    each(({ colorant }) => name(colors[colorant ?? ''] ?? 'none')),
    clause,
  ),
  row(
    'marker-high-levels',
    '1setOf integer(0:100)',
    each(({ kind }) => integer(kind === 'consumed' ? 100 : fullPercent)),
    clause,
  ),
  row(
    'marker-levels',
    '1setOf integer(-3:100)',
    each(({ levelPercent }) => integer(levelPercent ?? unknownLevel)),
    clause,
  ),
  row(
    'marker-low-levels',
    '1setOf integer(0:100)',
    each(({ kind }) => integer(kind === 'consumed' ? lowPercent : 0)),
    clause,
  ),
  row(
    'marker-names',
    '1setOf name(MAX)',
    each((supply) => name(supply.name)),
    clause,
  ),
  row(
    'marker-types',
    '1setOf type3 keyword',
    each((supply) => keyword(typeOf(supply))),
    clause,
  ),
];
