// Commands of SNMP: who may read, and where notifications go.
import { added, removed, snmpState } from '../../api/schemas/snmp.ts';
import {
  CliError,
  type Command,
  type CommandContext,
  type CommandInput,
  type OptionRows,
} from '../command.ts';

const rules: OptionRows = {
  network: {
    type: 'string',
    value: 'NETWORK',
    multiple: true,
    help: 'From where it may ask: 10.1.0.0/16; without it from local networks',
  },
  include: {
    type: 'string',
    value: 'OID',
    multiple: true,
    help: 'A subtree that it sees; without it everything',
  },
  exclude: { type: 'string', value: 'OID', multiple: true, help: 'A subtree that it does not see' },
};

function rulesOf(input: CommandInput) {
  return {
    networks: input.texts('network') ?? [],
    included: input.texts('include') ?? [],
    excluded: input.texts('exclude') ?? [],
  };
}

const oneName = { arguments: { least: 1, most: 1 } } as const;

function required(input: CommandInput, option: string): string {
  const text = input.text(option);
  if (text === undefined) throw new CliError(`--${option} is missing.`, 2);
  return text;
}

/** Options that were given, by the names that the API has for them. */
function given(input: CommandInput, names: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(names).flatMap(([option, name]) => {
      const text = input.text(option);
      return text === undefined ? [] : [[name, text]];
    }),
  );
}

async function add(
  { api, asJson, out }: CommandContext,
  kind: string,
  body: Readonly<Record<string, unknown>>,
): Promise<void> {
  const answer = await (await api()).send('POST', `/snmp/${kind}`, body, added);
  if (asJson) out.json(answer);
  else out.line(`Added ${answer.added}.`);
}

const removal = (command: string, kind: string, what: string): Command => ({
  ...oneName,
  name: command,
  summary: `Take away ${what} of SNMP`,
  usage: 'NAME',
  options: {},
  async run({ args }, { api, asJson, out }) {
    const path = `/snmp/${kind}/${encodeURIComponent(args[0] ?? '')}`;
    const answer = await (await api()).send('DELETE', path, undefined, removed);
    if (asJson) out.json(answer);
    else out.line(`Removed ${answer.removed}.`);
  },
});

const list: Command = {
  name: 'snmp list',
  summary: 'Who may read by SNMP, and where notifications go',
  usage: '',
  arguments: { least: 0, most: 0 },
  options: {},
  async run(_input, { api, asJson, out }) {
    const state = await (await api()).get('/snmp', snmpState);
    if (asJson) return out.json(state);
    out.line(`Engine ${state.engineId}, started ${state.engineBoots} times`);
    const shown = (list: readonly string[], otherwise: string) =>
      list.length === 0 ? otherwise : list.join(' ');
    out.table(
      ['reader', 'kind', 'from', 'sees', 'but not'],
      [
        ...state.communities.map((reader) => ({ ...reader, kind: 'community' })),
        ...state.users.map((reader) => ({
          ...reader,
          kind: `user ${reader.authProtocol} ${reader.privProtocol ?? 'not encrypted'}`,
        })),
      ].map(({ name, kind, networks, included, excluded }) => [
        name,
        kind,
        shown(networks, 'local networks'),
        shown(included, 'everything'),
        shown(excluded, ''),
      ]),
    );
    if (state.targets.length === 0) return out.line('Notifications go nowhere.');
    out.table(
      ['target', 'to', 'version', 'as'],
      state.targets.map(({ name, host, port, version, reader }) => [
        name,
        `${host}:${port}`,
        version,
        reader,
      ]),
    );
  },
};

export const snmpCommands: readonly Command[] = [
  list,
  {
    ...oneName,
    name: 'snmp add-community',
    summary: 'Let a community read by SNMP v1 and v2c',
    usage: 'NAME --community TEXT',
    options: {
      community: { type: 'string', value: 'TEXT', help: 'What readers send; NAME is for people' },
      ...rules,
    },
    run: (input, context) =>
      add(context, 'communities', {
        name: input.args[0],
        community: required(input, 'community'),
        ...rulesOf(input),
      }),
  },
  {
    ...oneName,
    name: 'snmp add-user',
    summary: 'Let a user read by SNMP v3',
    usage: 'NAME --auth-password TEXT [--priv-password TEXT]',
    options: {
      'auth-protocol': { type: 'string', value: 'sha1|sha256|sha512', help: 'sha256 unless said' },
      'auth-password': { type: 'string', value: 'TEXT', help: 'At least 8 characters' },
      'priv-protocol': { type: 'string', value: 'aes128|aes256', help: 'aes128 unless said' },
      'priv-password': { type: 'string', value: 'TEXT', help: 'Without it nothing is encrypted' },
      ...rules,
    },
    run: (input, context) =>
      add(context, 'users', {
        name: input.args[0],
        authPassword: required(input, 'auth-password'),
        ...given(input, {
          'auth-protocol': 'authProtocol',
          'priv-protocol': 'privProtocol',
          'priv-password': 'privPassword',
        }),
        ...rulesOf(input),
      }),
  },
  {
    ...oneName,
    name: 'snmp add-target',
    summary: 'Send notifications to a host',
    usage: 'NAME --host HOST --as READER',
    options: {
      host: { type: 'string', value: 'HOST', help: 'Where a receiver of traps is' },
      port: { type: 'string', value: 'N', help: '162 unless said' },
      version: { type: 'string', value: 'v1|v2c|v3', help: 'v2c unless said' },
      as: { type: 'string', value: 'READER', help: 'A community, or for v3 a user, by its name' },
    },
    run: (input, context) => {
      const port = input.text('port');
      return add(context, 'targets', {
        name: input.args[0],
        host: required(input, 'host'),
        reader: required(input, 'as'),
        ...given(input, { version: 'version' }),
        ...(port === undefined ? {} : { port: Number(port) }),
      });
    },
  },
  removal('snmp remove-community', 'communities', 'a community'),
  removal('snmp remove-user', 'users', 'a user'),
  removal('snmp remove-target', 'targets', 'a target'),
];
