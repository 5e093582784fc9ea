// A secret from a file, from standard input, or typed at a terminal, where nobody sees it.
import { CliError, type CommandContext, type CommandInput } from './command.ts';

const mostBytes = 4_096;

export interface SecretOptions {
  /** `password`, `passphrase`: as messages call it. */
  readonly what: string;
  /** The option that names the file. */
  readonly fileOption: string;
  /** It was given before: typed once it is enough, for a wrong one opens nothing. */
  readonly isKnown?: boolean;
}

/** The first line; a new one that is typed is asked for twice. Throws a CliError. */
export async function readSecret(
  input: CommandInput,
  { readDocument, askSecret }: CommandContext,
  { what, fileOption, isKnown = false }: SecretOptions,
): Promise<string> {
  const file = input.text(fileOption);
  if (file === undefined && askSecret !== undefined) {
    return isKnown ? await askSecret(`The ${what}: `) : await askTwice(askSecret, what);
  }
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of await readDocument(file ?? '-')) {
    sizeBytes += chunk.length;
    if (sizeBytes > mostBytes) throw new CliError(`This is too long for a ${what}.`, 2);
    chunks.push(chunk);
  }
  const [line = ''] = Buffer.concat(chunks).toString('utf8').split(/\r?\n/);
  if (line === '') throw new CliError(`No ${what} came: its first line is empty.`, 2);
  return line;
}

async function askTwice(
  ask: NonNullable<CommandContext['askSecret']>,
  what: string,
): Promise<string> {
  const first = await ask(`New ${what}: `);
  if (first === '') throw new CliError(`No ${what} came: the line is empty.`, 2);
  if (first !== (await ask('Again: '))) throw new CliError('The two are not the same.', 2);
  return first;
}
