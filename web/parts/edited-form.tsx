// A form over something that others may change while it is filled in: what was typed stays, what
// they changed is shown, and the person decides.
import type { FormFieldView } from '../../firmware/api/types.ts';
import { useEffect, useState } from 'preact/hooks';
import { type FieldValue, type FormValues, joined, namesOfChanges } from '../state/edits.ts';
import { attempt, tell } from '../state/told.ts';
import { said, t } from '../text.ts';
import { ApiProblem } from '../wire/api.ts';
import { Button } from './button.tsx';
import { Form } from './form.tsx';

/** What there is, and the entity tag that a change of it names. */
export interface Seen {
  readonly values: FormValues;
  readonly etag: string;
}

export interface EditedFormProps {
  readonly fields: readonly FormFieldView[];
  /** As the page knows it now: when it changes, it is read anew. */
  readonly current: FormValues;
  readonly read: () => Promise<Seen>;
  /** Rejects with an ApiProblem of status 412 where the tag is an old one. */
  readonly save: (values: FormValues, etag: string) => Promise<unknown>;
}

export function EditedForm({ fields, current, read, save }: EditedFormProps) {
  const [before, setBefore] = useState<Seen>({ values: current, etag: '' });
  const [typed, setTyped] = useState<FormValues>(current);
  const [theirs, setTheirs] = useState<Seen>();
  // A form that shows other values is another form.
  const [round, setRound] = useState(0);
  const changesTo = (values: FormValues) => namesOfChanges(fields, before.values, values);

  const keep = (seen: Seen): void => {
    setBefore(seen);
    setTyped(seen.values);
    setTheirs(undefined);
  };
  const show = (seen: Seen): void => {
    keep(seen);
    setRound((last) => last + 1);
  };
  useEffect(() => void attempt(async () => setTheirs(await read())), [JSON.stringify(current)]);
  useEffect(() => {
    if (theirs === undefined) return;
    if (changesTo(theirs.values).length === 0) {
      setBefore({ ...before, etag: theirs.etag });
      setTheirs(undefined);
    } else if (changesTo(typed).length === 0) show(theirs);
  }, [theirs, typed]);

  /** `over`: what the person saw when they decided. */
  const submit = async (values: FormValues, over: Seen, inForm = values): Promise<void> => {
    try {
      await save(values, over.etag);
    } catch (error) {
      if (!isChangedMeanwhile(error)) throw error;
      const seen = await read();
      if (namesOfChanges(fields, over.values, seen.values).length > 0) {
        setTheirs(seen);
        throw error;
      }
      // What another changed of it is no field of this form.
      await save(values, seen.etag);
    }
    const seen = await read();
    // Where the form shows it already, whoever works with the keyboard stays where they are.
    if (namesOfChanges(fields, inForm, seen.values).length > 0) show(seen);
    else keep(seen);
    tell(t('printer.saved'));
  };
  return (
    <>
      <Form
        key={round}
        fields={fields}
        values={before.values}
        submit={t('do.save')}
        onTyped={setTyped}
        onSubmit={(values) => submit(values, before)}
      />
      {theirs === undefined ? null : (
        <Changes
          fields={fields.filter(({ name }) => changesTo(theirs.values).includes(name))}
          theirs={theirs.values}
          typed={typed}
          mine={changesTo(typed)}
          onKeep={() => {
            const { values } = theirs;
            const all = joined(fields, { before: before.values, typed, theirs: values });
            return submit(all, theirs, typed);
          }}
          onDrop={async () => show(theirs)}
        />
      )}
    </>
  );
}

function isChangedMeanwhile(error: unknown): boolean {
  return error instanceof ApiProblem && error.problem.status === 412;
}

interface ChangesProps {
  /** Those that another changed. */
  readonly fields: readonly FormFieldView[];
  readonly theirs: FormValues;
  readonly typed: FormValues;
  /** Names of what was typed. */
  readonly mine: readonly string[];
  readonly onKeep: () => Promise<unknown>;
  readonly onDrop: () => Promise<unknown>;
}

function Changes({ fields, theirs, typed, mine, onKeep, onDrop }: ChangesProps) {
  return (
    <div class="notice" role="alert">
      <p>{t('form.changed')}</p>
      <ul>
        {fields.map((field) => {
          const { name, label } = field;
          const now = shown(field, theirs[name]);
          return (
            <li key={name}>
              {mine.includes(name)
                ? t('form.changed-both', { label, now, typed: shown(field, typed[name]) })
                : t('form.changed-to', { label, now })}
            </li>
          );
        })}
      </ul>
      <p class="row">
        <Button run={onKeep}>{t('form.keep-typed')}</Button>
        <Button run={onDrop}>{t('form.drop-typed')}</Button>
      </p>
    </div>
  );
}

function shown(field: FormFieldView, value: FieldValue | undefined): string {
  if (field.type === 'secret') return '***';
  if (field.type === 'boolean') return t(value === true ? 'form.yes' : 'form.no');
  if (value === undefined || value === '') return t('form.empty');
  const option = field.type === 'choice' && field.options.find((each) => each.value === value);
  return option ? said(option.label) : String(value);
}
