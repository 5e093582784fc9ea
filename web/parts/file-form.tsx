// A form of files and secrets, with what went wrong beside it and how far a file is.
import { useId, useState } from 'preact/hooks';
import { t } from '../text.ts';
import { problemText } from '../wire/api.ts';

interface FileFormProps {
  readonly files: readonly { readonly name: string; readonly label: string }[];
  /** Asked besides, and never shown. */
  readonly secret?: { readonly name: string; readonly label: string; readonly minLength: number };
  readonly submit: string;
  readonly onSubmit: (
    files: Readonly<Record<string, File | undefined>>,
    secret: string,
  ) => Promise<void>;
}

export function FileForm({ files, secret, submit, onSubmit }: FileFormProps) {
  const id = useId();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const send = async (form: HTMLFormElement): Promise<void> => {
    setBusy(true);
    setProblem('');
    const data = new FormData(form);
    const given = files.map(({ name }) => {
      const value = data.get(name);
      return [name, value instanceof File ? value : undefined] as const;
    });
    try {
      const word = data.get(secret?.name ?? '');
      await onSubmit(Object.fromEntries(given), typeof word === 'string' ? word : '');
      form.reset();
    } catch (error) {
      setProblem(problemText(error));
    }
    setBusy(false);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void send(event.currentTarget);
      }}
    >
      {files.map(({ name, label }) => (
        <div key={name} class="field">
          <label for={`${id}-${name}`}>{label}</label>
          <input id={`${id}-${name}`} name={name} type="file" required />
        </div>
      ))}
      {secret === undefined ? null : (
        <div class="field">
          <label for={`${id}-secret`}>{secret.label}</label>
          <input
            id={`${id}-secret`}
            name={secret.name}
            type="password"
            required
            minLength={secret.minLength}
            autocomplete="new-password"
          />
        </div>
      )}
      {problem === '' ? null : (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <button type="submit" class="main" disabled={busy} aria-busy={busy}>
        {busy ? t('app.loading') : submit}
      </button>
    </form>
  );
}
