// Media sizes by their self-describing names (PWG 5101.1), as keyword and as collection (PWG
// 5100.7).
import type {
  IppAttribute,
  IppCollection,
  IppValue,
} from '../../../../monitors/wire/ipp/message.ts';
import {
  attribute,
  collection,
  integer,
  keyword,
  payloadOf,
} from '../../../../monitors/wire/ipp/values.ts';

/** Width and length in hundredths of a millimetre. */
const sizes = {
  iso_a4_210x297mm: { x: 21_000, y: 29_700 },
  'na_letter_8.5x11in': { x: 21_590, y: 27_940 },
  'na_legal_8.5x14in': { x: 21_590, y: 35_560 },
  iso_a5_148x210mm: { x: 14_800, y: 21_000 },
  'na_index-4x6_4x6in': { x: 10_160, y: 15_240 },
} as const;

export type MediaName = keyof typeof sizes;

/** The default first. */
export const mediaSizes: readonly [MediaName, ...MediaName[]] = [
  'iso_a4_210x297mm',
  'na_letter_8.5x11in',
  'na_legal_8.5x14in',
  'iso_a5_148x210mm',
  'na_index-4x6_4x6in',
];

export function mediaSizeCollection(mediaName: MediaName): IppCollection {
  const { x, y } = sizes[mediaName];
  return collection(attribute('x-dimension', integer(x)), attribute('y-dimension', integer(y)));
}

export function mediaCollection(mediaName: MediaName): IppCollection {
  return collection(
    attribute('media-size', mediaSizeCollection(mediaName)),
    attribute('media-size-name', keyword(mediaName)),
  );
}

export const media = {
  /** The size that a media-col asks for; undefined where it asks for anything else, or for more. */
  nameOf(value: IppValue | undefined): MediaName | undefined {
    if (value?.syntax !== 'collection') return undefined;
    const asked = value.value;
    if (asked.some(({ name }) => name !== 'media-size' && name !== 'media-size-name')) {
      return undefined;
    }
    const size = memberOf(asked, 'media-size');
    const sizeName = payloadOf(memberOf(asked, 'media-size-name'), 'keyword');
    if (size === undefined) return mediaSizes.find((each) => each === sizeName);
    const found = mediaSizes.find((each) => isSize(size, each));
    return sizeName === undefined || sizeName === found ? found : undefined;
  },

  restore(kept: unknown): readonly IppValue[] | undefined {
    if (typeof kept !== 'object' || kept === null || !('media-size-name' in kept)) return undefined;
    const found = mediaSizes.find((each) => each === kept['media-size-name']);
    return found === undefined ? undefined : [mediaCollection(found)];
  },
};

function isSize(size: IppValue, mediaName: MediaName): boolean {
  if (size.syntax !== 'collection') return false;
  const x = payloadOf(memberOf(size.value, 'x-dimension'), 'integer');
  const y = payloadOf(memberOf(size.value, 'y-dimension'), 'integer');
  return x === sizes[mediaName].x && y === sizes[mediaName].y;
}

function memberOf(members: readonly IppAttribute[], name: string): IppValue | undefined {
  return members.find((member) => member.name === name)?.values[0];
}
