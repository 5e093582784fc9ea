// The form of a job template attribute's row, and the ways in which its values are kept as JSON.
import type { IppValue } from '../../../../monitors/wire/ipp/message.ts';
import { enumValue, integer, keyword, payloadOf } from '../../../../monitors/wire/ipp/values.ts';

/** One job template attribute: NAME, NAME-default, NAME-supported. */
export interface JobTemplateRow {
  readonly name: string;
  readonly syntax: string;
  readonly clause: string;
  /** 1setOf. */
  readonly several?: true;
  readonly accepts: (value: IppValue) => boolean;
  /** NAME-default; undefined where there is none. */
  readonly byDefault: readonly IppValue[] | undefined;
  /** NAME-supported. */
  readonly supported: readonly IppValue[];
  /** Accepted values in the API's JSON form, and back; undefined for what another version kept. */
  readonly keep: (values: readonly IppValue[]) => unknown;
  readonly restore: (kept: unknown) => readonly IppValue[] | undefined;
}

type KeptForm = Pick<JobTemplateRow, 'keep' | 'restore'>;

export const keptInteger: KeptForm = keptNumber('integer');
export const keptEnum: KeptForm = keptNumber('enum');

export const keptKeyword: KeptForm = {
  keep: ([value]) => payloadOf(value, 'keyword'),
  restore: (kept) => (typeof kept === 'string' ? [keyword(kept)] : undefined),
};

export const keptEnums: KeptForm = {
  keep: (values) => values.map((value) => payloadOf(value, 'enum')),
  restore: (kept) => {
    if (!Array.isArray(kept)) return undefined;
    const numbers = kept.filter((each) => typeof each === 'number');
    return numbers.length > 0 ? numbers.map(enumValue) : undefined;
  },
};

function keptNumber(syntax: 'integer' | 'enum'): KeptForm {
  return {
    keep: ([value]) => payloadOf(value, syntax),
    restore: (kept) => {
      if (typeof kept !== 'number') return undefined;
      return [syntax === 'integer' ? integer(kept) : enumValue(kept)];
    },
  };
}

/** A row whose values are some keywords. */
export function keywordRow(
  name: string,
  keywords: readonly [string, ...string[]],
  clause: string,
  syntax = 'type2 keyword',
): JobTemplateRow {
  return {
    name,
    syntax,
    clause,
    accepts: (value) => keywords.some((each) => each === payloadOf(value, 'keyword')),
    byDefault: [keyword(keywords[0])],
    supported: keywords.map(keyword),
    ...keptKeyword,
  };
}

/** A row whose values are some numbers of an enum. */
export function enumRow(
  name: string,
  numbers: readonly [number, ...number[]],
  clause: string,
): JobTemplateRow {
  return {
    name,
    syntax: 'type2 enum',
    clause,
    accepts: (value) => numbers.some((each) => each === payloadOf(value, 'enum')),
    byDefault: [enumValue(numbers[0])],
    supported: numbers.map(enumValue),
    ...keptEnum,
  };
}
