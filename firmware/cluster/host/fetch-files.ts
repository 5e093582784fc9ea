// Contents of queue-specific files that records name and this node lacks: fetched from the peer by
// digest before the records are stored, as documents are.
import type { FileContents, ReceivedContent } from '../../queue-files/contents.ts';
import type { RecordPayload } from '../../store/records/table.ts';

/** Contents of this node, and those of the peer over whatever connects the two. */
export interface GroupFiles {
  readonly contents: Pick<FileContents, 'open' | 'receive'>;
  /**
   * The content's bytes as the peer has them; `gone`: no record names it there any more. Rejects,
   * or its stream throws, where the peer can't be reached.
   */
  fetch(
    request: { readonly spooler: string; readonly digest: string },
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array> | 'gone'>;
}

export type PutFile = RecordPayload<'printer.file-put'>['file'];

/** What stands behind the wait for a peer that says nothing. */
export interface FetchPatience {
  readonly signal: AbortSignal;
  watched(stream: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}

/**
 * Undefined: it is here already, or gone there. Rejects where the peer or the disk fails, or other
 * bytes come.
 */
export async function fetchContent(
  files: GroupFiles,
  spooler: string,
  { digest, sizeBytes }: Pick<PutFile, 'digest' | 'sizeBytes'>,
  patience: FetchPatience,
): Promise<ReceivedContent | undefined> {
  const { contents } = files;
  const { signal } = patience;
  const there = await contents.open(digest);
  if (there !== undefined) {
    await there.close();
    return undefined;
  }
  const stream = await files.fetch({ spooler, digest }, signal);
  if (stream === 'gone') return undefined;
  const options = { sizeBytes, digest, signal, inTurn: true } as const;
  const received = await contents.receive(patience.watched(stream), options);
  if (received.kind === 'refused') throw new Error(received.message);
  return received;
}
