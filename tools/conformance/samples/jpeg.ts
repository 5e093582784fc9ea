// A JPEG file (ITU T.81, baseline) of flat squares, grey or in colour, made here.
import { BitWriter } from './bits.ts';

export interface JpegOptions {
  /** Multiples of 8. */
  readonly width: number;
  readonly height: number;
  readonly color: boolean;
}

const blockSide = 8;
/** Lengths of the codes for differences of 0 to 11 bits (ITU T.81 table K.3). */
const dcCounts = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0] as const;
const dcSymbols = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] as const;
/** Of the coefficients behind the first only the end of the block is ever said. */
const acCounts = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] as const;
const acSymbols = [0] as const;

export function jpegSample({ width, height, color }: JpegOptions): Uint8Array {
  const components = color ? 3 : 1;
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, [0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 1, 0, 72, 0, 72, 0, 0]),
    segment(0xdb, [0, ...Array.from({ length: 64 }, () => 8)]),
    segment(0xc0, [
      8,
      ...twoBytes(height),
      ...twoBytes(width),
      components,
      ...perComponent(components, (id) => [id, 0x11, 0]),
    ]),
    segment(0xc4, [0x00, ...dcCounts, ...dcSymbols]),
    segment(0xc4, [0x10, ...acCounts, ...acSymbols]),
    segment(0xda, [components, ...perComponent(components, (id) => [id, 0]), 0, 63, 0]),
    scan(width / blockSide, height / blockSide, components),
    Buffer.from([0xff, 0xd9]),
  ]);
}

function scan(columns: number, rows: number, components: number): Uint8Array {
  const codes = codesOf(dcCounts, dcSymbols);
  const bits = new BitWriter();
  const before = Array.from({ length: components }, () => 0);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      for (let component = 0; component < components; component += 1) {
        const level = levelAt(column, row, component);
        writeDifference(bits, codes, level - (before[component] ?? 0));
        before[component] = level;
        // The end of the block, whose code is one bit long.
        bits.write(0, 1);
      }
    }
  }
  return bits.end();
}

/** Squares that differ in brightness and colour, within the range of 8 bits. */
function levelAt(column: number, row: number, component: number): number {
  const step = (Math.floor(column / 4) * 5 + Math.floor(row / 4) * 3 + component * 2) % 11;
  return (step - 5) * 20;
}

type Codes = ReadonlyMap<number, { readonly code: number; readonly bits: number }>;

function writeDifference(bits: BitWriter, codes: Codes, difference: number): void {
  const size = difference === 0 ? 0 : Math.floor(Math.log2(Math.abs(difference))) + 1;
  const code = codes.get(size);
  if (code === undefined) throw new Error(`no code for a difference of ${size} bits`);
  bits.write(code.code, code.bits);
  bits.write(difference < 0 ? difference + 2 ** size - 1 : difference, size);
}

/** ITU T.81 C.2: codes of one length count up. */
function codesOf(counts: readonly number[], symbols: readonly number[]): Codes {
  const codes = new Map<number, { readonly code: number; readonly bits: number }>();
  let code = 0;
  let next = 0;
  counts.forEach((count, index) => {
    for (let each = 0; each < count; each += 1) {
      codes.set(symbols[next] ?? 0, { code, bits: index + 1 });
      code += 1;
      next += 1;
    }
    code *= 2;
  });
  return codes;
}

function perComponent(
  components: number,
  make: (id: number) => readonly number[],
): readonly number[] {
  return Array.from({ length: components }, (_, index) => make(index + 1)).flat();
}

function segment(marker: number, body: readonly number[]): Buffer {
  return Buffer.from([0xff, marker, ...twoBytes(body.length + 2), ...body]);
}

function twoBytes(value: number): readonly number[] {
  return [value >> 8, value & 0xff];
}
