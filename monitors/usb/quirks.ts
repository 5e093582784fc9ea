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
  /** It takes no documents as they are: each byte belongs to a dialogue of its maker's. */
  | 'no-documents'
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

/*
 * What others found out about devices is kept where it matters here. It does not that some must not
 * be given back to the kernel's driver after each document, or not be closed at once: a port keeps
 * its device open. Label printers (Zebra, Star) are read, though CUPS does not: the reader never
 * holds up the writer.
 */
const pixma = 'Canon PIXMA: it stops taking data once it is read (bug reports against CUPS)';
const deaf = 'it hangs or prints garbage once it is read (bug reports against CUPS)';
const selphy =
  'Canon SELPHY and CP: a photo printer that wants a dialogue for each sheet (Gutenprint)';

const pixmas = [
  0x1095, 0x10a2, 0x10b6, 0x1721, 0x1722, 0x175f, 0x1732, 0x173a, 0x1733, 0x173b, 0x1746, 0x170c,
  0x1717, 0x1730, 0x173d, 0x173e, 0x1796, 0x1728, 0x1736, 0x1712, 0x1731,
];

const selphys = [
  0x304a, 0x3063, 0x307c, 0x307d, 0x30bd, 0x30be, 0x30f5, 0x30f6, 0x310b, 0x3127, 0x3128, 0x3141,
  0x3142, 0x3143, 0x3170, 0x3171, 0x3185, 0x3186, 0x31aa, 0x31ab, 0x31af, 0x31b0, 0x31dd, 0x31ee,
  0x3214, 0x3255, 0x3256,
];

export const quirkRows: readonly QuirkRow[] = [
  ...pixmas.map((productId) => row(0x04a9, productId, ['unidirectional'], pixma)),
  ...selphys.map((productId) => row(0x04a9, productId, ['no-documents'], selphy)),
  row(0x04f9, 0x000e, ['unidirectional'], `Brother HL-1450: ${deaf}`),
  row(0x04b8, 0x0001, ['unidirectional'], `Epson Stylus Color 740, Photo 750: ${deaf}`),
  row(0x067b, 0x2305, ['unidirectional'], `Prolific PL2305, USB to parallel: ${deaf}`),
  row(0x04e8, 0x330f, ['unidirectional'], `Samsung ML-2160: ${deaf}`),
  row(0x2730, 0x2008, ['unidirectional'], `Citizen CT-S4000: ${deaf}`),
  row(0x2d84, undefined, ['unidirectional'], `Arkscan label printers: ${deaf}`),
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
