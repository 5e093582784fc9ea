// The printer's icon, drawn here so that no file has to be carried along: PNG (ISO 15948) of any
// size.
import { crc32, deflateSync } from 'node:zlib';

/** printer-icons (PWG 5100.13 6.5.9): small, medium and large. */
export const iconSizes = [48, 128, 512] as const;

type Colour = readonly [red: number, green: number, blue: number, alpha: number];

/** Rectangles in 1/48 of the icon, later ones above earlier ones. */
interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly colour: Colour;
}

const clear: Colour = [0, 0, 0, 0];
const dark: Colour = [58, 66, 78, 255];
const mid: Colour = [94, 105, 120, 255];
const paper: Colour = [250, 250, 248, 255];
const ink: Colour = [150, 158, 168, 255];
const light: Colour = [70, 190, 110, 255];

const drawing: readonly Rectangle[] = [
  { left: 12, top: 4, right: 36, bottom: 18, colour: paper },
  { left: 4, top: 16, right: 44, bottom: 36, colour: dark },
  { left: 4, top: 16, right: 44, bottom: 20, colour: mid },
  { left: 38, top: 23, right: 41, bottom: 26, colour: light },
  { left: 11, top: 28, right: 37, bottom: 44, colour: paper },
  { left: 15, top: 32, right: 33, bottom: 34, colour: ink },
  { left: 15, top: 36, right: 33, bottom: 38, colour: ink },
  { left: 15, top: 40, right: 27, bottom: 42, colour: ink },
];

const grid = 48;
const bytesPerPixel = 4;

export function drawIcon(sizePixels: number): Uint8Array {
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', headerOf(sizePixels)),
    chunk('IDAT', deflateSync(pixelsOf(sizePixels))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Eight bits for each of red, green, blue and alpha; nothing interlaced. */
function headerOf(sizePixels: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(sizePixels, 0);
  header.writeUInt32BE(sizePixels, 4);
  header.set([8, 6, 0, 0, 0], 8);
  return header;
}

/**
 * Each line begins with its filter, which is none. All edges lie on the grid: a line is drawn once
 * for each of its rows, since a start of the appliance waits for it.
 */
function pixelsOf(sizePixels: number): Buffer {
  const lineBytes = 1 + sizePixels * bytesPerPixel;
  const pixels = Buffer.alloc(lineBytes * sizePixels);
  const onGrid = (at: number) => Math.floor((at * grid) / sizePixels);
  let drawn = -1;
  for (let y = 0; y < sizePixels; y += 1) {
    const row = onGrid(y);
    const at = y * lineBytes;
    if (row === drawn) {
      pixels.copyWithin(at, at - lineBytes, at);
      continue;
    }
    drawn = row;
    const colours = Array.from({ length: grid }, (_, column) => colourAt(column, row));
    for (let x = 0; x < sizePixels; x += 1) {
      pixels.set(colours[onGrid(x)] ?? clear, at + 1 + x * bytesPerPixel);
    }
  }
  return pixels;
}

function colourAt(x: number, y: number): Colour {
  const on = drawing.findLast(
    ({ left, top, right, bottom }) => x >= left && x < right && y >= top && y < bottom,
  );
  return on?.colour ?? clear;
}

function chunk(type: string, data: Uint8Array): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, check]);
}
