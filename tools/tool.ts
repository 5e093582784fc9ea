// How a tool of this repository is called: --help shows its usage, and what is wrong with its
// options is told beside it.

/** Ends with a line end. */
export type Usage = string;

/** Shown with the usage; the process ends with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Resolves to the status with which the process ends. */
export async function runAsTool(
  usage: Usage,
  args: readonly string[],
  main: (args: readonly string[]) => Promise<number>,
): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(usage);
    return 0;
  }
  try {
    return await main(args);
  } catch (error) {
    if (!isAboutUsage(error)) throw error;
    // What follows is how Node's parser would have it written.
    const [what] = error.message.split('. ');
    process.stderr.write(`${what}\n${usage}`);
    return 2;
  }
}

/** A number from the command line; throws a UsageError. */
export function countOf(option: string, text: string, least = 0): number {
  const count = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isSafeInteger(count) && count >= least) return count;
  throw new UsageError(`--${option} is a whole number from ${least} on, not '${text}'`);
}

function isAboutUsage(error: unknown): error is Error {
  if (error instanceof UsageError) return true;
  return (
    error instanceof TypeError &&
    'code' in error &&
    String(error.code).startsWith('ERR_PARSE_ARGS_')
  );
}
