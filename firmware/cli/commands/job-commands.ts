// Commands for jobs: list, show, cancel, release, and print.
import { job } from '../../api/schemas/job.ts';
import { printer } from '../../api/schemas/printer.ts';
import type { JobView } from '../../api/types.ts';
import { cliLimits } from '../../limits/cli-limits.ts';
import {
  type ApiClient,
  CliError,
  type Command,
  type CommandContext,
  type CommandInput,
} from '../command.ts';
import { readPages } from '../pages.ts';

const oneJob = { usage: 'JOB', arguments: { least: 1, most: 1 }, options: {} } as const;

export const jobCommands: readonly Command[] = [
  {
    name: 'job list',
    summary: 'Jobs to come in the order of printing; with --which, ended ones too',
    usage: '',
    arguments: { least: 0, most: 0 },
    options: {
      which: { type: 'string', value: 'not-completed|completed|all', help: 'Which jobs' },
      printer: { type: 'string', value: 'NAME', help: 'Of this printer only' },
      user: { type: 'string', value: 'NAME', help: 'Of this user only' },
      limit: { type: 'string', value: 'N', help: `At most so many; ${cliLimits.jobsShown}` },
    },
    async run(input, { api, asJson, out }) {
      const query = new URLSearchParams();
      for (const name of ['which', 'printer', 'user']) {
        const value = input.text(name);
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
      show(context, await (await context.api()).get(pathOf(args[0]), job));
    },
  },
  {
    ...oneJob,
    name: 'job cancel',
    summary: 'Give a job up',
    run: (input, context) => act('cancel', input, context),
  },
  {
    ...oneJob,
    name: 'job release',
    summary: 'Let a held job go on',
    run: (input, context) => act('release', input, context),
  },
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

async function act(
  action: 'cancel' | 'release',
  { args }: CommandInput,
  context: CommandContext,
): Promise<void> {
  const path = `${pathOf(args[0])}/${action}`;
  show(context, await (await context.api()).send('POST', path, undefined, job));
}

async function onlyPrinter(client: ApiClient): Promise<string> {
  const printers = await readPages(client, '/printers', printer);
  const [only, ...others] = printers;
  if (only === undefined) throw new CliError('There is no printer yet: see "platen help printer".');
  if (others.length === 0) return only.name;
  const names = printers.map((item) => item.name).join(', ');
  throw new CliError(`Which printer? Say --printer with one of: ${names}.`, 2);
}

function wholeNumber(input: CommandInput, option: string): number | undefined {
  const text = input.text(option);
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new CliError(`--${option} takes a whole number above 0, not "${text}".`, 2);
}

function pathOf(name: string | undefined): string {
  return `/jobs/${encodeURIComponent(name ?? '')}`;
}

function lastPart(path: string): string {
  return path.split('/').at(-1) || path;
}

function sizeText({ documents }: JobView): string {
  const bytes = documents.reduce((sum, document) => sum + document.sizeBytes, 0);
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${(bytes / 1000 ** step).toFixed(step === 0 ? 0 : 1)} ${units[step] ?? ''}`;
}

function whyText(item: JobView): string {
  const twice = item.possiblyPrintedTwice ? 'possibly printed twice' : '';
  return [item.message, twice].filter((text) => text !== '').join('; ');
}

function show({ asJson, out }: CommandContext, item: JobView): void {
  if (asJson) return out.json(item);
  out.fields([
    ['job', String(item.number)],
    ['name', item.name],
    ['state', item.state],
    ['reasons', item.reasons.join(' ')],
    ['why', whyText(item)],
    ['user', item.origin.userName],
    ['from', `${item.origin.door} ${item.origin.address}`],
    ['size', sizeText(item)],
    ['copies', String(item.copies)],
    ['outcome', item.outcome ?? '-'],
    ['created', new Date(item.createdAt.ms).toISOString()],
    ['id', item.id],
  ]);
}
