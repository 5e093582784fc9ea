// Adding a printer: how it is connected, its address by the monitor's own form, its name.
import type { MonitorView, PrinterView, XcvResultView } from '../../firmware/api/types.ts';
import { useEffect, useState } from 'preact/hooks';
import { Form, type FormValues } from '../parts/form.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { goTo } from '../state/route.ts';
import { attempt, tell } from '../state/told.ts';
import { t } from '../text.ts';
import { ApiProblem, ask } from '../wire/api.ts';

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
      <Tabs
        label={t('add.how')}
        tabs={monitors.map(({ name, ui }) => ({ value: name, text: ui.title }))}
        chosen={chosen}
        onChoose={setChosen}
      />
      {monitor === undefined ? null : <AddForm key={monitor.name} monitor={monitor} />}
    </main>
  );
}

function AddForm({ monitor }: { readonly monitor: MonitorView }) {
  const { ui, state, message } = monitor;
  if (state !== 'ready') return <p>{t('add.absent', { why: message })}</p>;
  const fields = [
    {
      type: 'text',
      name: 'printerName',
      label: t('add.name'),
      help: t('add.name-help'),
      required: true,
      maxLength: longestName,
    } as const,
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
      <p>{ui.help}</p>
      <Form
        fields={fields}
        submit={t('do.add')}
        foldOptional
        onSubmit={async (values) => {
          const made = await addPrinter(monitor.name, values);
          tell(t('add.done', { name: made.name }));
          goTo('printers', made.id);
        }}
      />
    </>
  );
}

async function addPrinter(
  monitor: string,
  { printerName = '', printerLocation = '', ...port }: FormValues,
): Promise<PrinterView> {
  const path = `/monitors/${encodeURIComponent(monitor)}/xcv`;
  await xcv(`${path}/AddPort`, { [portNameField]: printerName, ...port });
  try {
    return await ask<PrinterView>('/printers', {
      json: { name: printerName, location: printerLocation, portNames: [printerName] },
    });
  } catch (error) {
    // A port without a printer is of no use to whoever asked for a printer.
    await xcv(`${path}/DeletePort`, { [portNameField]: printerName });
    throw error;
  }
}

async function xcv(path: string, json: unknown): Promise<void> {
  const { status, message = status } = await ask<XcvResultView>(path, { json });
  if (status === 'ERROR_SUCCESS') return;
  throw new ApiProblem({
    type: '',
    title: '',
    status: 400,
    detail: message,
    code: status,
    next: '',
    instance: path,
  });
}
