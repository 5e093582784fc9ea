// What a printer can promise its clients: what its device says, and where it does not say, what
// holds for any device that takes the formats offered.
import type { Printer } from '../../printers/printer.ts';
import { anyFormat, offeredFormats } from '../../printers/settings.ts';
import type { DeviceDescription } from './device.ts';
import { customBound, customMedia, mediaNames, mediaSizeOf } from './template/media-names.ts';

/** The first of each list is the default. */
export interface Abilities {
  /** application/octet-stream is always among them. */
  readonly formats: readonly string[];
  readonly color: boolean;
  readonly media: readonly [string, ...string[]];
  readonly mediaReady: readonly string[];
  readonly mediaSources: readonly [string, ...string[]];
  readonly mediaTypes: readonly [string, ...string[]];
  /** Of every edge, in hundredths of a millimetre. */
  readonly marginHundredthsMm: number;
  /** Names of the smallest and the largest; undefined: it takes no other sizes than its media. */
  readonly customSizes: { readonly least: string; readonly most: string } | undefined;
  readonly sides: readonly [string, ...string[]];
  readonly colorModes: readonly [string, ...string[]];
  readonly resolutionsDpi: readonly [number, ...number[]];
  readonly qualities: readonly [number, ...number[]];
  readonly finishings: readonly [number, ...number[]];
  readonly outputBins: readonly [string, ...string[]];
}

const finishingsNone = 3;
const qualityNormal = 4;
const resolutionsOfAny = [600, 300] as const;

export function abilitiesOf(
  printer: Pick<Printer, 'formats'>,
  device: DeviceDescription = {},
): Abilities {
  const formats = offeredFormats(printer, device.formats);
  // A device of unknown colour gets the page as it is; told otherwise, clients would make it grey.
  const color = device.color ?? isPaged(formats);
  const said = device.media?.filter((name) => mediaSizeOf(name) !== undefined);
  const media = orElse(
    said?.filter((name) => customBound(name) === undefined),
    mediaNames,
  );
  return {
    formats,
    color,
    media,
    mediaReady: device.mediaReady?.filter((name) => media.includes(name)) ?? [media[0]],
    mediaSources: orElse(device.mediaSources, ['auto']),
    mediaTypes: orElse(device.mediaTypes, ['auto', 'stationery']),
    marginHundredthsMm: device.marginHundredthsMm ?? 0,
    sides: orElse(device.sides, ['one-sided']),
    customSizes: said === undefined ? customMedia : customSizesIn(said),
    colorModes: orElse(
      device.colorModes,
      color ? ['auto', 'color', 'monochrome'] : ['monochrome', 'auto'],
    ),
    resolutionsDpi: orElse(device.resolutionsDpi, resolutionsOfAny),
    qualities: orElse(device.qualities, [qualityNormal]),
    finishings: orElse(device.finishings, [finishingsNone]),
    outputBins: orElse(device.outputBins, ['face-down']),
  };
}

function customSizesIn(media: readonly string[]): Abilities['customSizes'] {
  const least = media.find((name) => customBound(name) === 'least');
  const most = media.find((name) => customBound(name) === 'most');
  return least === undefined || most === undefined ? undefined : { least, most };
}

/** Does the printer take pages in a language that clients without a driver speak? */
export function isPaged(formats: readonly string[]): boolean {
  return formats.some((format) => format !== anyFormat);
}

/** PWG 5100.14 4: what a client without a driver can rely on. */
export function isIppEverywhere(formats: readonly string[]): boolean {
  return ['image/pwg-raster', 'image/jpeg'].every((format) => formats.includes(format));
}

function orElse<T>(
  said: readonly T[] | undefined,
  otherwise: readonly [T, ...T[]],
): readonly [T, ...T[]] {
  const [first, ...more] = said ?? [];
  return first === undefined ? otherwise : [first, ...more];
}
