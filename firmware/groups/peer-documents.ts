// Documents between the two appliances, over the peer channel: asked for by the standby, read by
// the owner's host; and large ones offered by the owner before their records.
import { z } from 'zod';
import type { DocumentRequest, GroupHost, PeerDocuments } from '../cluster/host/contract.ts';
import type { PeerChannel, PeerHandler } from '../pair/contract.ts';
import type { DocumentReader } from '../spool/document-reader.ts';
import { spoolLimits } from '../limits/spool-limits.ts';
import { jobPayloads } from '../store/records/job-payloads.ts';
import { tellPeer } from './tell-peer.ts';

const service = 'document';
const offering = 'document-offer';
const snapshots = 'snapshot';

const question = z.object({
  spooler: z.string().max(100),
  jobId: z.string().max(100),
  number: z.int().positive(),
});
const snapshotQuestion = z.object({ spooler: z.string().max(100), seq: z.int().positive() });
const answer = z.object({ kind: z.enum(['document', 'gone']) });

const offer = z.object({
  spooler: z.string().max(100),
  added: jobPayloads['job.document-added'],
  created: jobPayloads['job.created'].exactOptional(),
});

export function createPeerDocuments(channel: PeerChannel): PeerDocuments {
  return {
    async fetch({ spooler, jobId, document }: DocumentRequest, signal) {
      const head = { spooler, jobId, number: document.number };
      const { head: said, body } = await channel.request({ service, head, signal });
      return answer.parse(said).kind === 'gone' ? 'gone' : body;
    },
    async snapshot({ spooler, seq }, signal) {
      const head = { spooler, seq };
      const { head: said, body } = await channel.request({ service: snapshots, head, signal });
      return answer.parse(said).kind === 'gone' ? 'gone' : body;
    },
    async offer({ spooler, added, created }, signal) {
      const said = { spooler, added, ...(created === undefined ? {} : { created }) };
      // Attributes are of any shape, but came as JSON.
      const head = z.json().parse(said);
      await tellPeer(channel, { service: offering, head, signal });
    },
  };
}

type ServingHost = Pick<GroupHost, 'openDocument' | 'snapshotBody' | 'takeAhead'>;

/** Returns how to end it. */
export function servePeerDocuments(
  channel: PeerChannel,
  hostOf: (spooler: string) => ServingHost | undefined,
): () => void {
  const host = (spooler: string) => {
    const found = hostOf(spooler);
    if (found === undefined) throw new Error(`there is no group ${spooler} here`);
    return found;
  };
  const onQuestion: PeerHandler = async ({ head, signal }) => {
    const { spooler, jobId, number } = question.parse(head);
    const reader = await host(spooler).openDocument(jobId, number);
    if (reader === undefined) return { head: { kind: 'gone' } };
    // Also where nobody begins to read: the exchange may have ended before its first byte.
    closeWith(signal, reader);
    return { head: { kind: 'document' }, body: bytesOf(reader) };
  };
  const onSnapshot: PeerHandler = async ({ head }) => {
    const { spooler, seq } = snapshotQuestion.parse(head);
    const bytes = await host(spooler).snapshotBody(seq);
    if (bytes === undefined) return { head: { kind: 'gone' } };
    return { head: { kind: 'document' }, body: piecesOf(bytes) };
  };
  const onOffer: PeerHandler = async ({ head, signal }) => {
    const offered = offer.parse(head);
    await host(offered.spooler).takeAhead(offered, signal);
    return { head: {} };
  };
  const ends = [
    channel.serve(service, onQuestion),
    channel.serve(snapshots, onSnapshot),
    channel.serve(offering, onOffer),
  ];
  return () => {
    for (const end of ends) end();
  };
}

/** The exchange's end aborts its signal, however it ends; a late read then fails. */
function closeWith(signal: AbortSignal, reader: DocumentReader): void {
  const close = () => void reader.close().catch(() => undefined);
  if (signal.aborted) close();
  else signal.addEventListener('abort', close, { once: true });
}

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += spoolLimits.chunkBytes) {
    yield bytes.subarray(at, at + spoolLimits.chunkBytes);
  }
}

async function* bytesOf(reader: DocumentReader): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < reader.sizeBytes; ) {
    const chunk = await reader.read(at, spoolLimits.chunkBytes);
    at += chunk.length;
    yield chunk;
  }
}
