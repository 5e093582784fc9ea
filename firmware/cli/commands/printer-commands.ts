// Commands for printers: list, show, add, change, remove.
import { z } from 'zod';
import { printer, printerSettings } from '../../api/schemas/printer.ts';
import type { PrinterSettingsInput, PrinterView } from '../../api/types.ts';
import {
  CliError,
  type Command,
  type CommandContext,
  type CommandInput,
  type OptionRows,
} from '../command.ts';
import { readPages } from '../pages.ts';
import { printerSwitches, type PrinterSwitch } from '../../spooler/contract.ts';
import { ownerAndName } from './owner-and-name.ts';
import { accessOf } from './printer-access.ts';
import { boundsOf, retentionText, yesOrNo } from './printer-bounds.ts';
import { printerState } from './printer-text.ts';
import { plainWords } from '../../../monitors/schema-issues.ts';

const settingOptions = {
  port: { type: 'string', value: 'PORT', multiple: true, help: 'A port; several make a pool' },
  description: { type: 'string', value: 'TEXT', help: 'What people call it' },
  location: { type: 'string', value: 'TEXT', help: 'Where it stands' },
  accepting: { type: 'string', value: 'yes|no', help: 'Takes new jobs' },
  enabled: { type: 'string', value: 'yes|no', help: 'Prints; with no, jobs are taken and wait' },
  'hold-new-jobs': { type: 'string', value: 'yes|no', help: 'New jobs wait for "job release"' },
  default: {
    type: 'string',
    value: 'NAME=VALUE',
    multiple: true,
    help: 'What jobs get that ask for nothing, by IPP name: copies=2; NAME= takes it away',
  },
  'keep-documents': {
    type: 'string',
    value: 'BOUNDS',
    help: 'How long documents stay for "job reprint": 7d, 50jobs, 100MB, by commas; no; ever',
  },
  'keep-history': {
    type: 'string',
    value: 'BOUNDS',
    help: 'How long ended jobs are remembered, in the same words',
  },
  'quota-job': { type: 'string', value: 'SIZE', help: 'The largest job: 500MB; no for no quota' },
  'quota-jobs': { type: 'string', value: 'N', help: 'Jobs that may wait; no for no quota' },
  'quota-user-jobs': { type: 'string', value: 'N', help: 'Jobs of one user that may wait' },
  'quota-spool': { type: 'string', value: 'SIZE', help: 'Documents of this printer in the spool' },
  'allow-network': {
    type: 'string',
    value: 'NETWORK',
    multiple: true,
    help: 'Takes jobs from this network only, 10.1.0.0/16; several; all for every network',
  },
  'allow-user': {
    type: 'string',
    value: 'USER',
    multiple: true,
    help: 'Takes jobs of this user only, who logs in; several; all for everyone',
  },
  'log-in': { type: 'string', value: 'yes|no', help: 'Takes jobs of users who log in' },
  'show-jobs': {
    type: 'string',
    value: 'owner|all',
    help: 'Who sees whose a job is and what it is called',
  },
  'raw-mode': {
    type: 'string',
    value: 'spooled|pass-through',
    help: 'What comes by the raw port goes on byte by byte, and the answers back',
  },
  'raw-idle': {
    type: 'string',
    value: 'SECONDS',
    help: 'The longest pause of a raw client inside a document',
  },
  interrupted: {
    type: 'string',
    value: 'restart|hold',
    help: 'What happens to a job that broke off on paper',
  },
  'start-printing': {
    type: 'string',
    value: 'spooled|at-once',
    help: 'After the whole document has come, or while it comes',
  },
  format: { type: 'string', value: 'TYPE', multiple: true, help: 'A document format it takes' },
} as const satisfies OptionRows;

const oneName = { usage: 'NAME', arguments: { least: 1, most: 1 } } as const;

const switchSummaries = {
  enable: 'Let a printer print again',
  disable: 'Stop a printer after the job that prints',
  accept: 'Let a printer take jobs again',
  reject: 'Let a printer take no more jobs',
  'hold-new-jobs': 'Hold the jobs that come from now on',
  'release-held-new-jobs': 'Hold no more, and let go what was held',
} as const satisfies Record<PrinterSwitch, string>;

