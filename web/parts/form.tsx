// A form of fields as the monitors' UI halves describe them, or as a page writes them itself.
import type { FormFieldView } from '../../firmware/api/types.ts';
import { useId, useState } from 'preact/hooks';
import type { FieldValue, FormValues } from '../state/edits.ts';
import { said, t } from '../text.ts';
import { problemText } from '../wire/api.ts';

export interface FormProps {
  readonly fields: readonly FormFieldView[];
  readonly submit: string;
  /** What is filled in at first, before the fields' own. */
  readonly values?: FormValues;
  /** Fields that can be left as they are stand behind a fold. */
  readonly foldOptional?: boolean;
  /** What is in it now, at each change. */
  readonly onTyped?: (values: FormValues) => void;
  /** What it throws is shown at the form. */
  readonly onSubmit: (values: FormValues) => Promise<unknown>;
}

export function Form(props: FormProps) {
  const { fields, submit, values = {}, foldOptional = false, onTyped, onSubmit } = props;
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const send = async (form: HTMLFormElement): Promise<void> => {
    setBusy(true);
    setProblem('');
    try {
      await onSubmit(readForm(form, fields));
      // What was added is not added twice; what is edited has its new values as they come.
      if (Object.keys(values).length === 0) form.reset();
    } catch (error) {
      setProblem(problemText(error));
    }
    setBusy(false);
  };
  const mayWait = (field: FormFieldView): boolean => foldOptional && isOptional(field);
  const show = (field: FormFieldView) => (
    <Field key={field.name} field={field} value={values[field.name]} />
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void send(event.currentTarget);
      }}
      onInput={({ currentTarget }) => onTyped?.(readForm(currentTarget, fields))}
    >
      {fields.filter((field) => !mayWait(field)).map(show)}
      {fields.some(mayWait) ? (
        <details>
          <summary>{t('form.more')}</summary>
          {fields.filter(mayWait).map(show)}
        </details>
      ) : null}
      {problem === '' ? null : (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <button type="submit" class="main" disabled={busy} aria-busy={busy}>
        {submit}
      </button>
    </form>
  );
}

/** It has a value already, or needs none. */
function isOptional(field: FormFieldView): boolean {
  return !field.required || ('initial' in field && field.initial !== undefined);
}

interface FieldProps {
  readonly field: FormFieldView;
  readonly value: FieldValue | undefined;
}

function Field({ field, value }: FieldProps) {
  const id = useId();
  const help = field.help === '' ? undefined : `${id}-help`;
  const shared = { id, name: field.name, required: field.required, 'aria-describedby': help };
  return (
    <div class={`field ${field.type}`}>
      <label for={id}>
        {said(field.label)}
        {field.type === 'integer' && field.unit !== undefined ? ` (${field.unit})` : null}
      </label>
      <Input field={field} value={value} shared={shared} />
      {help === undefined ? null : <small id={help}>{said(field.help)}</small>}
    </div>
  );
}

interface InputProps extends FieldProps {
  readonly shared: {
    readonly id: string;
    readonly name: string;
    readonly required: boolean;
    readonly 'aria-describedby': string | undefined;
  };
}

function Input({ field, value, shared }: InputProps) {
  switch (field.type) {
    case 'text':
      return (
        <input
          {...shared}
          type="text"
          maxLength={field.maxLength}
          defaultValue={String(value ?? field.initial ?? '')}
        />
      );
    case 'secret':
      return (
        <input
          {...shared}
          type="password"
          maxLength={field.maxLength}
          autocomplete="new-password"
        />
      );
    case 'integer':
      return (
        <input
          {...shared}
          type="number"
          min={field.min}
          max={field.max}
          step={1}
          defaultValue={String(value ?? field.initial ?? '')}
        />
      );
    case 'boolean': {
      const checked = value === undefined ? field.initial === true : value === true;
      return <input {...shared} required={false} type="checkbox" defaultChecked={checked} />;
    }
    case 'choice':
      return (
        <select {...shared}>
          {field.options.map((option) => (
            <option
              key={String(option.value)}
              value={String(option.value)}
              selected={option.value === (value ?? field.initial)}
            >
              {said(option.label)}
            </option>
          ))}
        </select>
      );
  }
}

/** What is left empty is left out, so that the monitor's own default stands. */
function readForm(form: HTMLFormElement, fields: readonly FormFieldView[]): FormValues {
  const data = new FormData(form);
  const values: Record<string, FieldValue> = {};
  for (const field of fields) {
    const given = data.get(field.name);
    if (field.type === 'boolean') values[field.name] = given !== null;
    else if (typeof given === 'string' && given !== '') values[field.name] = typed(field, given);
  }
  return values;
}

function typed(field: FormFieldView, given: string): FieldValue {
  if (field.type === 'integer') return Number(given);
  if (field.type !== 'choice') return given;
  return field.options.find(({ value }) => String(value) === given)?.value ?? given;
}
