// Documents between the two appliances, over the peer channel: asked for by the standby, read by
// the owner's host.
import { z } from 'zod';
import type { DocumentRequest, GroupHost, PeerDocuments } from '../cluster/host/contract.ts';
import type { PeerChannel, PeerHandler } from '../pair/contract.ts';
import type { DocumentReader } from '../spool/document-reader.ts';
import { spoolLimits } from '../limits/spool-limits.ts';

const service = 'document';

const question = z.object({
  spooler: z.string().max(100),
  jobId: z.string().max(100),
  number: z.int().positive(),
});
const answer = z.object({ kind: z.enum(['document', 'gone']) });

export function createPeerDocuments(channel: PeerChannel): PeerDocuments {
  return {
    async fetch({ spooler, jobId, document }: DocumentRequest, signal) {
      const head = { spooler, jobId, number: document.number };
      const { head: said, body } = await channel.request({ service, head, signal });
      return answer.parse(said).kind === 'gone' ? 'gone' : body;
    },
  };
}

/** Returns how to end it. */
export function servePeerDocuments(
  channel: PeerChannel,
  hostOf: (spooler: string) => Pick<GroupHost, 'openDocument'> | undefined,
): () => void {
  const handler: PeerHandler = async ({ head, signal }) => {
    const { spooler, jobId, number } = question.parse(head);
    const host = hostOf(spooler);
    if (host === undefined) throw new Error(`there is no group ${spooler} here`);
    const reader = await host.openDocument(jobId, number);
    if (reader === undefined) return { head: { kind: 'gone' } };
    // Also where nobody begins to read: the exchange may have ended before its first byte.
    closeWith(signal, reader);
    return { head: { kind: 'document' }, body: bytesOf(reader) };
  };
  return channel.serve(service, handler);
}

/** The exchange's end aborts its signal, however it ends; a late read then fails. */
function closeWith(signal: AbortSignal, reader: DocumentReader): void {
  const close = () => void reader.close().catch(() => undefined);
  if (signal.aborted) close();
  else signal.addEventListener('abort', close, { once: true });
}

async function* bytesOf(reader: DocumentReader): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < reader.sizeBytes; ) {
    const chunk = await reader.read(at, spoolLimits.chunkBytes);
    at += chunk.length;
    yield chunk;
  }
}
