// The commands that are the appliance itself; what they run on is loaded when one of them is
// called.
import type { Command } from '../cli/command.ts';
import { passwordOption, readPassword } from '../cli/commands/user-commands.ts';
import { createPasswords } from '../users/passwords.ts';
import { ensureRuntime } from './runtime.ts';
import type { ServeOptions } from './serve.ts';
import { superviseCommand } from './supervise-command.ts';

const noWords = { usage: '', arguments: { least: 0, most: 0 }, options: {} } as const;

export function applianceCommands(options: Omit<ServeOptions, 'supervised'>): readonly Command[] {
  return [
    {
      ...noWords,
      name: 'serve',
      summary: 'Run the appliance until SIGTERM or SIGINT',
      options: {
        supervised: { type: 'boolean', help: 'Set by supervise: talk to it over descriptor 3' },
      },
      async run(input, { configOptions }) {
        ensureRuntime();
        const { serve } = await import('./serve.ts');
        await serve({ ...options, supervised: input.flag('supervised') }, configOptions);
      },
    },
    superviseCommand(options),
    {
      ...noWords,
      name: 'user hash-password',
      summary: 'The hash of a password, for provision.toml; talks to no appliance',
      options: passwordOption,
      async run(input, context) {
        const password = await readPassword(input, context);
        const hash = await createPasswords(options.hal).hash(password);
        if (context.asJson) context.out.json({ passwordHash: hash });
        else context.out.line(hash);
      },
    },
    {
      ...noWords,
      name: 'selftest',
      summary: 'Check that this program works on this machine, without touching its data',
      async run(_input, context) {
        const { selftest } = await import('./selftest.ts');
        await selftest(options, context);
      },
    },
  ];
}
