// Commands of the box itself: switched off, started again, made as new.
import { boxAnswer } from '../../api/schemas/box.ts';
import type { BoxStep } from '../../box/contract.ts';
import { CliError, type Command } from '../command.ts';

const said: Readonly<Record<BoxStep, string>> = {
  'power-off': 'The box stops in order. Unplug it when its light is off.',
  restart: 'The box stops in order and starts again.',
  'factory-reset': 'The box starts again as a new one.',
};

function stepCommand(step: Exclude<BoxStep, 'factory-reset'>, summary: string): Command {
  return {
    name: `box ${step}`,
    summary,
    usage: '',
    arguments: { least: 0, most: 0 },
    options: {},
    async run(_input, context) {
      const api = await context.api();
      const answer = await api.send('POST', `/box/${step}`, undefined, boxAnswer);
      if (context.asJson) context.out.json(answer);
      else context.out.line(said[step]);
    },
  };
}

const reset: Command = {
  name: 'box factory-reset',
  summary: 'Forget everything, jobs and keys too, and start as a new box',
  usage: '',
  arguments: { least: 0, most: 0 },
  options: {
    'forget-everything': { type: 'boolean', help: 'Really: it can not be taken back' },
  },
  async run(input, context) {
    if (!input.flag('forget-everything')) {
      throw new CliError('Printers, jobs, users and keys go. Say --forget-everything to do it.', 2);
    }
    const api = await context.api();
    const json = { forgetEverything: true };
    const answer = await api.send('POST', '/box/factory-reset', json, boxAnswer);
    if (context.asJson) context.out.json(answer);
    else context.out.line(said['factory-reset']);
  },
};

export const boxCommands: readonly Command[] = [
  stepCommand('power-off', 'Stop in order and switch the box off'),
  stepCommand('restart', 'Stop in order and start the box again'),
  reset,
];
