// What an administrator sets of a printer: where it stands, what an interruption means, its raw
// port, and who may print and see whose jobs there are.
import type { PrinterView } from '../../firmware/api/types.ts';
import type { FormValues } from '../state/edits.ts';
import { goTo } from '../state/route.ts';
import { t } from '../text.ts';
import { ask, askWithTag } from '../wire/api.ts';
import { Button } from './button.tsx';
import { confirm } from './confirm.tsx';
import { EditedForm } from './edited-form.tsx';

const longestText = 1_023;
const longestList = 4_096;
const rawIdle = { min: 5, max: 86_400, unit: 's' } as const;

interface OptionsProps {
  readonly printer: PrinterView;
  /** How the API calls it. */
  readonly path: string;
}

export function PrinterOptions({ printer, path }: OptionsProps) {
  const { name } = printer;
  const read = (valuesOf: (printer: PrinterView) => FormValues) => async () => {
    const { answer, etag } = await askWithTag<PrinterView>(path);
    return { values: valuesOf(answer), etag };
  };
  const save = (json: Readonly<Record<string, unknown>>, ifMatch: string) =>
    ask(path, { method: 'PATCH', json, ifMatch });
  return (
    <>
      <details>
        <summary>{t('printer.options')}</summary>
        <EditedForm
          fields={optionFields()}
          current={optionValues(printer)}
          read={read(optionValues)}
          save={(values, etag) => save(optionsOf(values, printer), etag)}
        />
        <Button
          kind="danger"
          run={async () => {
            const sure = await confirm(t('printer.remove-sure', { name }), t('do.remove'));
            if (!sure) return;
            await ask(path, { method: 'DELETE', query: { cancelJobs: true } });
            goTo();
          }}
        >
          {t('printer.remove')}
        </Button>
      </details>
      <details>
        <summary>{t('printer.access')}</summary>
        <EditedForm
          fields={accessFields()}
          current={accessValues(printer)}
          read={read(accessValues)}
          save={(values, etag) => save({ access: accessOf(values) }, etag)}
        />
      </details>
    </>
  );
}

const text = (name: string, label: string, help = '', maxLength = longestText) =>
  ({ type: 'text', name, label, help, required: false, maxLength }) as const;

const choice = (name: string, label: string, options: readonly (readonly [string, string])[]) =>
  ({
    type: 'choice',
    name,
    label,
    help: '',
    required: true,
    options: options.map(([value, shown]) => ({ value, label: shown })),
  }) as const;

function optionFields() {
  return [
    text('location', t('printer.location')),
    text('description', t('printer.description')),
    choice('interrupted', t('printer.interrupted'), [
      ['restart', t('printer.interrupted.restart')],
      ['hold', t('printer.interrupted.hold')],
    ]),
    choice('startPrinting', t('printer.start'), [
      ['spooled', t('printer.start.spooled')],
      ['at-once', t('printer.start.at-once')],
    ]),
    choice('rawMode', t('printer.raw'), [
      ['spooled', t('printer.raw.spooled')],
      ['pass-through', t('printer.raw.pass-through')],
    ]),
    {
      type: 'integer',
      name: 'rawIdle',
      label: t('printer.raw-idle'),
      help: t('printer.raw-idle-help'),
      required: false,
      ...rawIdle,
    } as const,
  ];
}

function optionValues({ raw, ...printer }: PrinterView): FormValues {
  const { location, description, interrupted, startPrinting } = printer;
  return {
    location,
    description,
    interrupted,
    startPrinting,
    rawMode: raw.mode ?? 'spooled',
    ...(raw.idleSeconds === undefined ? {} : { rawIdle: raw.idleSeconds }),
  };
}

/** What an emptied field means is the appliance's own. */
function optionsOf(values: FormValues, { raw }: PrinterView): Readonly<Record<string, unknown>> {
  const { location = '', description = '', rawMode, rawIdle: idleSeconds, ...rest } = values;
  const { idleSeconds: _idle, ...kept } = raw;
  const changed = { ...kept, mode: rawMode, ...(idleSeconds === undefined ? {} : { idleSeconds }) };
  return { location, description, raw: changed, ...rest };
}

function accessFields() {
  const many = t('printer.access-many');
  return [
    text('networks', t('printer.access.networks'), many, longestList),
    text('users', t('printer.access.users'), many, longestList),
    {
      type: 'boolean',
      name: 'logIn',
      label: t('printer.access.log-in'),
      help: '',
      required: false,
    } as const,
    choice('jobsShownTo', t('printer.access.jobs'), [
      ['owner', t('printer.access.jobs.owner')],
      ['all', t('printer.access.jobs.all')],
    ]),
  ];
}

function accessValues({ access }: PrinterView): FormValues {
  const { networks = [], users = [], logIn = false, jobsShownTo = 'owner' } = access;
  return { networks: networks.join(', '), users: users.join(', '), logIn, jobsShownTo };
}

/** An empty list lets everyone. */
function accessOf({ networks = '', users = '', logIn, jobsShownTo }: FormValues) {
  const list = (given: unknown): readonly string[] =>
    String(given)
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== '');
  const [nets, names] = [list(networks), list(users)];
  return {
    ...(nets.length === 0 ? {} : { networks: nets }),
    ...(names.length === 0 ? {} : { users: names }),
    logIn,
    jobsShownTo,
  };
}
