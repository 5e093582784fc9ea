// Commands for what of the configuration can be changed while the appliance runs. A secret is
// typed, or read from a file or standard input, and never comes with the command's own words.
import { settings } from '../../api/schemas/setting.ts';
import { didYouMean } from '../../config/did-you-mean.ts';
import { changeableKeys } from '../../config/telling-section.ts';
import type { SettingView } from '../../api/types.ts';
import { CliError, type Command, type CommandContext, type CommandInput } from '../command.ts';
import { readSecret } from '../secret.ts';

const path = '/settings';
const fileOption = 'value-file';

export const settingCommands: readonly Command[] = [
  {
    name: 'setting list',
    summary: 'Where log, needs and states are told: syslog, webhook, MQTT broker',
    usage: '',
    arguments: { least: 0, most: 0 },
    options: {},
    async run(_input, context) {
      show(context, (await (await context.api()).get(path, settings)).items);
    },
  },
  {
    name: 'setting set',
    summary:
      'Change one of them, at once and for good; of a secret the value is typed or in a file',
    usage: 'KEY [VALUE]',
    arguments: { least: 1, most: 2 },
    options: {
      [fileOption]: { type: 'string', value: 'FILE', help: 'Whose first line is the value' },
    },
    async run(input, context) {
      const key = knownKey(input.args[0] ?? '');
      const client = await context.api();
      const { items } = await client.get(path, settings);
      const isSecret = items.find((each) => each.key === key)?.secret === true;
      const value = await valueOf(input, context, { key, isSecret });
      const body = { [key]: value };
      const changed = await client.send('PATCH', path, body, settings);
      show(context, only(changed.items, key));
    },
  },
  {
    name: 'setting clear',
    summary: 'Take a change back: what platen.toml says, or the default, holds again',
    usage: 'KEY',
    arguments: { least: 1, most: 1 },
    options: {},
    async run(input, context) {
      const key = knownKey(input.args[0] ?? '');
      const client = await context.api();
      const changed = await client.send('PATCH', path, { [key]: null }, settings);
      show(context, only(changed.items, key));
    },
  },
];

function knownKey(key: string): string {
  if (changeableKeys.some((each) => each === key)) return key;
  const hint = didYouMean(key, changeableKeys);
  throw new CliError(`the setting ${key} is not known.${hint} See: platen setting list`, 2);
}

async function valueOf(
  input: CommandInput,
  context: CommandContext,
  { key, isSecret }: { readonly key: string; readonly isSecret: boolean },
): Promise<string> {
  const given = input.args[1];
  if (given === undefined) {
    return readSecret(input, context, { what: key, fileOption, isKnown: true });
  }
  if (!isSecret) return given;
  const why = 'is a secret, and every process reads the words of a command';
  throw new CliError(`${key} ${why}: leave the value out, or give --${fileOption}`, 2);
}

function only(items: readonly SettingView[], key: string): readonly SettingView[] {
  return items.filter((each) => each.key === key);
}

function show({ asJson, out }: CommandContext, items: readonly SettingView[]): void {
  if (asJson) return out.json(items);
  out.table(
    ['key', 'value', 'from', 'what it is for'],
    items.map(({ key, value, secret, isSet, from, place, help }) => {
      const shown = secret && isSet ? '(secret)' : (value ?? '');
      return [key, shown, from === 'default' ? from : `${from} (${place})`, help];
    }),
  );
}
