// Commands that do something to jobs: cancel, hold, release, move, change, reprint, remove.
import { z } from 'zod';
import { job } from '../../api/schemas/job.ts';
import { type HoldPeriod, holdPeriods } from '../../jobs/job.ts';
import { CliError, type Command, type CommandContext, type CommandInput } from '../command.ts';
import { jobPath, showJob, wholeNumber } from './job-text.ts';

const oneJob = { usage: 'JOB', arguments: { least: 1, most: 1 } } as const;

const untilOption = {
  type: 'string',
  value: `TIME|${holdPeriods.join('|')}`,
  help: 'Until then; TIME as 2026-01-31T18:00. Without it, until "job release"',
} as const;

const changeOptions = {
  name: { type: 'string', value: 'TEXT', help: 'Name of the job' },
  priority: { type: 'string', value: 'N', help: '1 to 100; higher goes first' },
  copies: { type: 'string', value: 'N', help: 'How often' },
} as const;

export const jobActionCommands: readonly Command[] = [
  {
    ...oneJob,
    name: 'job cancel',
    summary: 'Give a job up',
    options: {},
    run: (input, context) => act('cancel', input, context, undefined),
  },
  {
    ...oneJob,
    name: 'job release',
    summary: 'Let a held job go on',
    options: {},
    run: (input, context) => act('release', input, context, undefined),
  },
  {
    ...oneJob,
    name: 'job hold',
    summary: 'Let a job wait',
    options: { until: untilOption },
    run: (input, context) => act('hold', input, context, holdOf(input.text('until'))),
  },
  {
    name: 'job move',
    summary: 'Hand a job to another printer',
    usage: 'JOB PRINTER',
    arguments: { least: 2, most: 2 },
    options: {},
    run: (input, context) => act('move', input, context, { printer: input.args[1] }),
  },
  {
    ...oneJob,
    name: 'job reprint',
    summary: 'Print an ended job again, as a new job, while its documents are kept',
    options: {
      ...changeOptions,
      printer: { type: 'string', value: 'NAME', help: 'Another printer' },
      hold: { type: 'boolean', help: 'The new job waits for "job release"' },
    },
    run(input, context) {
      const printer = input.text('printer');
      return act('reprint', input, context, {
        ...changesOf(input),
        ...(printer === undefined ? {} : { printer }),
        ...(input.flag('hold') ? { hold: { kind: 'indefinite' } } : {}),
      });
    },
  },
  {
    ...oneJob,
    name: 'job change',
    summary: 'Change a job that does not print yet',
    options: changeOptions,
    async run(input, context) {
      const body = changesOf(input);
      if (Object.keys(body).length === 0) {
        throw new CliError('Nothing to change: name something, for example --priority.', 2);
      }
      const client = await context.api();
      showJob(context, await client.send('PATCH', jobPath(input.args[0]), body, job));
    },
  },
  {
    ...oneJob,
    name: 'job remove',
    summary: 'Forget an ended job with its documents',
    options: {},
    async run({ args }, { api, asJson, out }) {
      const schema = z.object({ removed: z.string() });
      const done = await (await api()).send('DELETE', jobPath(args[0]), undefined, schema);
      if (asJson) out.json(done);
      else out.line(`Forgot the job ${args[0]}.`);
    },
  },
  {
    name: 'job cancel-all',
    summary: 'Give up all jobs of a printer or a user',
    usage: '',
    arguments: { least: 0, most: 0 },
    options: {
      printer: { type: 'string', value: 'NAME', help: 'Of this printer' },
      user: { type: 'string', value: 'NAME', help: 'Of this user' },
    },
    async run(input, { api, asJson, out }) {
      const [printer, user] = [input.text('printer'), input.text('user')];
      if (printer === undefined && user === undefined) {
        throw new CliError('Whose jobs? Say --printer, --user or both.', 2);
      }
      const body = {
        ...(printer === undefined ? {} : { printer }),
        ...(user === undefined ? {} : { user }),
      };
      const schema = z.object({ cancelled: z.int() });
      const done = await (await api()).send('POST', '/jobs/cancel', body, schema);
      if (asJson) out.json(done);
      else out.line(`Cancelled ${done.cancelled} jobs.`);
    },
  },
];

async function act(
  action: 'cancel' | 'release' | 'hold' | 'move' | 'reprint',
  { args }: CommandInput,
  context: CommandContext,
  body: unknown,
): Promise<void> {
  const path = `${jobPath(args[0])}/${action}`;
  showJob(context, await (await context.api()).send('POST', path, body, job));
}

function changesOf(input: CommandInput): Readonly<Record<string, string | number>> {
  const name = input.text('name');
  const priority = wholeNumber(input, 'priority');
  const copies = wholeNumber(input, 'copies');
  return {
    ...(name === undefined ? {} : { name }),
    ...(priority === undefined ? {} : { priority }),
    ...(copies === undefined ? {} : { copies }),
  };
}

function holdOf(until: string | undefined): unknown {
  if (until === undefined) return { kind: 'indefinite' };
  if (isPeriod(until)) return { kind: 'period', period: until };
  const ms = new Date(until).getTime();
  if (Number.isFinite(ms)) return { kind: 'time', ms };
  const names = holdPeriods.join(', ');
  throw new CliError(`--until takes a time as 2026-01-31T18:00, or one of ${names}.`, 2);
}

function isPeriod(text: string): text is HoldPeriod {
  return holdPeriods.some((period) => period === text);
}
