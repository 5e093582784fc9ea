// The command that makes an appliance as a file says: the same file for fifty boxes.
import { ApplyFileError, type ApplyStep, type Wanted } from '../apply/contract.ts';
import { planSteps } from '../apply/plan.ts';
import { readApplyFile } from '../apply/read.ts';
import { CliError, type Command, type CommandContext } from '../command.ts';

const mostFileBytes = 4 * 1024 * 1024;

export const applyCommand: Command = {
  name: 'apply',
  summary:
    'Make groups, ports, printers, users and settings as a file says; what it does not name stays',
  usage: 'FILE',
  arguments: { least: 1, most: 1 },
  options: { 'dry-run': { type: 'boolean', help: 'Only shows what would be different' } },
  async run(input, context) {
    const [file = ''] = input.args;
    const text = await readText(context, file);
    const wanted = orRefuse(() => readApplyFile(file, text));
    await applyWanted(context, wanted, { dryRun: input.flag('dry-run') });
  },
};

/** Plans everything before the first change; a step that fails ends it, and says what was done. */
export async function applyWanted(
  context: CommandContext,
  wanted: Wanted,
  { dryRun }: { readonly dryRun: boolean },
): Promise<void> {
  const client = await context.api();
  const steps = await planned(context, client, wanted);
  if (context.asJson) {
    context.out.json(steps.map(({ run: _run, ...shown }) => shown));
  } else if (steps.length === 0) {
    context.out.line('Nothing is different.');
  } else for (const step of steps) context.out.line(lineOf(step));
  if (dryRun) return;
  let done = 0;
  for (const step of steps) {
    try {
      await step.run(client);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      const where = `${step.kind} "${step.name}"`;
      const sofar = `${done} of ${steps.length} changes were made; the same call goes on`;
      throw new CliError(`${where}: ${error.message} ${sofar}.`, 1, { cause: error });
    }
    done += 1;
  }
  if (!context.asJson && done > 0) context.out.line(`Made ${done} changes.`);
}

async function planned(
  context: CommandContext,
  client: Awaited<ReturnType<CommandContext['api']>>,
  wanted: Wanted,
): Promise<readonly ApplyStep[]> {
  try {
    return await planSteps({
      client,
      wanted,
      readFile: (name) => readText(context, name),
      pause: context.pause,
    });
  } catch (error) {
    throw asUsage(error);
  }
}

function orRefuse<Answer>(read: () => Answer): Answer {
  try {
    return read();
  } catch (error) {
    throw asUsage(error);
  }
}

function asUsage(error: unknown): unknown {
  if (!(error instanceof ApplyFileError)) return error;
  return new CliError(error.problems.join(' '), 2, { cause: error });
}

const signs = { add: '+', change: '~', remove: '-' } as const;

function lineOf({ what, kind, name, differences }: ApplyStep): string {
  const members = differences.map(({ member, wanted, ...rest }) =>
    'now' in rest
      ? `${member} ${JSON.stringify(rest.now)} → ${JSON.stringify(wanted)}`
      : `${member} ${JSON.stringify(wanted)}`,
  );
  return [`${signs[what]} ${kind} ${name}`, members.join(', ')]
    .filter((part) => part !== '')
    .join(': ');
}

async function readText({ readDocument }: CommandContext, name: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of await readDocument(name)) {
    sizeBytes += chunk.length;
    if (sizeBytes > mostFileBytes) throw new CliError(`${name} is too large.`);
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    throw new CliError(`${name} is not UTF-8 text.`, 1, { cause: error });
  }
}
