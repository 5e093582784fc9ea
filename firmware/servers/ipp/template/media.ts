// Media as keyword and as collection (RFC 8011 5.2.11, PWG 5100.7 6.3).
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
  range,
} from '../../../../monitors/wire/ipp/values.ts';
import type { Abilities } from '../abilities.ts';
import {
  collectionForm,
  integerForm,
  keywordForm,
  type MemberForms,
  type ValueForm,
} from './form.ts';
import { mediaSizeOf, rangeOf, type MediaSize } from './media-names.ts';
import type { JobTemplateRow } from './row.ts';

const dimensionMax = 10_000_000;

const mediaForm: ValueForm = {
  ...keywordForm([]),
  accepts: (value, abilities) => {
    const asked = payloadOf(value, 'keyword') ?? payloadOf(value, 'nameWithoutLanguage') ?? '';
    return takesName(asked, abilities);
  },
  keep: ([value]) => payloadOf(value, 'keyword') ?? payloadOf(value, 'nameWithoutLanguage'),
};

const marginNames = ['bottom', 'left', 'right', 'top'] as const;

const sizeMembers: MemberForms = {
  'x-dimension': integerForm(1, dimensionMax),
  'y-dimension': integerForm(1, dimensionMax),
};

const mediaMembers: MemberForms = {
  'media-size': {
    ...collectionForm(sizeMembers),
    accepts: (value, abilities) => {
      const size = sizeIn(value);
      return size !== undefined && takesSize(size, abilities);
    },
  },
  'media-size-name': mediaForm,
  'media-source': keywordForm(({ mediaSources }) => mediaSources),
  'media-type': keywordForm(({ mediaTypes }) => mediaTypes),
  ...Object.fromEntries(
    marginNames.map((edge) => [`media-${edge}-margin`, integerForm(0, dimensionMax)]),
  ),
};

const mediaColForm = collectionForm(mediaMembers);

export const mediaRows: readonly JobTemplateRow[] = [
  {
    name: 'media',
    syntax: 'type2 keyword | name(MAX)',
    clause: 'RFC 8011 5.2.11',
    ...mediaForm,
    byDefault: ({ media }) => [keyword(media[0])],
    supported: ({ media, customSizes: sizes }) =>
      [...media, ...(sizes === undefined ? [] : [sizes.least, sizes.most])].map(keyword),
  },
  {
    name: 'media-col',
    syntax: 'collection',
    supportedSyntax: '1setOf keyword',
    clause: 'PWG 5100.7 6.3',
    ...mediaColForm,
    accepts: (value, abilities) => mediaColForm.accepts(value, abilities) && hasOneSize(value),
    byDefault: (abilities) => [mediaCollection(abilities.media[0], abilities)],
    supported: () => Object.keys(mediaMembers).map(keyword),
  },
];

export function mediaCollection(mediaName: string, abilities: Abilities): IppCollection {
  const { marginHundredthsMm, mediaSources, mediaTypes } = abilities;
  const size = mediaSizeOf(mediaName);
  return collection(
    ...(size === undefined ? [] : [attribute('media-size', sizeCollection(size))]),
    attribute('media-size-name', keyword(mediaName)),
    ...marginNames.map((edge) => attribute(`media-${edge}-margin`, integer(marginHundredthsMm))),
    attribute('media-source', keyword(mediaSources[0])),
    attribute('media-type', keyword(mediaTypes[0])),
  );
}

/** media-size-supported (PWG 5100.7 6.9.35): the named sizes, and the range of any other. */
export function mediaSizesSupported({ media, customSizes }: Abilities): readonly IppCollection[] {
  const custom = rangeOf(customSizes);
  return [
    ...media.flatMap((name) => {
      const size = mediaSizeOf(name);
      return size === undefined ? [] : [sizeCollection(size)];
    }),
    ...(custom === undefined ? [] : [sizeRange(custom)]),
  ];
}

function sizeRange({ least, most }: NonNullable<ReturnType<typeof rangeOf>>): IppCollection {
  return collection(
    attribute('x-dimension', range(least.x, most.x)),
    attribute('y-dimension', range(least.y, most.y)),
  );
}

export const marginAttributes = marginNames.map((edge) => `media-${edge}-margin-supported`);

function sizeCollection({ x, y }: MediaSize): IppCollection {
  return collection(attribute('x-dimension', integer(x)), attribute('y-dimension', integer(y)));
}

function takesName(mediaName: string, abilities: Abilities): boolean {
  if (abilities.media.includes(mediaName)) return true;
  const size = mediaSizeOf(mediaName);
  return size !== undefined && takesSize(size, abilities);
}

function takesSize(size: MediaSize, { media, customSizes }: Abilities): boolean {
  const custom = rangeOf(customSizes);
  if (custom !== undefined && isWithin(size, custom)) return true;
  return media.some((name) => {
    const known = mediaSizeOf(name);
    return known?.x === size.x && known.y === size.y;
  });
}

function isWithin(
  { x, y }: MediaSize,
  { least, most }: NonNullable<ReturnType<typeof rangeOf>>,
): boolean {
  return x >= least.x && x <= most.x && y >= least.y && y <= most.y;
}

/** A size and its name that contradict each other name no size (PWG 5100.7 6.3.1.15). */
function hasOneSize(value: IppValue): boolean {
  if (value.syntax !== 'collection') return false;
  const size = sizeIn(memberOf(value.value, 'media-size'));
  const sizeName = payloadOf(memberOf(value.value, 'media-size-name'), 'keyword');
  if (size === undefined || sizeName === undefined) return true;
  const named = mediaSizeOf(sizeName);
  return named === undefined || (named.x === size.x && named.y === size.y);
}

function sizeIn(value: IppValue | undefined): MediaSize | undefined {
  if (value?.syntax !== 'collection') return undefined;
  const x = payloadOf(memberOf(value.value, 'x-dimension'), 'integer');
  const y = payloadOf(memberOf(value.value, 'y-dimension'), 'integer');
  return x === undefined || y === undefined ? undefined : { x, y };
}

function memberOf(members: readonly IppAttribute[], name: string): IppValue | undefined {
  return members.find((member) => member.name === name)?.values[0];
}
