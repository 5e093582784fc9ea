// Step: the place of queue-specific files, tidied, before a spooler offers them.
import type { Hal } from '../../../hal/contract.ts';
import { entryLimits } from '../../limits/entry-limits.ts';
import type { Log } from '../../log/log.ts';
import { createFileContents, type FileContents } from '../../queue-files/contents.ts';
import { createSweeper, type Sweeper } from '../../queue-files/sweeper.ts';
import type { Store } from '../../store/contract.ts';
import type { DataFolder } from '../data-folder.ts';
import type { Step } from '../lifecycle.ts';

export interface QueueFileParts {
  readonly contents: FileContents;
  readonly sweeper: Sweeper;
}

export function queueFilesStep(
  { files, random, clock }: Hal,
  folder: DataFolder,
  store: Store,
  log: Log,
): Step<QueueFileParts> {
  return {
    name: 'queue files',
    startTimeoutMs: entryLimits.startMs,
    stopTimeoutMs: entryLimits.stopMs,
    async start() {
      const contents = createFileContents({ files, random, directory: folder.files });
      await contents.prepare();
      const sweeper = createSweeper({ contents, store, clock, log: log.child('files') });
      await sweeper.sweep();
      return { part: { contents, sweeper }, stop: async () => sweeper.stop() };
    },
  };
}