export const printerCommands: readonly Command[] = [
  {
    name: 'printer list',
    summary: 'The printers and what they do',
    usage: '',
    arguments: { least: 0, most: 0 },
    options: {},
    async run(_input, { api, asJson, out }) {
      const printers = await readPages(await api(), '/printers', printer);
      if (asJson) return out.json(printers);
      out.table(
        ['name', 'state', 'jobs', 'ports', 'raw port', 'location'],
        printers.map((item) => [
          item.name,
          printerState(item),
          String(item.status.queuedJobCount),
          item.portNames.join(' '),
          String(item.addresses.rawPort ?? '-'),
          item.location,
        ]),
      );
    },
  },
  {
    ...oneName,
    name: 'printer show',
    summary: 'One printer with all its settings',
    options: {},
    async run({ args }, context) {
      const client = await context.api();
      show(context, await client.get(pathOf(args[0]), printer));
    },
  },
  {
    ...oneName,
    name: 'printer add',
    summary: 'Make a printer that prints through one or more ports',
    options: settingOptions,
    async run(input, context) {
      const body = { ...ownerAndName(input.args[0]), ...settingsOf(input) };
      const client = await context.api();
      show(context, await client.send('POST', '/printers', body, printer));
    },
  },
  {
    ...oneName,
    name: 'printer change',
    summary: 'Change settings of a printer; what is not named stays',
    options: settingOptions,
    async run(input, context) {
      const client = await context.api();
      const changed = await client.change(pathOf(input.args[0]), printer, (now) => {
        const body = settingsOf(input, now);
        if (Object.keys(body).length > 0) return body;
        throw new CliError('Nothing to change: name a setting, for example --location.', 2);
      });
      show(context, changed);
    },
  },
  ...printerSwitches.map(switchCommand),
  {
    ...oneName,
    name: 'printer remove',
    summary: 'Remove a printer; its ports stay',
    options: { 'cancel-jobs': { type: 'boolean', help: 'Gives up the jobs that wait in it' } },
    async run(input, { api, asJson, out }) {
      const query = input.flag('cancel-jobs') ? '?cancelJobs=true' : '';
      const path = `${pathOf(input.args[0])}${query}`;
      const schema = z.object({ removed: z.string() });
      const done = await (await api()).send('DELETE', path, undefined, schema);
      if (asJson) out.json(done);
      else out.line(`Removed the printer ${input.args[0]}.`);
    },
  },
];

function switchCommand(what: PrinterSwitch): Command {
  return {
    ...oneName,
    name: `printer ${what}`,
    summary: switchSummaries[what],
    options: { note: { type: 'string', value: 'TEXT', help: 'Why, for whoever looks' } },
    async run(input, context) {
      const note = input.text('note');
      const body = note === undefined ? {} : { note };
      const client = await context.api();
      const path = `${pathOf(input.args[0])}/${what}`;
      show(context, await client.send('POST', path, body, printer));
    },
  };
}

/** `now`: what merged settings start from, where there is a printer already. */
function settingsOf(
  input: CommandInput,
  now?: Pick<PrinterView, 'defaults' | 'quotas' | 'access' | 'raw'>,
): PrinterSettingsInput {
  const ports = input.texts('port');
  const formats = input.texts('format');
  const description = input.text('description');
  const location = input.text('location');
  const accepting = yesOrNo(input, 'accepting');
  const enabled = yesOrNo(input, 'enabled');
  const settings = {
    ...(ports === undefined ? {} : { portNames: ports }),
    ...(formats === undefined ? {} : { formats }),
    ...(description === undefined ? {} : { description }),
    ...(location === undefined ? {} : { location }),
    ...(accepting === undefined ? {} : { accepting }),
    ...(enabled === undefined ? {} : { enabled }),
    ...boundsOf(input, now),
    ...accessOf(input, now?.access ?? {}),
    ...rawOf(input, now?.raw ?? {}),
    ...oneOf(input, 'interrupted', 'interrupted'),
    ...oneOf(input, 'start-printing', 'startPrinting'),
  };
  const checked = printerSettings.safeParse(settings, plainWords);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0];
  throw new CliError(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is wrong'}`, 2);
}

/** `now` is what is not named stays at. */
function rawOf(input: CommandInput, now: PrinterView['raw']): object {
  const mode = input.text('raw-mode');
  const idle = input.text('raw-idle');
  if (mode === undefined && idle === undefined) return {};
  const raw = {
    ...now,
    ...(mode === undefined ? {} : { mode }),
    ...(idle === undefined ? {} : { idleSeconds: Number(idle) }),
  };
  return { raw };
}

function oneOf(input: CommandInput, option: string, key: string): Record<string, string> {
  const value = input.text(option);
  return value === undefined ? {} : { [key]: value };
}

function pathOf(name: string | undefined): string {
  return `/printers/${encodeURIComponent(name ?? '')}`;
}

function show({ asJson, out }: CommandContext, item: PrinterView): void {
  if (asJson) return out.json(item);
  out.fields([
    ['printer', item.name],
    ['state', printerState(item)],
    ['jobs', String(item.status.queuedJobCount)],
    ['ports', item.portNames.join(' ')],
    ['IPP', item.addresses.ipp ?? '-'],
    ['raw port', String(item.addresses.rawPort ?? '-')],
    ['description', item.description],
    ['location', item.location],
    ['accepting', item.accepting ? 'yes' : 'no'],
    ['enabled', item.enabled ? 'yes' : 'no'],
    ['hold-new-jobs', item.holdNewJobs ? 'yes' : 'no'],
    ['note', item.note],
    ['defaults', JSON.stringify(item.defaults)],
    ['quotas', JSON.stringify(item.quotas)],
    ['access', JSON.stringify(item.access)],
    ['raw', JSON.stringify(item.raw)],
    ['keep-documents', retentionText(item.documentRetention)],
    ['keep-history', retentionText(item.historyRetention)],
    ['interrupted', item.interrupted],
    ['start-printing', item.startPrinting],
    ['formats', item.formats.join(' ')],
    ['id', item.id],
  ]);
}
