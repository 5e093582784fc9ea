// Commands that make a backup of the appliance and restore it.
import type { z } from 'zod';
import { backupSummary, declaredGroups, takenBackup } from '../../api/schemas/backup.ts';
import type { Wanted } from '../apply/contract.ts';
import {
  CliError,
  type Command,
  type CommandContext,
  type CommandInput,
  type OptionRows,
} from '../command.ts';
import { readSecret } from '../secret.ts';
import { applyWanted } from './apply-commands.ts';

const passphraseOption = {
  'passphrase-file': {
    type: 'string',
    value: 'FILE',
    help: 'Holds the passphrase in its first line; standard input without it',
  },
} as const satisfies OptionRows;

export const backupCommands: readonly Command[] = [
  {
    name: 'backup',
    summary: 'All that is set up, without jobs, in one encrypted file',
    usage: 'FILE',
    arguments: { least: 1, most: 1 },
    options: passphraseOption,
    async run(input, context) {
      const { api, asJson, out, writeDocument } = context;
      const [name = ''] = input.args;
      const body = { passphrase: await readPassphrase(input, context, false) };
      await writeDocument(name, await (await api()).download('/backup', body));
      // Standard output holds the backup itself then.
      if (name === '-') return;
      if (asJson) out.json({ file: name });
      else out.line(`Wrote ${name}. Without its passphrase nobody can read it, nor can you.`);
    },
  },
  {
    name: 'restore',
    summary: 'Put a backup in the place of all that is set up; the appliance starts anew',
    usage: 'FILE',
    arguments: { least: 1, most: 1 },
    options: {
      ...passphraseOption,
      groups: {
        type: 'boolean',
        help: 'Only makes the groups of the backup again, once the appliance is paired anew',
      },
      check: { type: 'boolean', help: 'Only reads the whole file, and says what is in it' },
      'discard-jobs': { type: 'boolean', help: 'Gives up the jobs that wait' },
    },
    async run(input, context) {
      if (input.args[0] === '-' && input.text('passphrase-file') === undefined) {
        throw new CliError('--passphrase-file is missing: standard input is the backup.', 2);
      }
      const client = await context.api();
      const passphrase = await readPassphrase(input, context, true);
      const bytes = await context.readDocument(input.args[0] ?? '');
      await client.upload('/restore', 'application/octet-stream', bytes, takenBackup);
      if (input.flag('groups')) {
        const declared = await client.send(
          'POST',
          '/restore/groups',
          { passphrase },
          declaredGroups,
        );
        await client.send('DELETE', '/restore', undefined, takenBackup);
        return await applyWanted(context, wantedOf(declared), { dryRun: false });
      }
      if (input.flag('check')) {
        const checked = await client.send('POST', '/restore/check', { passphrase }, backupSummary);
        await client.send('DELETE', '/restore', undefined, takenBackup);
        return show(context, checked, 'It can be restored; it holds:');
      }
      const body = { passphrase, discardJobs: input.flag('discard-jobs') };
      const restored = await client.send('POST', '/restore/apply', body, backupSummary);
      show(context, restored, 'Restored; the appliance starts anew with:');
    },
  },
];

function wantedOf({ groups }: z.infer<typeof declaredGroups>): Wanted {
  return {
    groups: groups.map(({ definition: { name, addresses, policy } }) => ({
      name,
      absent: false,
      addresses,
      policy,
    })),
    ports: groups.flatMap(({ definition, ports }) =>
      ports.map(({ name, monitor, settings: { language, bidirectional, ...settings } }) => ({
        name: `${definition.name}/${name}`,
        absent: false,
        monitor,
        ...(typeof language === 'string' ? { language } : {}),
        ...(typeof bidirectional === 'boolean' ? { bidirectional } : {}),
        settings,
      })),
    ),
    printers: groups.flatMap(({ definition, printers }) =>
      printers.map(({ name, settings }) => ({
        name: `${definition.name}/${name}`,
        absent: false,
        settings,
      })),
    ),
    users: [],
    settings: { values: {}, files: {} },
  };
}

function show(
  { asJson, out }: CommandContext,
  summary: z.infer<typeof backupSummary>,
  title: string,
): void {
  if (asJson) return out.json(summary);
  out.line(title);
  const { madeAt, version, hostName, nodeId, printers, groups, files } = summary;
  const doubt = madeAt.trusted ? '' : '?';
  out.fields([
    ['made', `${new Date(madeAt.ms).toISOString()}${doubt} by Platen ${version}`],
    ['appliance', `${hostName}, ${nodeId}`],
    ['printers', printers.join(', ')],
    ['groups', groups.join(', ')],
    ['files', String(files)],
  ]);
  if (groups.length === 0) return;
  out.line('Groups come again with the pair: pair the two, then "platen restore FILE --groups".');
}

function readPassphrase(
  input: CommandInput,
  context: CommandContext,
  isKnown: boolean,
): Promise<string> {
  const fileOption = 'passphrase-file';
  return readSecret(input, context, { what: 'passphrase', fileOption, isKnown });
}
