// All contents that queues of a spooler name, to be read one after the other: for backups.
import { queueFileLimits as limits } from '../limits/queue-file-limits.ts';
import type { Store } from '../store/contract.ts';
import type { FileContents } from './contents.ts';

export interface QueueFileContent {
  /** Its name in the folder of contents: the 64 hexadecimal digits of its SHA-256. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly read: () => AsyncIterable<Uint8Array>;
}

/** Contents that are not here any more when they are reached are passed over. */
export async function* queueFileContents(
  {
    contents,
    store,
  }: { readonly contents: Pick<FileContents, 'open'>; readonly store: Pick<Store, 'query'> },
  spooler?: string,
): AsyncGenerator<QueueFileContent> {
  for (const { digest } of await store.query('files.in-use', { spooler })) {
    const file = await contents.open(digest);
    if (file === undefined) continue;
    try {
      const sizeBytes = await file.sizeBytes();
      const read = async function* () {
        for (let at = 0; at < sizeBytes; ) {
          const chunk = await file.read(at, Math.min(limits.chunkBytes, sizeBytes - at));
          if (chunk.length === 0)
            throw new Error(`${file.path} ends at ${at}, before ${sizeBytes}`);
          at += chunk.length;
          yield chunk;
        }
      };
      yield { name: digest.replace('sha256:', ''), sizeBytes, read };
    } finally {
      await file.close();
    }
  }
}
