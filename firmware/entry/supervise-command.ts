// The command `supervise`: a row of its own, for the small program that has no other.
import type { Command } from '../cli/command.ts';
import { ensureRuntime } from './runtime.ts';
import type { SuperviseOptions } from './supervise.ts';

export function superviseCommand(options: SuperviseOptions): Command {
  return {
    name: 'supervise',
    summary: 'Run serve as a child, and hold group addresses and the watchdog for it',
    usage: '',
    arguments: { least: 0, most: 0 },
    options: {},
    async run(_input, { configOptions }) {
      ensureRuntime();
      const { supervise } = await import('./supervise.ts');
      await supervise(options, configOptions);
    },
  };
}
