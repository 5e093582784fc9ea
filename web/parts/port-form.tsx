// The settings of a port, as its monitor's form has them: read when somebody opens it.
import type { FormFieldView, MonitorView, PortView } from '../../firmware/api/types.ts';
import { useState } from 'preact/hooks';
import { type FormValues, namesOfChanges } from '../state/edits.ts';
import { attempt, tell } from '../state/told.ts';
import { t } from '../text.ts';
import { ask } from '../wire/api.ts';
import { xcv } from '../wire/xcv.ts';
import { Form } from './form.tsx';

interface PortFormProps {
  readonly port: PortView;
  /** The id of whose port it is. */
  readonly spooler: string;
}

export function PortForm({ port: { info }, spooler }: PortFormProps) {
  const [form, setForm] = useState<{
    readonly fields: readonly FormFieldView[];
    readonly values: FormValues;
  }>();
  const path = `/ports/${encodeURIComponent(info.name)}/xcv`;
  const query = { spooler };
  const read = async (): Promise<void> => {
    const { items } = await ask<{ readonly items: readonly MonitorView[] }>('/monitors');
    const monitor = items.find(({ kind, name }) => kind === 'port' && name === info.monitorName);
    const fields = monitor?.ui.configurePort.filter(({ name }) => name !== 'name') ?? [];
    const output = Object(await xcv(`${path}/GetConfigInfo`, null, query));
    const known = fields.flatMap(({ name }) => {
      const value: unknown = output[name];
      return isPlain(value) ? [[name, value] as const] : [];
    });
    setForm({ fields, values: Object.fromEntries(known) });
  };
  return (
    <details
      onToggle={({ currentTarget }) => {
        if (currentTarget.open && form === undefined) void attempt(read);
      }}
    >
      <summary aria-label={`${t('ports.change')}: ${info.name}`}>{t('ports.change')}</summary>
      {form === undefined ? (
        <p>{t('app.loading')}</p>
      ) : (
        <Form
          fields={form.fields}
          values={form.values}
          submit={t('do.save')}
          onSubmit={async (values) => {
            // Only those: somebody else may have changed others meanwhile.
            const changed = namesOfChanges(form.fields, form.values, values);
            const isText = (name: string) =>
              form.fields.some((field) => field.name === name && field.type === 'text');
            const given = changed.flatMap((name) => {
              const value = values[name] ?? (isText(name) ? '' : undefined);
              return value === undefined ? [] : [[name, value] as const];
            });
            await xcv(`${path}/ConfigPort`, Object.fromEntries(given), query);
            await read();
            tell(t('printer.saved'));
          }}
        />
      )}
    </details>
  );
}

function isPlain(value: unknown): value is FormValues[string] {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
