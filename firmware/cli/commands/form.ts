// A monitor's form as options of the command line.
import type { FormFieldView } from '../../api/types.ts';
import { didYouMean } from '../../config/did-you-mean.ts';
import { CliError, type OptionRows } from '../command.ts';

/** The field `hostAddress` is the option --host-address. */
export function fieldOptions(fields: readonly FormFieldView[]): OptionRows {
  return Object.fromEntries(
    fields.map((field) => [
      optionName(field),
      {
        type: 'string' as const,
        value: valueText(field),
        help: field.help === '' ? field.label : field.help,
      },
    ]),
  );
}

/** The Xcv payload; `complete` fills in initial values and asks for what is required. */
export function formValues(
  fields: readonly FormFieldView[],
  given: Readonly<Record<string, string | boolean>>,
  { complete }: { readonly complete: boolean },
): Readonly<Record<string, string | number | boolean>> {
  const values = fields.flatMap((field) => {
    const text = given[optionName(field)];
    if (typeof text === 'string') return [[field.name, fieldValue(field, text)] as const];
    if (!complete) return [];
    const initial = 'initial' in field ? field.initial : undefined;
    if (initial !== undefined) return [[field.name, initial] as const];
    if (!field.required) return [];
    throw new CliError(`--${optionName(field)} is missing: ${field.help || field.label}`, 2);
  });
  return Object.fromEntries(values);
}

function optionName({ name }: FormFieldView): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function valueText(field: FormFieldView): string {
  switch (field.type) {
    case 'choice':
      return field.options.map(({ value }) => String(value)).join('|');
    case 'boolean':
      return 'yes|no';
    case 'integer':
      return 'N';
    case 'text':
    case 'secret':
      return 'TEXT';
  }
}

function fieldValue(field: FormFieldView, text: string): string | number | boolean {
  const option = `--${optionName(field)}`;
  switch (field.type) {
    case 'text':
    case 'secret':
      return text;
    case 'boolean':
      if (text === 'yes' || text === 'no') return text === 'yes';
      throw new CliError(`${option} takes yes or no, not "${text}".`, 2);
    case 'integer': {
      const value = Number(text);
      if (Number.isInteger(value) && value >= field.min && value <= field.max) return value;
      throw new CliError(`${option} takes ${field.min} to ${field.max}, not "${text}".`, 2);
    }
    case 'choice': {
      const chosen = field.options.find(({ value }) => String(value) === text);
      if (chosen !== undefined) return chosen.value;
      const hint = didYouMean(
        text,
        field.options.map(({ value }) => String(value)),
      );
      throw new CliError(`${option} takes ${valueText(field)}, not "${text}".${hint}`, 2);
    }
  }
}
