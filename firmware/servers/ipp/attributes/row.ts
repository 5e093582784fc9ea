// Short ways to write rows of attributes.
import type { IppValue } from '../../../../monitors/wire/ipp/message.ts';
import type { AttributeGroup, AttributeRow } from '../attribute-row.ts';

/** What a row's source may answer: one value, several, or that the attribute does not apply. */
export type Answer = IppValue | readonly IppValue[] | undefined;

/** A way to write rows of one group, none of which clients may set. */
export function rowsOf<Source>(
  group: AttributeGroup,
): (
  name: string,
  syntax: string,
  source: (source: Source) => Answer,
  clause: string,
) => AttributeRow<Source> {
  return (name, syntax, source, clause) => ({
    name,
    syntax,
    group,
    source: (from) => {
      const values = source(from);
      return values === undefined || !('syntax' in values) ? values : [values];
    },
    settable: false,
    clause,
  });
}
