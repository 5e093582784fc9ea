// Whom the appliance tells: a webhook of what needs a person, a syslog server of its log, a broker of
// how printers and pair are. Each is off until somebody names a place.
import type { FormFieldView, SettingView } from '../../firmware/api/types.ts';
import { useEffect, useState } from 'preact/hooks';
import type { FormValues } from '../state/edits.ts';
import { attempt, tell } from '../state/told.ts';
import { t } from '../text.ts';
import { ask, askWithTag } from '../wire/api.ts';
import { Button } from './button.tsx';
import { confirm } from './confirm.tsx';
import { EditedForm, type Seen } from './edited-form.tsx';

const path = '/settings';
const longest = 1_023;

interface Settings {
  readonly items: readonly SettingView[];
}

const parts = ['webhook', 'syslog', 'mqtt'] as const;

export function Telling() {
  const [items, setItems] = useState<readonly SettingView[]>();
  const read = async () => {
    const { answer, etag } = await askWithTag<Settings>(path);
    setItems(answer.items);
    return { items: answer.items, etag };
  };
  useEffect(() => void attempt(read), []);
  const change = (json: Readonly<Record<string, unknown>>, ifMatch?: string) =>
    ask<Settings>(path, { method: 'PATCH', json, ...(ifMatch === undefined ? {} : { ifMatch }) });
  if (items === undefined) return null;
  return (
    <section aria-labelledby="telling">
      <h2 id="telling">{t('telling.title')}</h2>
      <p>{t('telling.lead')}</p>
      {parts.map((part) => (
        <Part
          key={part}
          part={part}
          items={itemsOf(part, items)}
          read={async () => {
            const seen = await read();
            return { values: valuesOf(itemsOf(part, seen.items)), etag: seen.etag };
          }}
          change={change}
        />
      ))}
    </section>
  );
}

type PartName = (typeof parts)[number];

function itemsOf(part: PartName, items: readonly SettingView[]): readonly SettingView[] {
  return items.filter(({ key }) => key.startsWith(`${part}.`));
}

/** Of those that can be changed here; a secret is never shown. */
function valuesOf(items: readonly SettingView[]): FormValues {
  const free = items.filter(({ from, secret }) => from !== 'outside' && !secret);
  return Object.fromEntries(free.map(({ key, value = '' }) => [key, value]));
}

interface PartProps {
  readonly part: PartName;
  readonly items: readonly SettingView[];
  readonly read: () => Promise<Seen>;
  readonly change: (json: Readonly<Record<string, unknown>>, ifMatch?: string) => Promise<unknown>;
}

function Part({ part, items, read, change }: PartProps) {
  const free = items.filter(({ from }) => from !== 'outside');
  const fixed = items.filter(({ from }) => from === 'outside');
  const [place] = items;
  const secret = free.find((each) => each.secret && each.isSet);
  const save = async (values: FormValues, etag: string): Promise<void> => {
    // Without a topic there is none to begin with: the usual one.
    const empty = (key: string): string | null => (key === 'mqtt.topic' ? null : '');
    const shown = free
      .filter((each) => !each.secret)
      .map(({ key }) => [key, values[key] ?? empty(key)]);
    // An empty secret is one that nobody typed: what is there stays.
    await change({ ...Object.fromEntries(shown), ...values }, etag);
  };
  return (
    <details>
      <summary>
        {t(`telling.${part}`)} <small>{place?.value || t('telling.off')}</small>
      </summary>
      <p>{t(`telling.${part}-lead`)}</p>
      {fixed.map(({ key, value, place: where }) => (
        <p key={key}>
          {t('telling.fixed', { key, place: where })} <code>{value ?? '***'}</code>
        </p>
      ))}
      {free.length === 0 ? null : (
        <EditedForm fields={free.map(fieldOf)} current={valuesOf(items)} read={read} save={save} />
      )}
      {secret === undefined ? null : (
        <Button
          kind="danger"
          run={async () => {
            const sure = await confirm(t('telling.forget-sure'), t('do.remove'));
            if (!sure) return;
            await change({ [secret.key]: '' });
            await read();
            tell(t('printer.saved'));
          }}
        >
          {t('telling.forget')}
        </Button>
      )}
    </details>
  );
}

function fieldOf({ key, secret, isSet, from, place }: SettingView): FormFieldView {
  const kept = secret && isSet ? t('telling.secret-kept') : '';
  const help = from === 'file' ? `${kept} ${t('telling.from-file', { place })}`.trim() : kept;
  const shared = { name: key, label: t(`telling.${key}`), help, required: false };
  return { ...shared, type: secret ? 'secret' : 'text', maxLength: longest };
}
