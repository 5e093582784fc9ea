// Adding a printer: how it is connected, its address by the monitor's own form, its name.
import type { FormFieldView, MonitorView, PrinterView } from '../../firmware/api/types.ts';
import { useEffect, useState } from 'preact/hooks';
import { Form } from '../parts/form.tsx';
import { FoundDevices } from '../parts/found-devices.tsx';
import { Tabs } from '../parts/tabs.tsx';
import type { FormValues } from '../state/edits.ts';
import { groups } from '../state/pair.ts';
import { goTo } from '../state/route.ts';
import { attempt, tell } from '../state/told.ts';
import { said, t } from '../text.ts';
import { ask } from '../wire/api.ts';
import { xcv } from '../wire/xcv.ts';

/** The field of every form that is the port's own name: here it is the printer's. */
const portNameField = 'name';
const longestName = 127;
const longestText = 1_023;

export function AddPrinter() {
  const [monitors, setMonitors] = useState<readonly MonitorView[]>([]);
  const [chosen, setChosen] = useState('tcp');
  useEffect(() => {
    void attempt(async () => {
      const { items } = await ask<{ readonly items: readonly MonitorView[] }>('/monitors');
      setMonitors(items.filter(({ kind }) => kind === 'port'));
    });
  }, []);
  const monitor = monitors.find(({ name }) => name === chosen);
  return (
    <main id="content">
      <h1>{t('add.title')}</h1>
      <FoundDevices />
      <h2>{t('add.by-hand')}</h2>
      <Tabs
        label={t('add.how')}
        tabs={monitors.map(({ name, ui }) => ({ value: name, text: said(ui.title) }))}
        chosen={chosen}
        onChoose={setChosen}
      />
      {monitor === undefined ? null : <AddForm key={monitor.name} monitor={monitor} />}
    </main>
  );
}

function AddForm({ monitor }: { readonly monitor: MonitorView }) {
  const { ui, state, message, locality } = monitor;
  if (state !== 'ready') return <p>{t('add.absent', { why: said(message) })}</p>;
  const fields = [
    {
      type: 'text',
      name: 'printerName',
      label: t('add.name'),
      help: t('add.name-help'),
      required: true,
      maxLength: longestName,
    } as const,
    ...placeField(locality),
    ...ui.addPort.filter(({ name }) => name !== portNameField),
    {
      type: 'text',
      name: 'printerLocation',
      label: t('add.location'),
      help: '',
      required: false,
      maxLength: longestText,
    } as const,
  ];
  return (
    <>
      <p>{said(ui.help)}</p>
      {locality === 'local' && groups.value.length > 0 ? <p>{t('add.local-only')}</p> : null}
      <Form
        fields={fields}
        submit={t('do.add')}
        foldOptional
        onSubmit={async (values) => {
          const made = await addPrinter(monitor.name, values);
          tell(t('add.done', { name: made.name }));
          const group = groups.value.find(({ id }) => id === made.spooler);
          goTo('printers', group === undefined ? made.id : `${group.name}/${made.name}`);
        }}
      />
    </>
  );
}

/** In a group of the pair, for what may be in one. */
function placeField(locality: MonitorView['locality']): readonly FormFieldView[] {
  if (locality === 'local' || groups.value.length === 0) return [];
  const inGroup = groups.value.map(({ name }) => ({
    value: name,
    label: t('add.in-group', { group: name }),
  }));
  return [
    {
      type: 'choice',
      name: placeName,
      label: t('add.in'),
      help: '',
      required: true,
      options: [{ value: here, label: t('add.in-local') }, ...inGroup],
    },
  ];
}

const placeName = 'printerPlace';
const here = 'local';

async function addPrinter(
  monitor: string,
  { printerName = '', printerLocation = '', printerPlace: spooler = here, ...port }: FormValues,
): Promise<PrinterView> {
  const path = `/monitors/${encodeURIComponent(monitor)}/xcv`;
  const query = spooler === here ? {} : { spooler: String(spooler) };
  await xcv(`${path}/AddPort`, { [portNameField]: printerName, ...port }, query);
  try {
    const json = { name: printerName, location: printerLocation, portNames: [printerName] };
    return await ask<PrinterView>('/printers', { json: { ...json, spooler } });
  } catch (error) {
    // A port without a printer is of no use to whoever asked for a printer.
    await xcv(`${path}/DeletePort`, { [portNameField]: printerName }, query);
    throw error;
  }
}
