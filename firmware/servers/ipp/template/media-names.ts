// Media sizes by their self-describing names (PWG 5101.1), which say their own dimensions.

/** Width and length in hundredths of a millimetre. */
export interface MediaSize {
  readonly x: number;
  readonly y: number;
}

/** What a printer offers whose device does not say what it takes; the default first. */
export const mediaNames = [
  'iso_a4_210x297mm',
  'na_letter_8.5x11in',
  'na_legal_8.5x14in',
  'na_ledger_11x17in',
  'na_executive_7.25x10.5in',
  'na_invoice_5.5x8.5in',
  'na_foolscap_8.5x13in',
  'na_oficio_8.5x13.4in',
  'na_govt-letter_8x10in',
  'na_govt-legal_8x13in',
  'na_index-3x5_3x5in',
  'na_index-4x6_4x6in',
  'na_index-5x8_5x8in',
  'na_5x7_5x7in',
  'na_number-10_4.125x9.5in',
  'na_monarch_3.875x7.5in',
  'iso_a2_420x594mm',
  'iso_a3_297x420mm',
  'iso_a5_148x210mm',
  'iso_a6_105x148mm',
  'iso_b4_250x353mm',
  'iso_b5_176x250mm',
  'iso_c5_162x229mm',
  'iso_c6_114x162mm',
  'iso_dl_110x220mm',
  'jis_b4_257x364mm',
  'jis_b5_182x257mm',
  'jpn_hagaki_100x148mm',
  'jpn_oufuku_148x200mm',
  'jpn_chou3_120x235mm',
  'om_folio_210x330mm',
  'om_small-photo_100x150mm',
  'prc_16k_146x215mm',
  'prc_32k_97x151mm',
  'roc_16k_7.75x10.75in',
  'oe_photo-l_3.5x5in',
  'na_arch-b_12x18in',
] as const;

/** The smallest and largest custom size: a small label, and the width of a large plotter. */
export const customMedia = {
  least: 'custom_min_10x10mm',
  most: 'custom_max_1200x30000mm',
} as const;

const classes = 'custom|na|asme|roc|oe|roll|iso|jis|jpn|prc|om';
const length = '([0-9.]{1,9})';
const form = new RegExp(`^(?:${classes})_[a-z0-9][-a-z0-9]*_${length}x${length}(in|mm)$`);
const dimension = /^(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/;

const hundredthsOf = { mm: 100, in: 2_540 } as const;

/** Undefined for a name that is not self-describing. */
export function mediaSizeOf(mediaName: string): MediaSize | undefined {
  const match = form.exec(mediaName);
  if (match === null) return undefined;
  const [, width = '', length = '', unit] = match;
  if (!dimension.test(width) || !dimension.test(length)) return undefined;
  const factor = hundredthsOf[unit === 'in' ? 'in' : 'mm'];
  const size = { x: Math.round(Number(width) * factor), y: Math.round(Number(length) * factor) };
  return size.x > 0 && size.y > 0 ? size : undefined;
}

/** Whether a name stands for the smallest or the largest of sizes that have no name. */
export function customBound(mediaName: string): 'least' | 'most' | undefined {
  const [, bound] = /^(?:custom|roll)_(min|max)(?:-[-a-z0-9]+)?_/.exec(mediaName) ?? [];
  if (bound === undefined) return undefined;
  return bound === 'min' ? 'least' : 'most';
}

/** The two sizes between which any is taken. */
export function rangeOf(
  names: { readonly least: string; readonly most: string } | undefined,
): { readonly least: MediaSize; readonly most: MediaSize } | undefined {
  const [least, most] = [mediaSizeOf(names?.least ?? ''), mediaSizeOf(names?.most ?? '')];
  return least === undefined || most === undefined ? undefined : { least, most };
}

/** `custom_WxLmm_WxLmm`, as CUPS and Windows name sizes that have no name. */
export function customMediaName({ x, y }: MediaSize): string {
  const size = `${x / hundredthsOf.mm}x${y / hundredthsOf.mm}mm`;
  return `custom_${size.replaceAll('.', '-')}_${size}`;
}
