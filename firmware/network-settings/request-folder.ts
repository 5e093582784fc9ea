// Hands files to the image's network helper, a service of root's that watches a folder, and reads
// its answer there.
//
// The helper sees the file `request` change, brings what lies in `wanted/` to the machine, and
// writes `answer`: the request's own words and `done`, or why not.
import type { Clock, Files, Random } from '../../hal/contract.ts';
import { HalError, isHalError } from '../../hal/errors.ts';
import { sleep } from '../../hal/time.ts';
import { networkSettingsLimits as limits } from '../limits/network-settings-limits.ts';
import type { NetworkApplier } from './contract.ts';

export interface RequestFolderOptions {
  readonly files: Pick<Files, 'list' | 'makeDirectory' | 'readFile' | 'remove' | 'replaceFile'>;
  readonly clock: Clock;
  readonly random: Pick<Random, 'uuid'>;
  readonly folder: string;
}

const folders = ['network', 'resolved.conf.d', 'timesyncd.conf.d'] as const;

export function createRequestFolder(options: RequestFolderOptions): NetworkApplier {
  const { files, clock, random, folder } = options;
  const wanted = `${folder}/wanted`;

  const empty = async (path: string): Promise<void> => {
    for (const { name, kind } of await files.list(path)) {
      if (kind === 'file') await files.remove(`${path}/${name}`);
    }
  };

  const answer = async (): Promise<string> => {
    try {
      const said = await files.readFile(`${folder}/answer`, limits.fileBytes);
      return Buffer.from(said).toString('utf8').trim();
    } catch (error) {
      if (isHalError(error, 'not-found')) return '';
      throw error;
    }
  };

  return {
    async apply(texts, signal) {
      for (const path of [wanted, ...folders.map((each) => `${wanted}/${each}`)]) {
        await files.makeDirectory(path);
        await empty(path);
      }
      for (const [name, text] of texts) {
        await files.replaceFile(`${wanted}/${name}`, Buffer.from(text, 'utf8'));
      }
      const id = random.uuid();
      await files.replaceFile(`${folder}/request`, Buffer.from(`${id}\n`, 'utf8'));
      for (;;) {
        const [of, ...said] = (await answer()).split(' ');
        if (of === id && said.join(' ') === 'done') return;
        if (of === id) throw new HalError('other', 'the network', { detail: said.join(' ') });
        if (signal.aborted) {
          throw new HalError('timed-out', 'the network', { detail: 'its helper does not answer' });
        }
        await sleep(clock, limits.lookMs);
      }
    },
  };
}
