// The form of a job template attribute's row, and short ways to write the usual ones.
import type { IppValue } from '../../../../monitors/wire/ipp/message.ts';
import { enumValue, keyword } from '../../../../monitors/wire/ipp/values.ts';
import type { Abilities } from '../abilities.ts';
import { choicesOf, enumForm, keywordForm, type Choice, type ValueForm } from './form.ts';

/** One job template attribute: NAME, NAME-default, NAME-supported. */
export interface JobTemplateRow extends ValueForm {
  readonly name: string;
  readonly syntax: string;
  readonly clause: string;
  /** The syntax of NAME-supported where it is not that of a set of NAME. */
  readonly supportedSyntax?: string;
  /** NAME-default; undefined where there is none. */
  readonly byDefault: (abilities: Abilities) => readonly IppValue[] | undefined;
  /** NAME-supported; undefined where the attribute does not apply. */
  readonly supported: (abilities: Abilities) => readonly IppValue[] | undefined;
}

/** A row whose values are some keywords, the default first. */
export function keywordRow(
  name: string,
  keywords: Choice<string>,
  clause: string,
  syntax = 'type2 keyword',
): JobTemplateRow {
  return {
    name,
    syntax,
    clause,
    byDefault: (abilities) => choicesOf(keywords, abilities).slice(0, 1).map(keyword),
    supported: (abilities) => choicesOf(keywords, abilities).map(keyword),
    ...keywordForm(keywords),
  };
}

/** A row whose values are some numbers of an enum, the default first. */
export function enumRow(name: string, numbers: Choice<number>, clause: string): JobTemplateRow {
  return {
    name,
    syntax: 'type2 enum',
    clause,
    byDefault: (abilities) => choicesOf(numbers, abilities).slice(0, 1).map(enumValue),
    supported: (abilities) => choicesOf(numbers, abilities).map(enumValue),
    ...enumForm(numbers),
  };
}
