// The help, made from the commands' rows.
import { didYouMean } from '../config/did-you-mean.ts';
import { CliError, type Command, type OptionRows, type Output } from './command.ts';
import { commonOptions, usageOf } from './options.ts';

export function helpCommand(commands: () => readonly Command[]): Command {
  return {
    name: 'help',
    summary: 'What there is, or how one command is used',
    usage: '[COMMAND]',
    arguments: { least: 0, most: 2 },
    options: {},
    async run({ args }, { out }) {
      const topic = args.join(' ');
      const chosen = commands().filter(
        ({ name }) => topic === '' || name === topic || name.startsWith(`${topic} `),
      );
      const [only, ...others] = chosen;
      if (only === undefined) throw unknownCommand(topic, commands());
      if (others.length === 0 && topic !== '') return showCommand(out, only, {});
      showCommands(out, chosen);
    },
  };
}

export function showCommands(out: Output, commands: readonly Command[]): void {
  out.line('platen COMMAND [options]');
  out.table(
    ['command', 'what it does'],
    commands.map((command) => [usageOf(command), command.summary]),
  );
  out.line(
    '"platen help COMMAND" shows the options of one. Exit status: 0 done, 1 failed, 2 usage.',
  );
}

/** `more`: options that the appliance told, where it was asked. */
export function showCommand(out: Output, command: Command, more: OptionRows): void {
  out.line(`platen ${usageOf(command)}`);
  out.line(command.summary);
  const rows: OptionRows = { ...command.options, ...more, ...commonOptions };
  out.table(
    ['option', 'what it is'],
    Object.entries(rows).map(([name, { value, help }]) => [
      value === undefined ? `--${name}` : `--${name} ${value}`,
      help,
    ]),
  );
}

export function unknownCommand(words: string, commands: readonly Command[]): CliError {
  const names = commands.map(({ name }) => name);
  const hint = didYouMean(words, names) || ' "platen help" lists them.';
  return new CliError(`There is no command "${words}".${hint}`, 2);
}
