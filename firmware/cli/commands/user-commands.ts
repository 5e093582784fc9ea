// Commands for users and tokens. A password is typed, or read from a file or standard input, and
// never comes with the command's own words, which every process on the machine can read.
import { z } from 'zod';
import { madeToken, token, user, userRole } from '../../api/schemas/user.ts';
import { didYouMean } from '../../config/did-you-mean.ts';
import { tokenScopes } from '../../users/contract.ts';
import {
  CliError,
  type Command,
  type CommandContext,
  type CommandInput,
  type OptionRows,
} from '../command.ts';
import { readPages } from '../pages.ts';
import { readSecret } from '../secret.ts';

export const passwordOption = {
  'password-file': {
    type: 'string',
    value: 'FILE',
    help: 'Whose first line is the password; without it the terminal asks, or standard input',
  },
} as const satisfies OptionRows;

const roleOption = {
  role: {
    type: 'string',
    value: userRole.options.join('|'),
    help: 'What the user may do; print: nothing but to print',
  },
} as const satisfies OptionRows;

const oneName = { usage: 'NAME', arguments: { least: 1, most: 1 } } as const;
const removed = z.object({ removed: z.string() });

export const userCommands: readonly Command[] = [
  {
    name: 'user list',
    summary: 'Who may administer, operate, look, or print with a log-in',
    usage: '',
    arguments: { least: 0, most: 0 },
    options: {},
    async run(_input, { api, asJson, out }) {
      const users = await readPages(await api(), '/users', user);
      if (asJson) return out.json(users);
      out.table(
        ['name', 'role', 'made'],
        users.map(({ name, role, createdAt }) => [
          name,
          role,
          new Date(createdAt.ms).toISOString(),
        ]),
      );
    },
  },
  {
    name: 'user add',
    summary: 'Make a user; the password is typed, or comes from a file or standard input',
    ...oneName,
    options: { ...roleOption, ...passwordOption },
    async run(input, context) {
      const body = {
        name: input.args[0] ?? '',
        role: roleOf(input) ?? 'operator',
        password: await readPassword(input, context),
      };
      const made = await (await context.api()).send('POST', '/users', body, user);
      tell(context, made, `Made the ${made.role} ${made.name}.`);
    },
  },
  {
    name: 'user role',
    summary: 'Change what a user may do',
    usage: 'NAME ROLE',
    arguments: { least: 2, most: 2 },
    options: {},
    async run({ args: [name = '', role = ''] }, context) {
      const body = { role: checkRole(role) };
      const changed = await (await context.api()).send('PATCH', pathOf(name), body, user);
      tell(context, changed, `${changed.name} is ${changed.role} now.`);
    },
  },
  {
    name: 'user password',
    summary: "Change a user's password, from a file or standard input",
    ...oneName,
    options: passwordOption,
    async run(input, context) {
      const [name = ''] = input.args;
      const body = { password: await readPassword(input, context) };
      const changed = await (await context.api()).send('PATCH', pathOf(name), body, user);
      tell(context, changed, `The password of ${changed.name} was changed.`);
    },
  },
  {
    name: 'user remove',
    summary: 'Remove a user; what they printed stays',
    ...oneName,
    options: {},
    async run({ args: [name = ''] }, context) {
      const done = await (await context.api()).send('DELETE', pathOf(name), undefined, removed);
      tell(context, done, `Removed the user ${name}.`);
    },
  },
  {
    name: 'user setup-code',
    summary: 'The code that makes the first administrator on the page, while there is none',
    usage: '',
    arguments: { least: 0, most: 0 },
    options: {},
    async run(_input, context) {
      const shape = z.object({ code: z.string().optional() });
      const { code } = await (await context.api()).get('/setup/code', shape);
      if (context.asJson) return context.out.json({ code });
      context.out.line(code ?? 'This appliance has an administrator: there is no set-up code.');
    },
  },
  {
    name: 'token list',
    summary: 'The tokens of programs',
    usage: '',
    arguments: { least: 0, most: 0 },
    options: {},
    async run(_input, { api, asJson, out }) {
      const tokens = await readPages(await api(), '/tokens', token);
      if (asJson) return out.json(tokens);
      out.table(
        ['name', 'scopes', 'made'],
        tokens.map(({ name, scopes, createdAt }) => [
          name,
          scopes.join(', '),
          new Date(createdAt.ms).toISOString(),
        ]),
      );
    },
  },
  {
    name: 'token add',
    summary: 'Make a token for a program; its secret is shown this once',
    ...oneName,
    options: {
      scope: {
        type: 'string',
        value: tokenScopes.join('|'),
        multiple: true,
        help: 'What it may do; read without it',
      },
    },
    async run(input, context) {
      const given = input.texts('scope') ?? ['read'];
      const scopes = given.map((word) => {
        const scope = tokenScopes.find((known) => known === word);
        if (scope !== undefined) return scope;
        const hint = didYouMean(word, tokenScopes);
        throw new CliError(`--scope ${word} is none of ${tokenScopes.join(', ')}.${hint}`, 2);
      });
      const body = { name: input.args[0] ?? '', scopes };
      const made = await (await context.api()).send('POST', '/tokens', body, madeToken);
      tell(context, made, made.secret);
    },
  },
  {
    name: 'token remove',
    summary: 'Remove a token: whoever has it is nobody from now on',
    ...oneName,
    options: {},
    async run({ args: [name = ''] }, context) {
      const path = `/tokens/${encodeURIComponent(name)}`;
      const done = await (await context.api()).send('DELETE', path, undefined, removed);
      tell(context, done, `Removed the token ${name}.`);
    },
  },
];

function pathOf(name: string): string {
  return `/users/${encodeURIComponent(name)}`;
}

function roleOf(input: CommandInput): z.infer<typeof userRole> | undefined {
  const given = input.text('role');
  return given === undefined ? undefined : checkRole(given);
}

function checkRole(given: string): z.infer<typeof userRole> {
  const role = userRole.options.find((known) => known === given);
  if (role !== undefined) return role;
  const hint = didYouMean(given, userRole.options);
  throw new CliError(`"${given}" is none of the roles ${userRole.options.join(', ')}.${hint}`, 2);
}

export function readPassword(input: CommandInput, context: CommandContext): Promise<string> {
  return readSecret(input, context, { what: 'password', fileOption: 'password-file' });
}

function tell({ asJson, out }: CommandContext, value: unknown, text: string): void {
  if (asJson) out.json(value);
  else out.line(text);
}
