// PWG raster documents (PWG 5102.4) of a few bars on white paper, made here.

/** The types that ipp-everywhere.test knows, with bits and colour space of PWG 5102.4 table 9. */
export const rasterTypes = {
  'black-1': { bitsPerColor: 1, colors: 1, colorSpace: 3, white: 0x00, ink: 0xff },
  'sgray-8': { bitsPerColor: 8, colors: 1, colorSpace: 18, white: 0xff, ink: 0x20 },
  'srgb-8': { bitsPerColor: 8, colors: 3, colorSpace: 19, white: 0xff, ink: 0x40 },
  'srgb-16': { bitsPerColor: 16, colors: 3, colorSpace: 19, white: 0xff, ink: 0x40 },
  'cmyk-8': { bitsPerColor: 8, colors: 4, colorSpace: 6, white: 0x00, ink: 0xc0 },
} as const;

export type RasterType = keyof typeof rasterTypes;

export interface RasterOptions {
  readonly type: RasterType;
  readonly dpi: number;
  readonly pages: number;
  /** In points, 1/72 inch. */
  readonly widthPoints: number;
  readonly heightPoints: number;
  readonly sizeName: string;
}

const headerBytes = 1796;
const pointsPerInch = 72;
const longestRun = 128;
const linesPerRun = 256;

export function rasterSample(options: RasterOptions): Uint8Array {
  const page = [headerOf(options), linesOf(options)];
  return Buffer.concat([
    Buffer.from('RaS2', 'latin1'),
    ...Array.from({ length: options.pages }, () => page).flat(),
  ]);
}

function pixels({ dpi, widthPoints, heightPoints }: RasterOptions) {
  return {
    width: Math.round((widthPoints * dpi) / pointsPerInch),
    height: Math.round((heightPoints * dpi) / pointsPerInch),
  };
}

function bytesPerLine(options: RasterOptions): number {
  const { bitsPerColor, colors } = rasterTypes[options.type];
  return Math.ceil((pixels(options).width * bitsPerColor * colors) / 8);
}

/** The offsets are those of PWG 5102.4 table 2. */
function headerOf(options: RasterOptions): Buffer {
  const header = Buffer.alloc(headerBytes);
  const { bitsPerColor, colors, colorSpace } = rasterTypes[options.type];
  const { width, height } = pixels(options);
  header.write('PwgRaster', 0, 'latin1');
  const numbers: readonly (readonly [offset: number, value: number])[] = [
    [276, options.dpi],
    [280, options.dpi],
    [340, 1],
    [352, options.widthPoints],
    [356, options.heightPoints],
    [372, width],
    [376, height],
    [384, bitsPerColor],
    [388, bitsPerColor * colors],
    [392, bytesPerLine(options)],
    [396, 0],
    [400, colorSpace],
    [420, colors],
    [452, options.pages],
    [456, 1],
    [460, 1],
  ];
  for (const [offset, value] of numbers) header.writeUInt32BE(value, offset);
  header.write(options.sizeName, 1732, 'latin1');
  return header;
}

/** Runs of equal lines; each line is the margin, a bar, and the rest (PWG 5102.4 4.4). */
function linesOf(options: RasterOptions): Buffer {
  const { white, ink } = rasterTypes[options.type];
  const { height } = pixels(options);
  const bandLines = options.dpi;
  const parts: Buffer[] = [];
  for (let line = 0; line < height; ) {
    const band = Math.floor(line / bandLines);
    const lines = Math.min(linesPerRun, height - line, (band + 1) * bandLines - line);
    parts.push(Buffer.from([lines - 1]), lineOf(options, band % 2 === 1 ? ink : white));
    line += lines;
  }
  return Buffer.concat(parts);
}

function lineOf(options: RasterOptions, bar: number): Buffer {
  const { bitsPerColor, colors, white } = rasterTypes[options.type];
  const unitBytes = Math.max(1, (bitsPerColor * colors) / 8);
  const units = bytesPerLine(options) / unitBytes;
  const margin = Math.floor(units / 8);
  return Buffer.concat([
    run(margin, unitBytes, white),
    run(units - 2 * margin, unitBytes, bar),
    run(margin, unitBytes, white),
  ]);
}

function run(units: number, unitBytes: number, byte: number): Buffer {
  const parts: Buffer[] = [];
  for (let left = units; left > 0; left -= longestRun) {
    const count = Math.min(left, longestRun);
    parts.push(Buffer.from([count - 1]), Buffer.alloc(unitBytes, byte));
  }
  return Buffer.concat(parts);
}
