// Commands for those who look for a fault: the newest lines of the log, and the support bundle.
import { logLine } from '../../api/schemas/log.ts';
import { pageOf } from '../../api/schemas/page.ts';
import { logLevels } from '../../config/log-section.ts';
import { didYouMean } from '../../config/did-you-mean.ts';
import { CliError, type Command } from '../command.ts';

const shown = 100;

export const supportCommands: readonly Command[] = [
  {
    name: 'log',
    summary: 'The newest lines of the log',
    usage: '',
    arguments: { least: 0, most: 0 },
    options: {
      level: {
        type: 'string',
        value: logLevels.join('|'),
        help: 'The least level; info without it',
      },
      limit: { type: 'string', value: 'N', help: `How many; ${shown} without it` },
    },
    async run(input, { api, asJson, out }) {
      const level = input.text('level') ?? 'info';
      if (!logLevels.some((known) => known === level)) {
        const hint = didYouMean(level, logLevels);
        throw new CliError(`--level takes ${logLevels.join(', ')}, not "${level}".${hint}`, 2);
      }
      const limit = encodeURIComponent(input.text('limit') ?? String(shown));
      const { items } = await (await api()).get(
        `/log?level=${level}&limit=${limit}`,
        pageOf(logLine),
      );
      if (asJson) return out.json(items);
      out.table(
        ['when', 'level', 'room', 'what'],
        items
          .toReversed()
          .map(({ time, level: of, room, message, facts }) => [
            time,
            of,
            room,
            Object.keys(facts).length === 0 ? message : `${message} ${JSON.stringify(facts)}`,
          ]),
      );
    },
  },
  {
    name: 'support',
    summary: 'What somebody who helps wants to know, as one file without secrets',
    usage: 'FILE',
    arguments: { least: 1, most: 1 },
    options: {},
    async run({ args: [name = ''] }, { api, asJson, out, writeDocument }) {
      await writeDocument(name, await (await api()).download('/support', undefined));
      if (name === '-') return;
      if (asJson) out.json({ file: name });
      else out.line(`Wrote ${name}: look through it before you hand it on.`);
    },
  },
];
