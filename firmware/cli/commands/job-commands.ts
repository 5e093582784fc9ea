// Commands for jobs: list, show, and print.
import { job } from '../../api/schemas/job.ts';
import { pairJob, pairJobs } from '../../api/schemas/pair.ts';
import { printer } from '../../api/schemas/printer.ts';
import { apiLimits } from '../../limits/api-limits.ts';
import { cliLimits } from '../../limits/cli-limits.ts';
import {
  type ApiClient,
  CliError,
  type Command,
  type CommandContext,
  type CommandInput,
} from '../command.ts';
import { eachPage, readPages } from '../pages.ts';
import { jobActionCommands } from './job-action-commands.ts';
import { jobPath, showJob, sizeText, whyText, wholeNumber } from './job-text.ts';

const oneJob = { usage: 'JOB', arguments: { least: 1, most: 1 }, options: {} } as const;

export const jobCommands: readonly Command[] = [
  {
    name: 'job list',
    summary: 'Jobs to come in the order of printing; with --which, ended ones too',
    usage: '',
    arguments: { least: 0, most: 0 },
    options: {
      which: { type: 'string', value: 'not-completed|held|completed|all', help: 'Which jobs' },
      printer: { type: 'string', value: 'NAME', help: 'Of this printer only' },
      user: { type: 'string', value: 'NAME', help: 'Of this user only' },
      group: { type: 'string', value: 'NAME', help: 'Of this group instead of this appliance' },
      everywhere: { type: 'boolean', help: 'Of both appliances of the pair and their groups' },
      limit: { type: 'string', value: 'N', help: `At most so many; ${cliLimits.jobsShown}` },
    },
    async run(input, context) {
      const { api, asJson, out } = context;
      if (input.flag('everywhere')) return await listEverywhere(input, context);
      const query = new URLSearchParams();
      for (const [option, name] of Object.entries(filters)) {
        const value = input.text(option);
        if (value !== undefined) query.set(name, value);
      }
      const most = wholeNumber(input, 'limit') ?? cliLimits.jobsShown;
      const jobs = await readPages(await api(), `/jobs?${query.toString()}`, job, most);
      if (asJson) return out.json(jobs);
      out.table(
        ['job', 'state', 'user', 'size', 'name', 'why'],
        jobs.map((item) => [
          String(item.number),
          item.state,
          item.origin.userName,
          sizeText(item),
          item.name,
          whyText(item),
        ]),
      );
    },
  },
  {
    ...oneJob,
    name: 'job show',
    summary: 'One job, by its number or id',
    async run({ args }, context) {
      showJob(context, await (await context.api()).get(jobPath(args[0]), job));
    },
  },
  {
    name: 'job history',
    summary: 'Ended jobs, newest first; with --export as JSON lines, all of them',
    usage: '',
    arguments: { least: 0, most: 0 },
    options: {
      printer: { type: 'string', value: 'NAME', help: 'Of this printer only' },
      user: { type: 'string', value: 'NAME', help: 'Of this user only' },
      export: { type: 'boolean', help: 'One job a line, as JSON, for other programs' },
    },
    async run(input, { api, asJson, out }) {
      const query = new URLSearchParams({ which: 'completed' });
      for (const name of ['printer', 'user']) {
        const value = input.text(name);
        if (value !== undefined) query.set(name, value);
      }
      const path = `/jobs?${query.toString()}`;
      if (input.flag('export')) {
        for await (const page of eachPage(await api(), path, job)) {
          for (const item of page) out.line(JSON.stringify(item));
        }
        return;
      }
      const jobs = await readPages(await api(), path, job, cliLimits.jobsShown);
      if (asJson) return out.json(jobs);
      out.table(
        ['job', 'state', 'ended', 'user', 'size', 'pages', 'name', 'why'],
        jobs.map((item) => [
          String(item.number),
          item.state,
          item.endedAt === undefined ? '-' : new Date(item.endedAt.ms).toISOString(),
          item.origin.userName,
          sizeText(item),
          String(item.pages ?? '-'),
          item.name,
          whyText(item),
        ]),
      );
    },
  },
  ...jobActionCommands,
  {
    name: 'print',
    summary: 'Print a file, or standard input with -',
    usage: 'FILE|-',
    arguments: { least: 1, most: 1 },
    options: {
      printer: { type: 'string', value: 'NAME', help: 'The printer; may be left out if only one' },
      name: { type: 'string', value: 'TEXT', help: 'Name of the job; the name of the file' },
      format: { type: 'string', value: 'TYPE', help: 'Media type; application/octet-stream' },
      copies: { type: 'string', value: 'N', help: 'How often' },
      hold: { type: 'boolean', help: 'The job waits for "job release"' },
    },
    async run(input, context) {
      const client = await context.api();
      const file = input.args[0] ?? '-';
      const target = input.text('printer') ?? (await onlyPrinter(client));
      const name = input.text('name') ?? (file === '-' ? 'standard input' : lastPart(file));
      const copies = wholeNumber(input, 'copies');
      const query = new URLSearchParams({
        name,
        ...(copies === undefined ? {} : { copies: String(copies) }),
        ...(input.flag('hold') ? { hold: 'true' } : {}),
      });
      const path = `/printers/${encodeURIComponent(target)}/jobs?${query.toString()}`;
      const format = input.text('format') ?? 'application/octet-stream';
      const document = await context.readDocument(file);
      const made = await client.upload(path, format, document, job);
      if (context.asJson) context.out.json(made);
      else context.out.line(`Job ${made.number} is accepted for ${target}.`);
    },
  },
];

/** Options by their names in the API. */
const filters = { which: 'which', printer: 'printer', user: 'user', group: 'spooler' } as const;

async function listEverywhere(
  input: CommandInput,
  { api, asJson, out }: CommandContext,
): Promise<void> {
  const filter = ['printer', 'user', 'group'].find((name) => input.text(name) !== undefined);
  if (filter !== undefined)
    throw new CliError(`--everywhere and --${filter} exclude each other`, 2);
  const query = new URLSearchParams({ which: input.text('which') ?? 'not-completed' });
  const most = wholeNumber(input, 'limit') ?? cliLimits.jobsShown;
  const client = await api();
  const path = `/pair/jobs?${query.toString()}`;
  const { known } = await client.get(`${path}&limit=1`, pairJobs);
  const jobs = await readPages(client, path, pairJob, most, apiLimits.pairJobsMost);
  if (asJson) return out.json(jobs);
  out.table(
    ['of', 'job', 'state', 'user', 'size', 'name', 'why'],
    jobs.map((item) => [
      item.owner === 'local' ? (item.at === 'here' ? 'this box' : 'the other box') : item.owner,
      String(item.number),
      item.state,
      item.origin.userName,
      sizeText(item),
      item.name,
      whyText(item),
    ]),
  );
  if (!known) out.line('The other appliance does not answer: its jobs are missing here.');
}

async function onlyPrinter(client: ApiClient): Promise<string> {
  const printers = await readPages(client, '/printers', printer);
  const [only, ...others] = printers;
  if (only === undefined) throw new CliError('There is no printer yet: see "platen help printer".');
  if (others.length === 0) return only.name;
  const names = printers.map((item) => item.name).join(', ');
  throw new CliError(`Which printer? Say --printer with one of: ${names}.`, 2);
}

function lastPart(path: string): string {
  return path.split('/').at(-1) || path;
}
