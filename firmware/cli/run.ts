// Runs one call of `platen`: finds the command's row, reads its words, and says in one line what
// went wrong.
import { HalError } from '../../hal/errors.ts';
import { nearestName } from '../../monitors/nearest-name.ts';
import { ConfigError } from '../config/load.ts';
import { CliError, type Command, type CommandContext } from './command.ts';
import { showCommand, showCommands, unknownCommand } from './help.ts';
import { printable } from './output.ts';
import { commandInput, parseWords, type ParsedWords } from './options.ts';

export interface RunOptions {
  readonly commands: readonly Command[];
  readonly words: readonly string[];
  /** Makes what the command works with, once the common options are known. */
  readonly contextOf: (words: ParsedWords['values']) => CommandContext;
  readonly writeError: (line: string) => void;
}

/** The exit status: 0 done, 1 failed, 2 called wrongly. */
export async function runCommand(options: RunOptions): Promise<0 | 1 | 2 | 3> {
  try {
    await run(options);
    return 0;
  } catch (error) {
    if (error instanceof ConfigError) {
      for (const problem of error.problems) options.writeError(`platen: ${problem}`);
      return 2;
    }
    if (error instanceof CliError || error instanceof HalError) {
      options.writeError(`platen: ${printable(oneLine(error.message))}`);
      return error instanceof CliError ? error.exitStatus : 1;
    }
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    options.writeError(`platen: a fault of Platen itself, please report it: ${stack}`);
    return 1;
  }
}

async function run({ commands, words, contextOf }: RunOptions): Promise<void> {
  const { command, rest } = findCommand(commands, words);
  if (command === undefined) {
    const { values } = parseWords([], {});
    return showCommands(contextOf(values).out, commands);
  }
  const early = contextOf(knownValues(rest));
  if (rest.includes('--help')) {
    const more = await helpOptions(command, rest, early);
    return showCommand(early.out, command, more);
  }
  const more = (await command.moreOptions?.(withoutCommon(rest), early)) ?? {};
  const parsed = parseWords(rest, { ...command.options, ...more });
  const context = contextOf(parsed.values);
  await command.run(commandInput(command, parsed, Object.keys(more)), context);
}

/** A command has one or two words; options that every command takes may stand before it. */
function findCommand(
  commands: readonly Command[],
  words: readonly string[],
): { readonly command: Command | undefined; readonly rest: readonly string[] } {
  const before = leadingCommon(words);
  if (before.length > 0 && before.length < words.length) {
    const { command, rest } = findCommand(commands, words.slice(before.length));
    return { command, rest: [...before, ...rest] };
  }
  const [first, second] = words;
  if (first === undefined || first === '--help' || first === '-h') {
    return { command: undefined, rest: [] };
  }
  if (first === '--version') return findCommand(commands, ['version', ...words.slice(1)]);
  const two = commands.find(({ name }) => name === `${first} ${second ?? ''}`);
  if (two !== undefined) return { command: two, rest: words.slice(2) };
  const one = commands.find(({ name }) => name === first);
  if (one !== undefined) return { command: one, rest: words.slice(1) };
  const group = commands.filter(({ name }) => name.startsWith(`${first} `));
  if (group.length > 0 && (second === undefined || second.startsWith('-'))) {
    const names = group.map(({ name }) => name.slice(first.length + 1)).join(', ');
    throw new CliError(`platen ${first} needs one of: ${names}.`, 2);
  }
  const meant = commands.find(({ name }) => isMistyped(name, first, second));
  if (meant !== undefined) throw unknownCommand(`${first} ${second}`, [meant]);
  const typed = group.length > 0 ? `${first} ${second}` : first;
  throw unknownCommand(typed, group.length > 0 ? group : commands);
}

/** The second word is right, and the first nearly: `printr list`. */
function isMistyped(name: string, first: string, second: string | undefined): boolean {
  const [one = '', two] = name.split(' ');
  return two !== undefined && two === second && nearestName(first, [one]) !== undefined;
}

const commonWord = /^--(data|config|set|server|token-file|pin|json)(=.*)?$/s;

/** How many words a common option takes at the beginning of these; 0 where there is none. */
function commonLength(words: readonly string[]): 0 | 1 | 2 {
  const match = commonWord.exec(words[0] ?? '');
  if (match === null) return 0;
  return match[1] === 'json' || match[2] !== undefined ? 1 : 2;
}

function leadingCommon(words: readonly string[]): readonly string[] {
  let length = 0;
  for (let more = commonLength(words); more > 0; more = commonLength(words.slice(length))) {
    length += more;
  }
  return words.slice(0, length);
}

/** The words without the options that every command takes. */
function withoutCommon(words: readonly string[]): readonly string[] {
  const left: string[] = [];
  for (let at = 0; at < words.length; ) {
    const length = commonLength(words.slice(at));
    left.push(...words.slice(at, length === 0 ? at + 1 : at));
    at += Math.max(length, 1);
  }
  return left;
}

/** Where the words can't be read yet, the common options among them still can. */
function knownValues(words: readonly string[]): ParsedWords['values'] {
  const values: Record<string, string | readonly string[]> = {};
  const sets: string[] = [];
  for (const [at, word] of words.entries()) {
    const match = /^--(data|config|set|server|token-file|pin)(?:=(.*))?$/s.exec(word);
    const value = match?.[2] ?? words[at + 1];
    if (match?.[1] === undefined || value === undefined) continue;
    if (match[1] === 'set') sets.push(value);
    else values[match[1]] = value;
  }
  return { ...values, ...(sets.length === 0 ? {} : { set: sets }) };
}

async function helpOptions(
  command: Command,
  words: readonly string[],
  context: CommandContext,
): ReturnType<NonNullable<Command['moreOptions']>> {
  try {
    return (await command.moreOptions?.(withoutCommon(words), context)) ?? {};
  } catch (error) {
    // Help works without a running appliance, and before anything was chosen.
    if (error instanceof CliError) return {};
    throw error;
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ');
}
