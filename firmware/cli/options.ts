// Reads a command's words: options by its rows, the nearest name for a mistyped one.
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { didYouMean } from '../config/did-you-mean.ts';
import { CliError, type Command, type CommandInput, type OptionRows } from './command.ts';

export const commonOptions = {
  data: { type: 'string', value: 'DIR', help: 'Data folder of the appliance' },
  config: {
    type: 'string',
    value: 'FILE',
    help: 'Configuration file; platen.toml in the data folder',
  },
  set: { type: 'string', value: 'KEY=VALUE', multiple: true, help: 'Sets a configuration key' },
  server: {
    type: 'string',
    value: 'HOST[:PORT]',
    help: 'Another appliance, by HTTPS; its token is in PLATEN_TOKEN or in --token-file',
  },
  'token-file': { type: 'string', value: 'FILE', help: 'Holds the token for --server' },
  pin: {
    type: 'string',
    value: 'HEX',
    help: 'Key of the --server, as its "certificate show" tells it; else authorities vouch',
  },
  json: { type: 'boolean', help: 'Answers with JSON, for programs' },
  help: { type: 'boolean', help: 'Shows this help' },
} as const satisfies OptionRows;

export interface ParsedWords {
  readonly args: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | readonly (string | boolean)[]>>;
}

/** An option may be cut short where what is left means only one. */
export function parseWords(words: readonly string[], rows: OptionRows): ParsedWords {
  const known = { ...commonOptions, ...rows };
  const completed = words.map((word) => completeOption(word, Object.keys(known)));
  const options: ParseArgsOptionsConfig = Object.fromEntries(
    Object.entries(known).map(([name, { type, multiple }]: [string, OptionRows[string]]) => [
      name,
      { type, ...(multiple === undefined ? {} : { multiple }) },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: completed,
      options,
      allowPositionals: true,
      strict: true,
    });
    const given = Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    );
    return { args: positionals, values: Object.fromEntries(given) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new CliError(explain(error, completed, Object.keys(known)), 2, { cause: error });
  }
}

/** What a command gets, with its rows checked; `moreNames` are options that the appliance told. */
export function commandInput(
  command: Command,
  { args, values }: ParsedWords,
  moreNames: readonly string[],
): CommandInput {
  const { least, most } = command.arguments;
  if (args.length < least || args.length > most) {
    const what = args.length < least ? 'Something is missing' : `"${args[most]}" is too much`;
    throw new CliError(`${what}. Usage: platen ${usageOf(command)}`, 2);
  }
  const text = (option: string) => {
    const value = values[option];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    args,
    text,
    texts: (option) => {
      const value = values[option];
      return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : undefined;
    },
    flag: (option) => values[option] === true,
    more: Object.fromEntries(
      moreNames.flatMap((name) => {
        const value = values[name];
        return typeof value === 'string' || typeof value === 'boolean' ? [[name, value]] : [];
      }),
    ),
  };
}

export function usageOf({ name, usage }: Command): string {
  return usage === '' ? name : `${name} ${usage}`;
}

function completeOption(word: string, names: readonly string[]): string {
  const match = /^--([\w-]+)(=.*)?$/s.exec(word);
  const name = match?.[1];
  if (name === undefined || names.includes(name)) return word;
  const [only, ...others] = names.filter((candidate) => candidate.startsWith(name));
  return only === undefined || others.length > 0 ? word : `--${only}${match?.[2] ?? ''}`;
}

function explain(error: TypeError, words: readonly string[], names: readonly string[]): string {
  const unknown = words
    .map((word) => /^(--?)([\w-]+)/.exec(word))
    .find((match) => match?.[2] !== undefined && !names.includes(match[2]));
  const isUnknown = 'code' in error && error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION';
  if (isUnknown && unknown?.[2] !== undefined) {
    const [whole, , name] = unknown;
    return `There is no option ${whole}.${didYouMean(name, names)}`;
  }
  const [first = '', ...more] = error.message.split('\n');
  // A value that begins with a dash: Node's last line says how it is written.
  return [first, ...more.slice(-1)].join(' ');
}
