// Commands for ports; the options of add and config are the fields of the monitor's own form.
import { monitor, port, portLanguageAnswer, xcvResult } from '../../api/schemas/port.ts';
import type { FormFieldView, MonitorView, PortView, XcvResultView } from '../../api/types.ts';
import { didYouMean } from '../../config/did-you-mean.ts';
import {
  type ApiClient,
  CliError,
  type Command,
  type CommandContext,
  type OptionRows,
} from '../command.ts';
import { readPages } from '../pages.ts';
import { fieldOptions, formValues } from './form.ts';
import { ownerAndName } from './owner-and-name.ts';

/** The field of every form that is the port's own name: the commands take it as their argument. */
const nameField = 'name';

export const portCommands: readonly Command[] = [
  {
    name: 'port list',
    summary: 'The ports, and what their devices say',
    usage: '',
    arguments: { least: 0, most: 0 },
    options: {},
    async run(_input, { api, asJson, out }) {
      const ports = await readPages(await api(), '/ports', port);
      if (asJson) return out.json(ports);
      out.table(
        ['port', 'monitor', 'state', 'used', 'what'],
        ports.map(({ info, state, used, message }) => [
          info.name,
          info.monitorName,
          state,
          used ? 'yes' : 'no',
          message === '' ? info.description : message,
        ]),
      );
    },
  },
  {
    name: 'port add',
    summary: 'Add a port; the monitor says which options it takes',
    usage: 'NAME --monitor MONITOR [its options]',
    arguments: { least: 1, most: 1 },
    options: { monitor: { type: 'string', value: 'MONITOR', help: 'Which kind: tcp …' } },
    moreOptions: async (args, { api }) =>
      fieldOptions(formOf(await chosenMonitor(await api(), monitorWord(args)), 'addPort')),
    async run(input, context) {
      const client = await context.api();
      const chosen = await chosenMonitor(client, input.text('monitor'));
      const values = formValues(formOf(chosen, 'addPort'), input.more, { complete: true });
      const { spooler, name } = ownerAndName(input.args[0]);
      const body = { [nameField]: name, ...values };
      const query = spooler === undefined ? '' : `?spooler=${encodeURIComponent(spooler)}`;
      const path = `/monitors/${encodeURIComponent(chosen.name)}/xcv/AddPort${query}`;
      const result = await client.send('POST', path, body, xcvResult);
      tell(context, result, `Added the port ${input.args[0]}.`);
    },
  },
  {
    name: 'port show',
    summary: 'One port with the settings that its monitor keeps',
    usage: 'NAME',
    arguments: { least: 1, most: 1 },
    options: {},
    async run({ args }, { api, asJson, out }) {
      const client = await api();
      const found = await findPort(client, args[0]);
      const settings = await portXcv(client, found, 'GetConfigInfo', null);
      if (asJson) return out.json({ ...found, settings: settings.output });
      const rows = Object.entries(Object(settings.output ?? {})).map(
        ([name, value]: [string, unknown]) => [name, String(value)] as const,
      );
      out.fields([
        ['port', found.info.name],
        ['monitor', found.info.monitorName],
        ['state', found.state],
        ['message', found.message],
        ...(found.nextTryInMs === undefined
          ? []
          : [['tried again in', `${Math.ceil(found.nextTryInMs / 1000)} s`] as const]),
        ['used', found.used ? 'yes' : 'no'],
        ['language', languageText(found)],
        ...rows,
      ]);
    },
  },
  {
    name: 'port config',
    summary: 'Change settings of a port; what is not named stays',
    usage: 'NAME [options of its monitor]',
    arguments: { least: 1, most: 1 },
    options: {},
    moreOptions: async (args, { api }) => {
      const client = await api();
      const found = await findPort(client, args[0]);
      return fieldOptions(
        formOf(await chosenMonitor(client, found.info.monitorName), 'configurePort'),
      );
    },
    async run(input, context) {
      const client = await context.api();
      const found = await findPort(client, input.args[0]);
      const chosen = await chosenMonitor(client, found.info.monitorName);
      const fields = formOf(chosen, 'configurePort');
      const values = formValues(fields, input.more, { complete: false });
      if (Object.keys(values).length === 0) {
        const names = Object.keys(fieldOptions(fields)).map((name) => `--${name}`);
        throw new CliError(`Nothing to change: name one of ${names.join(', ')}.`, 2);
      }
      const result = await portXcv(client, found, 'ConfigPort', values);
      tell(context, result, `Changed the port ${found.info.name}.`);
    },
  },
  {
    name: 'port language',
    summary: 'How a port hears its device: by which language monitor, or not at all',
    usage: 'NAME [auto|none|MONITOR]',
    arguments: { least: 1, most: 2 },
    options: {
      bidirectional: { type: 'string', value: 'on|off', help: 'off: the port is only written to' },
    },
    async run(input, { api, asJson, out }) {
      const [name, language] = input.args;
      const client = await api();
      const { info, spooler } = await findPort(client, name);
      const change = { language, bidirectional: switched(input.text('bidirectional')) };
      if (change.language === undefined && change.bidirectional === undefined) {
        throw new CliError('Nothing to change: name a language, or --bidirectional on or off.', 2);
      }
      const query = `?spooler=${encodeURIComponent(spooler)}`;
      const path = `/ports/${encodeURIComponent(info.name)}/language${query}`;
      const now = await client.send('PATCH', path, change, portLanguageAnswer);
      if (asJson) return out.json(now);
      const how = now.bidirectional ? `language ${now.language}` : 'written to only';
      out.line(`The port ${info.name}: ${how}.`);
    },
  },
  {
    name: 'port remove',
    summary: 'Remove a port that no printer uses',
    usage: 'NAME',
    arguments: { least: 1, most: 1 },
    options: {},
    async run({ args }, context) {
      const client = await context.api();
      const { info } = await findPort(client, args[0]);
      const path = `/monitors/${encodeURIComponent(info.monitorName)}/xcv/DeletePort`;
      const result = await client.send('POST', path, { [nameField]: info.name }, xcvResult);
      tell(context, result, `Removed the port ${info.name}.`);
    },
  },
  {
    name: 'port xcv',
    summary: "One Xcv command to a port's monitor, with JSON as its input",
    usage: 'NAME COMMAND [JSON]',
    arguments: { least: 2, most: 3 },
    options: {},
    async run({ args }, context) {
      const client = await context.api();
      const [name, command = '', text] = args;
      const found = await findPort(client, name);
      const result = await portXcv(client, found, command, readJson(text));
      if (result.status !== 'ERROR_SUCCESS') return tell(context, result, '');
      context.out.json(context.asJson ? result : (result.output ?? null));
    },
  },
  {
    name: 'monitor list',
    summary: 'The kinds of ports there are, with the options that each takes',
    usage: '',
    arguments: { least: 0, most: 0 },
    options: {},
    async run(_input, { api, asJson, out }) {
      const monitors = await readMonitors(await api());
      if (asJson) return out.json(monitors);
      out.table(
        ['monitor', 'kind', 'state', 'options of port add', 'what'],
        monitors.map((item) => [
          item.name,
          item.locality,
          item.state,
          optionsText(fieldOptions(formOf(item, 'addPort'))),
          item.message === '' ? item.ui.title : item.message,
        ]),
      );
    },
  },
];

