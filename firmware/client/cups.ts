// The queue in CUPS of this machine: made where CUPS is present, and only by its own programs.
import { HalError, isHalError } from '../../hal/errors.ts';
import { uriOf } from './address.ts';
import { ClientError, type ClientParts, type QueueAddress } from './contract.ts';

type Programs = Pick<ClientParts, 'run' | 'log'>;

/** Resolves with the queue's name; undefined: there is no CUPS. */
export async function installQueue(
  { run, log }: Programs,
  address: QueueAddress,
  before: string | undefined,
): Promise<string | undefined> {
  const uri = uriOf(address);
  const name = before ?? (await freeName(run, address, uri));
  if (name === undefined) return undefined;
  const common = ['-p', name, '-E', '-v', uri, '-D', address.printer];
  // A queue without a driver of ours: CUPS asks the printer itself what it can do, and takes
  // documents as they are where that says too little.
  const drivers: readonly string[] = ['everywhere', 'raw'];
  const failures: string[] = [];
  for (const driver of drivers) {
    const args = [...common, '-m', driver];
    try {
      await run('lpadmin', args);
      log({ step: 'CUPS queue', queue: name, uri, driver });
      return name;
    } catch (error) {
      if (isHalError(error, 'not-found')) return undefined;
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new ClientError(
    'cups-failed',
    `CUPS takes no queue ${name}: ${failures.join('; ')}. Use --no-cups to leave it out.`,
  );
}

export async function removeQueue({ run, log }: Programs, name: string): Promise<void> {
  try {
    await run('lpadmin', ['-x', name]);
    log({ step: 'CUPS queue removed', queue: name });
  } catch (error) {
    if (!(error instanceof HalError)) throw error;
    // It was removed by hand, or CUPS was.
    log({ step: 'CUPS queue was gone', queue: name, why: error.message });
  }
}

/** A queue of somebody else's is left alone. Undefined: there is no CUPS. */
async function freeName(
  run: Programs['run'],
  { printer, host }: QueueAddress,
  uri: string,
): Promise<string | undefined> {
  const plain = queueName(printer);
  if (!(await isRunning(run))) return undefined;
  const listed = await devices(run);
  if (listed === undefined) return undefined;
  const isFree = (name: string) => !listed.has(name) || listed.get(name) === uri;
  return [plain, queueName(`${printer}-${host}`)].find(isFree) ?? queueName(`${plain}-platen`);
}

async function isRunning(run: Programs['run']): Promise<boolean> {
  try {
    return (await run('lpstat', ['-r'])).includes('is running');
  } catch (error) {
    // Its programs are not there, or its scheduler is not.
    if (isHalError(error)) return false;
    throw error;
  }
}

/** `device for NAME: URI`. */
async function devices(run: Programs['run']): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    const text = await run('lpstat', ['-v']);
    const lines = [...text.matchAll(/^device for (\S+): (.*)$/gm)];
    return new Map(lines.map(([, name = '', uri = '']) => [name, uri] as const));
  } catch (error) {
    if (isHalError(error, 'not-found')) return undefined;
    // "No destinations added" is told as a failure.
    if (isHalError(error)) return new Map();
    throw error;
  }
}

/** What CUPS takes for a name: no space, slash, hash or quote; never an option. */
function queueName(text: string): string {
  const name = text.replaceAll(/[^A-Za-z0-9_.-]/g, '_').replace(/^-/, '_');
  return name.slice(0, 127);
}
