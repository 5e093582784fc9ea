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
import { printerState } from './printer-text.ts';

const settingOptions = {
  port: { type: 'string', value: 'PORT', multiple: true, help: 'A port; several make a pool' },
  description: { type: 'string', value: 'TEXT', help: 'What people call it' },
  location: { type: 'string', value: 'TEXT', help: 'Where it stands' },
  accepting: { type: 'string', value: 'yes|no', help: 'Takes new jobs' },
  enabled: { type: 'string', value: 'yes|no', help: 'Prints; with no, jobs are taken and wait' },
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
      const body = { name: input.args[0], ...settingsOf(input) };
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
      const body = settingsOf(input);
      if (Object.keys(body).length === 0) {
        throw new CliError('Nothing to change: name a setting, for example --location.', 2);
      }
      const client = await context.api();
      show(context, await client.send('PATCH', pathOf(input.args[0]), body, printer));
    },
  },
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

function settingsOf(input: CommandInput): PrinterSettingsInput {
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
    ...oneOf(input, 'interrupted', 'interrupted'),
    ...oneOf(input, 'start-printing', 'startPrinting'),
  };
  const checked = printerSettings.safeParse(settings);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0];
  throw new CliError(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is wrong'}`, 2);
}

function oneOf(input: CommandInput, option: string, key: string): Record<string, string> {
  const value = input.text(option);
  return value === undefined ? {} : { [key]: value };
}

function yesOrNo(input: CommandInput, option: string): boolean | undefined {
  const value = input.text(option);
  if (value === undefined) return undefined;
  if (value === 'yes' || value === 'no') return value === 'yes';
  throw new CliError(`--${option} takes yes or no, not "${value}".`, 2);
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
    ['interrupted', item.interrupted],
    ['start-printing', item.startPrinting],
    ['formats', item.formats.join(' ')],
    ['id', item.id],
  ]);
}