function languageText({
  language: { language, bidirectional },
  languageMonitor,
}: PortView): string {
  if (!bidirectional) return 'none: the port is written to only';
  return languageMonitor === undefined ? language : `${language} (${languageMonitor} now)`;
}

function switched(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (text === 'on' || text === 'off') return text === 'on';
  throw new CliError(`--bidirectional is "on" or "off", not "${text}".`, 2);
}

function optionsText(rows: OptionRows): string {
  return Object.entries(rows)
    .map(([name, { value }]) => (value === undefined ? `--${name}` : `--${name} ${value}`))
    .join(' ');
}

function formOf({ ui }: MonitorView, form: 'addPort' | 'configurePort'): readonly FormFieldView[] {
  return ui[form].filter((field) => field.name !== nameField);
}

function readMonitors(client: ApiClient): Promise<readonly MonitorView[]> {
  return readPages(client, '/monitors', monitor);
}

async function chosenMonitor(client: ApiClient, name: string | undefined): Promise<MonitorView> {
  const monitors = (await readMonitors(client)).filter(({ kind }) => kind === 'port');
  const names = monitors.map((item) => item.name);
  if (name === undefined) {
    throw new CliError(`Which kind of port? Say --monitor with one of: ${names.join(', ')}.`, 2);
  }
  const found = monitors.find((item) => item.name === name);
  if (found !== undefined) return found;
  throw new CliError(
    `There is no monitor "${name}".${didYouMean(name, names)} There are: ${names.join(', ')}.`,
    2,
  );
}

/** The monitor is needed before the words can be read: its form says which words there are. */
function monitorWord(args: readonly string[]): string | undefined {
  const at = args.findIndex((word) => word === '--monitor' || word.startsWith('--monitor='));
  const word = args[at];
  if (word === undefined) return undefined;
  return word === '--monitor' ? args[at + 1] : word.slice('--monitor='.length);
}

async function findPort(client: ApiClient, name = ''): Promise<PortView> {
  if (name.startsWith('--')) throw new CliError(`The port's name comes before ${name}.`, 2);
  const { spooler, name: wanted } = ownerAndName(name);
  const query = spooler === undefined ? '' : `?spooler=${encodeURIComponent(spooler)}`;
  const ports = await readPages(client, `/ports${query}`, port);
  const named = ports.filter(({ info }) => info.name.toLowerCase() === wanted.toLowerCase());
  const found = named.find((each) => each.spooler === 'local') ?? named[0];
  if (found !== undefined) return found;
  const names = ports.map(({ info }) => info.name);
  throw new CliError(`There is no port "${name}".${didYouMean(name, names)}`);
}

function portXcv(
  client: ApiClient,
  { info, spooler }: PortView,
  command: string,
  input: unknown,
): Promise<XcvResultView> {
  const name = encodeURIComponent(info.name);
  const query = `?spooler=${encodeURIComponent(spooler)}`;
  const path = `/ports/${name}/xcv/${encodeURIComponent(command)}${query}`;
  return client.send('POST', path, input, xcvResult);
}

function tell({ asJson, out }: CommandContext, result: XcvResultView, done: string): void {
  if (result.status !== 'ERROR_SUCCESS') {
    throw new CliError(`${result.message ?? 'The monitor refused.'} (${result.status})`);
  }
  if (asJson) out.json(result);
  else out.line(done);
}

function readJson(text: string | undefined): unknown {
  if (text === undefined) return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CliError(`The input "${text}" is no JSON.`, 2, { cause: error });
  }
}
