// Printers that are not what they say, each with what to do differently and the reason.

export type Quirk =
  /** Its way back does not work: nothing is read. */
  | 'unidirectional'
  /** Its interface does not have the class of printers, and is one. */
  | 'class-is-wrong'
  /** Selecting an alternate setting upsets it. */
  | 'no-set-interface'
  /** A soft reset is more than it can take. */
  | 'no-soft-reset'
  /** Its serial number is that of all its kind. */
  | 'serial-is-not-unique';

export interface QuirkRow {
  readonly vendorId: number;
  /** Undefined: all of this vendor. */
  readonly productId: number | undefined;
  readonly quirks: readonly Quirk[];
  readonly reason: string;
}

const picty = 'an HP DeskJet inside, which mixes up its pipes when it is read (Linux usblp)';
const deskJet = 'it mixes up its pipes when it is read while it prints (Linux usblp)';

export const quirkRows: readonly QuirkRow[] = [
  ...[0x0004, 0x0104, 0x0204, 0x0304, 0x0404, 0x0504, 0x0604, 0x0804, 0x1104].map((productId) =>
    row(0x03f0, productId, ['unidirectional'], deskJet),
  ),
  ...[0xefbe, 0xbef4, 0xf0be, 0xf1be].map((productId) =>
    row(0x0409, productId, ['unidirectional'], picty),
  ),
  row(0x0482, 0x0010, ['unidirectional'], 'Kyocera FS-820: no way back that works (Linux usblp)'),
  row(
    0x04f9,
    0x000d,
    ['unidirectional', 'no-set-interface'],
    'Brother HL-1440: stalls when a setting is selected (Linux usblp)',
  ),
  row(
    0x04b8,
    0x0202,
    ['class-is-wrong'],
    'Epson receipt printers with the M129C board: vendor class, printer protocol (Linux usblp)',
  ),
];

function row(
  vendorId: number,
  productId: number | undefined,
  quirks: readonly Quirk[],
  reason: string,
): QuirkRow {
  return { vendorId, productId, quirks, reason };
}

/** Serial numbers that makers leave in all their devices. */
const worthlessSerials = /^(0+|0*123456789.*|\?+|none|n\/a|serial.?number|f+)$/i;

export function isWorthlessSerial(serial: string): boolean {
  return serial.trim() === '' || worthlessSerials.test(serial.trim());
}

export function quirksOf(
  device: { readonly vendorId: number; readonly productId: number },
  rows: readonly QuirkRow[] = quirkRows,
): ReadonlySet<Quirk> {
  const own = rows.filter(
    ({ vendorId, productId }) =>
      vendorId === device.vendorId && (productId ?? device.productId) === device.productId,
  );
  return new Set(own.flatMap(({ quirks }) => quirks));
}
