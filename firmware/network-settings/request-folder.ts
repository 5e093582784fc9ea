// Hands files to the image's network helper, a service of root's that watches a folder, and reads
// its answer there.
//
// On a request (box/helper.ts) it brings what lies in `wanted/` to the machine.
import type { Clock, Files, Random } from '../../hal/contract.ts';
import { askHelper } from '../box/helper.ts';
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

  return {
    async apply(texts, signal) {
      for (const path of [wanted, ...folders.map((each) => `${wanted}/${each}`)]) {
        await files.makeDirectory(path);
        await empty(path);
      }
      for (const [name, text] of texts) {
        await files.replaceFile(`${wanted}/${name}`, Buffer.from(text, 'utf8'));
      }
      await askHelper({ files, clock, random, folder, what: 'the network' }, [], signal);
    },
  };
}
