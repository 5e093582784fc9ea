// Commands for groups: virtual print servers that either appliance of the pair can own.
import { z } from 'zod';
import { group } from '../../api/schemas/group.ts';
import type { GroupView } from '../../api/types.ts';
import { pageOf } from '../../api/schemas/page.ts';
import {
  CliError,
  type Command,
  type CommandContext,
  type CommandInput,
  type OptionRows,
} from '../command.ts';
import { heldJobCommands } from './held-job-commands.ts';

const oneName = { usage: 'GROUP', arguments: { least: 1, most: 1 } } as const;

/** Options of create and settings. */
const settingOptions = {
  address: { type: 'string', value: 'ADDRESS', multiple: true, help: 'By which clients reach it' },
  'preferred-owner': { type: 'string', value: 'NODE', help: 'Node id, or none' },
  failback: {
    type: 'string',
    value: 'prevent|at-once|FROM-TO',
    help: 'When it goes back to its preferred owner; hours of the day',
  },
  exposed: {
    type: 'string',
    value: 'accept|refuse',
    help: 'Whether it takes jobs while the other appliance is away',
  },
  'restart-action': {
    type: 'string',
    value: 'none|restart|restart-then-fail-over',
    help: 'What a spooler that failed does',
  },
  'job-completion': {
    type: 'string',
    value: 'SECONDS',
    help: 'How long a move waits for jobs that print',
  },
} as const satisfies OptionRows;

export const groupCommands: readonly Command[] = [
  {
    name: 'group list',
    summary: 'The groups of the pair',
    usage: '',
    arguments: { least: 0, most: 0 },
    options: {},
    async run(_input, { api, asJson, out }) {
      const { items } = await (await api()).get('/groups', pageOf(group));
      if (asJson) return out.json(items);
      out.table(
        ['group', 'addresses', 'owner', 'mode', 'state'],
        items.map((item) => [
          item.name,
          item.addresses.join(' '),
          ownerText(item),
          item.mode,
          item.state ?? '',
        ]),
      );
    },
  },
  {
    name: 'group create',
    summary: 'Make a group, on both appliances',
    usage: 'NAME --address ADDRESS',
    arguments: { least: 1, most: 1 },
    options: settingOptions,
    async run(input, context) {
      const body = { name: input.args[0] ?? '', ...settingsOf(input) };
      const made = await (await context.api()).send('POST', '/groups', body, group);
      tell(context, made, `Made the group ${made.name}.`);
    },
  },
  {
    ...oneName,
    name: 'group show',
    summary: 'One group: owner, resources, policies',
    options: {},
    async run({ args }, context) {
      const found = await (await context.api()).get(pathOf(args[0]), group);
      if (context.asJson) return context.out.json(found);
      context.out.fields(rowsOf(found));
    },
  },
  {
    ...oneName,
    name: 'group settings',
    summary: 'Change addresses and policies of a group; what is not named stays',
    options: settingOptions,
    async run(input, context) {
      const body = settingsOf(input);
      const path = pathOf(input.args[0]);
      const changed = await (await context.api()).send('PATCH', path, body, group);
      tell(context, changed, `Changed the group ${changed.name}.`);
    },
  },
  {
    ...oneName,
    name: 'group remove',
    summary: 'Remove a group that is offline, with its printers and jobs',
    options: {},
    async run({ args }, { api, asJson, out }) {
      const removed = z.object({ removed: z.string() });
      const done = await (await api()).send('DELETE', pathOf(args[0]), undefined, removed);
      if (asJson) return out.json(done);
      out.line(`Removed the group ${args[0]}.`);
    },
  },
  action('move', 'Hand a group to the other appliance, in order', 'moves'),
  action('offline', 'Take a group offline, after the jobs that print', 'is offline'),
  action('online', 'Bring a group online', 'is online'),
  ...heldJobCommands,
];

function action(what: string, summary: string, done: string): Command {
  return {
    ...oneName,
    name: `group ${what}`,
    summary,
    options: {},
    async run({ args }, context) {
      const path = `${pathOf(args[0])}/${what}`;
      const after = await (await context.api()).send('POST', path, undefined, group);
      tell(context, after, `The group ${after.name} ${done}.`);
    },
  };
}

function pathOf(name = ''): string {
  return `/groups/${encodeURIComponent(name)}`;
}

function tell({ asJson, out }: CommandContext, view: GroupView, text: string): void {
  if (asJson) out.json(view);
  else out.line(text);
}

function ownerText({ owner, ownedHere }: GroupView): string {
  if (owner === undefined) return 'nobody';
  return ownedHere ? 'this appliance' : 'the peer';
}

function rowsOf(view: GroupView): readonly (readonly [string, string])[] {
  const { resources, policy } = view;
  const kinds = ['address', 'name', 'spooler'] as const;
  const states = kinds.flatMap((kind) => {
    const resource = resources?.[kind];
    if (resource === undefined) return [];
    const reason = resource.reason === '' ? '' : `: ${resource.reason}`;
    return [[kind, `${resource.state}${reason}`] as const];
  });
  const { failback } = policy;
  const hours = failback.kind === 'window' ? ` ${failback.fromHour}-${failback.toHour}` : '';
  return [
    ['group', view.name],
    ['id', view.id],
    ['addresses', view.addresses.join(' ')],
    ['owner', ownerText(view)],
    ['mode', view.mode],
    ...states,
    ['preferred owner', view.preferredOwner ?? 'none'],
    ['failback', `${failback.kind}${hours}`],
    ['restart action', policy.restartAction],
    ['exposed', policy.exposed],
    ['job completion', `${policy.jobCompletionMs / 1_000} s`],
  ];
}

/** The body of create and settings: only what was named. */
function settingsOf(input: CommandInput): Readonly<Record<string, unknown>> {
  const addresses = input.texts('address');
  const preferred = input.text('preferred-owner');
  const seconds = input.text('job-completion');
  if (seconds !== undefined && !/^\d{1,6}$/.test(seconds)) {
    throw new CliError(`--job-completion ${seconds}: write whole seconds.`, 2);
  }
  const policy = {
    ...given('exposed', input.text('exposed')),
    ...given('restartAction', input.text('restart-action')),
    ...given('failback', failbackOf(input.text('failback'))),
    ...given('jobCompletionMs', seconds === undefined ? undefined : Number(seconds) * 1_000),
  };
  return {
    ...given('addresses', addresses),
    ...given('preferredOwner', preferred === 'none' ? null : preferred),
    ...(Object.keys(policy).length === 0 ? {} : { policy }),
  };
}

function given(name: string, value: unknown): Readonly<Record<string, unknown>> {
  return value === undefined ? {} : { [name]: value };
}

function failbackOf(text: string | undefined) {
  if (text === undefined) return undefined;
  const window = /^(\d{1,2})-(\d{1,2})$/.exec(text);
  if (window === null) return { kind: text };
  return { kind: 'window', fromHour: Number(window[1]), toHour: Number(window[2]) };
}
