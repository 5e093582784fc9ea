// Asks one of the image's helpers, a service of root's that watches a folder, and reads its answer
// there.
//
// The helper sees the file `request` change: an id of its own for each, and words. It writes
// `answer`: that id and `done`, or why not.
import type { Clock, Files, Random } from '../../hal/contract.ts';
import { HalError, isHalError } from '../../hal/errors.ts';
import { sleep } from '../../hal/time.ts';
import { networkSettingsLimits as limits } from '../limits/network-settings-limits.ts';

export interface HelperOptions {
  readonly files: Pick<Files, 'readFile' | 'replaceFile'>;
  readonly clock: Clock;
  readonly random: Pick<Random, 'uuid'>;
  readonly folder: string;
  /** What it is for, as errors name it. */
  readonly what: string;
}

/** Rejects with a HalError where the helper says why not, or nothing until `signal` aborts. */
export async function askHelper(
  { files, clock, random, folder, what }: HelperOptions,
  words: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const id = random.uuid();
  const line = `${[id, ...words].join(' ')}\n`;
  await files.replaceFile(`${folder}/request`, Buffer.from(line, 'utf8'));
  for (;;) {
    const [of, ...said] = (await readAnswer(files, `${folder}/answer`)).split(' ');
    if (of === id && said.join(' ') === 'done') return;
    if (of === id) throw new HalError('other', what, { detail: said.join(' ') });
    if (signal.aborted) {
      throw new HalError('timed-out', what, { detail: 'its helper does not answer' });
    }
    await sleep(clock, limits.lookMs);
  }
}

async function readAnswer(files: HelperOptions['files'], path: string): Promise<string> {
  try {
    return Buffer.from(await files.readFile(path, limits.fileBytes))
      .toString('utf8')
      .trim();
  } catch (error) {
    if (isHalError(error, 'not-found')) return '';
    throw error;
  }
}
