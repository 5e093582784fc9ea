// How the values of a job template attribute, or of a collection's member, are checked and kept as
// JSON with the job.
import type { IppAttribute, IppValue } from '../../../../monitors/wire/ipp/message.ts';
import {
  attribute,
  collection,
  enumValue,
  integer,
  keyword,
  payloadOf,
  range,
  resolution,
  wordingOf,
} from '../../../../monitors/wire/ipp/values.ts';
import type { Abilities } from '../abilities.ts';

/** Accepted values in the API's JSON form, and back. */
export interface ValueForm {
  /** 1setOf. */
  readonly several?: true;
  readonly accepts: (value: IppValue, abilities: Abilities) => boolean;
  readonly keep: (values: readonly IppValue[]) => unknown;
  /** Undefined for what another version kept. */
  readonly restore: (kept: unknown) => readonly IppValue[] | undefined;
}

/** A list that is the same for all printers, or depends on what one can do. */
export type Choice<T> = readonly T[] | ((abilities: Abilities) => readonly T[]);

export function choicesOf<T>(choice: Choice<T>, abilities: Abilities): readonly T[] {
  return typeof choice === 'function' ? choice(abilities) : choice;
}

export function integerForm(least: number, most: number): ValueForm {
  return {
    accepts: (value) => {
      const asked = payloadOf(value, 'integer');
      return asked !== undefined && asked >= least && asked <= most;
    },
    keep: ([value]) => payloadOf(value, 'integer'),
    restore: (kept) => (typeof kept === 'number' ? [integer(kept)] : undefined),
  };
}

export function enumForm(numbers: Choice<number>): ValueForm {
  return {
    accepts: (value, abilities) =>
      choicesOf(numbers, abilities).some((each) => each === payloadOf(value, 'enum')),
    keep: ([value]) => payloadOf(value, 'enum'),
    restore: (kept) => (typeof kept === 'number' ? [enumValue(kept)] : undefined),
  };
}

export function enumsForm(numbers: Choice<number>): ValueForm {
  return {
    ...enumForm(numbers),
    several: true,
    keep: (values) => values.map((value) => payloadOf(value, 'enum')),
    restore: (kept) => restoreEach(kept, enumForm(numbers).restore),
  };
}

export function keywordForm(keywords: Choice<string>): ValueForm {
  return {
    accepts: (value, abilities) =>
      choicesOf(keywords, abilities).some((each) => each === payloadOf(value, 'keyword')),
    keep: ([value]) => payloadOf(value, 'keyword'),
    restore: (kept) => (typeof kept === 'string' ? [keyword(kept)] : undefined),
  };
}

/** Ascending, without overlap (RFC 8011 5.2.7), is for the device to ask. */
export const rangesForm: ValueForm = {
  several: true,
  accepts: (value) => {
    const asked = payloadOf(value, 'rangeOfInteger');
    return asked !== undefined && asked.lower >= 1 && asked.upper >= asked.lower;
  },
  keep: (values) =>
    values.map((value) => {
      const asked = payloadOf(value, 'rangeOfInteger');
      return [asked?.lower, asked?.upper];
    }),
  restore: (kept) =>
    restoreEach(kept, (each) => {
      if (!Array.isArray(each)) return undefined;
      const [lower, upper]: readonly unknown[] = each;
      const isRange = typeof lower === 'number' && typeof upper === 'number';
      return isRange ? [range(lower, upper)] : undefined;
    }),
};

export const resolutionForm: ValueForm = {
  accepts: (value, { resolutionsDpi }) => {
    const asked = payloadOf(value, 'resolution');
    if (asked?.units !== 'dpi' || asked.crossFeed !== asked.feed) return false;
    return resolutionsDpi.includes(asked.feed);
  },
  keep: ([value]) => payloadOf(value, 'resolution')?.feed,
  restore: (kept) => (typeof kept === 'number' ? [resolution(kept, kept, 'dpi')] : undefined),
};

export function wordsForm(maxOctets: number, make: (words: string) => IppValue): ValueForm {
  return {
    accepts: (value) => {
      const asked = wordingOf(value);
      return asked !== undefined && Buffer.byteLength(asked) <= maxOctets;
    },
    keep: ([value]) => wordingOf(value),
    restore: (kept) => (typeof kept === 'string' ? [make(kept)] : undefined),
  };
}

export type MemberForms = Readonly<Record<string, ValueForm>>;

/** A collection whose members have forms of their own; one that is not known is not accepted. */
export function collectionForm(members: MemberForms): ValueForm {
  return {
    accepts: (value, abilities) =>
      value.syntax === 'collection' &&
      value.value.every((member) => acceptsMember(members, member, abilities)),
    keep: ([value]) => keepMembers(members, value),
    restore: (kept) => {
      const restored = restoreMembers(members, kept);
      return restored === undefined ? undefined : [collection(...restored)];
    },
  };
}

export function collectionsForm(members: MemberForms): ValueForm {
  const one = collectionForm(members);
  return {
    several: true,
    accepts: one.accepts,
    keep: (values) => values.map((value) => one.keep([value])),
    restore: (kept) => restoreEach(kept, one.restore),
  };
}

function acceptsMember(
  members: MemberForms,
  { name, values }: IppAttribute,
  abilities: Abilities,
): boolean {
  const form = Object.hasOwn(members, name) ? members[name] : undefined;
  if (form === undefined || (values.length > 1 && form.several !== true)) return false;
  return values.every((value) => form.accepts(value, abilities));
}

function keepMembers(members: MemberForms, value: IppValue | undefined): unknown {
  if (value?.syntax !== 'collection') return undefined;
  return Object.fromEntries(
    value.value.map(({ name, values }) => [name, members[name]?.keep(values)]),
  );
}

function restoreMembers(members: MemberForms, kept: unknown): readonly IppAttribute[] | undefined {
  if (typeof kept !== 'object' || kept === null || Array.isArray(kept)) return undefined;
  return Object.entries(kept).flatMap(([name, value]) => {
    const form = Object.hasOwn(members, name) ? members[name] : undefined;
    const [first, ...more] = form?.restore(value) ?? [];
    return first === undefined ? [] : [attribute(name, first, ...more)];
  });
}

function restoreEach(
  kept: unknown,
  restore: (each: unknown) => readonly IppValue[] | undefined,
): readonly IppValue[] | undefined {
  if (!Array.isArray(kept)) return undefined;
  const values = kept.flatMap((each: unknown) => restore(each) ?? []);
  return values.length > 0 ? values : undefined;
}
