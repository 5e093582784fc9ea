// Two people who edit the same thing: what one typed, what the other changed, and both together.
import type { FormFieldView } from '../../firmware/api/types.ts';

export type FieldValue = string | number | boolean;
export type FormValues = Readonly<Record<string, FieldValue>>;
type Fields = readonly Pick<FormFieldView, 'name'>[];

/** An emptied field is left out, or has an empty text; a box without its tick likewise. */
function isEqual(one: FieldValue | undefined, other: FieldValue | undefined): boolean {
  return plain(one) === plain(other);
}

function plain(value: FieldValue | undefined): FieldValue {
  return value === undefined || value === false ? '' : value;
}

export function namesOfChanges(
  fields: Fields,
  before: FormValues,
  after: FormValues,
): readonly string[] {
  const names = fields.map(({ name }) => name);
  return names.filter((name) => !isEqual(before[name], after[name]));
}

/** What somebody typed over what there was, and everything else as another made it meanwhile. */
export function joined(
  fields: Fields,
  { before, typed, theirs }: Readonly<Record<'before' | 'typed' | 'theirs', FormValues>>,
): FormValues {
  const mine = new Set(namesOfChanges(fields, before, typed));
  const values: Record<string, FieldValue> = {};
  for (const { name } of fields) {
    const value = (mine.has(name) ? typed : theirs)[name];
    if (value !== undefined) values[name] = value;
  }
  return values;
}
