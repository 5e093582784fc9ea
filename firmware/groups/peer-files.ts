// Contents of queue-specific files between the two appliances, over the peer channel: asked for by
// digest; and offered before their record, so that no commit waits for a large file.
import { z } from 'zod';
import type { Clock } from '../../hal/contract.ts';
import { startDeadline } from '../../hal/time.ts';
import { fetchContent, type GroupFiles } from '../cluster/host/fetch-files.ts';
import { queueFileLimits as limits } from '../limits/queue-file-limits.ts';
import type { PeerChannel } from '../pair/contract.ts';
import type { FileContents } from '../queue-files/contents.ts';
import { tellPeer } from './tell-peer.ts';

const service = 'queue-file';
const offering = 'queue-file-offer';

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const question = z.object({ spooler: z.string().max(100), digest });
const offer = question.extend({ sizeBytes: z.int().min(0).max(limits.fileBytes) });
const answer = z.object({ kind: z.enum(['file', 'gone']) });

export interface PeerFiles extends GroupFiles {
  /** Resolves when the peer has it, or can't be told now: its record brings it then. */
  offer(spooler: string, content: { digest: string; sizeBytes: number }): Promise<void>;
}

export interface PeerFilesOptions {
  readonly channel: PeerChannel;
  readonly contents: FileContents;
  readonly clock: Clock;
}

export function createPeerFiles({ channel, contents, clock }: PeerFilesOptions): PeerFiles {
  return {
    contents,
    async fetch(head, signal) {
      const { head: said, body } = await channel.request({ service, head, signal });
      return answer.parse(said).kind === 'gone' ? 'gone' : body;
    },
    async offer(spooler, content) {
      using deadline = startDeadline(clock, limits.offerMs);
      try {
        const head = { spooler, ...content };
        await tellPeer(channel, { service: offering, head, signal: deadline.signal });
      } catch {
        // The peer is away, or its disk is full: what its record needs it asks for by itself.
      }
    },
  };
}

/** Returns how to end it. */
export function servePeerFiles(options: PeerFilesOptions): () => void {
  const { channel, contents } = options;
  const files = createPeerFiles(options);
  const endContents = channel.serve(service, async ({ head }) => {
    const file = await contents.open(question.parse(head).digest);
    if (file === undefined) return { head: { kind: 'gone' } };
    const sizeBytes = await file.sizeBytes();
    const body = async function* () {
      try {
        for (let at = 0; at < sizeBytes; ) {
          const chunk = await file.read(at, Math.min(limits.chunkBytes, sizeBytes - at));
          if (chunk.length === 0) throw new Error(`${file.path} ends at ${at}`);
          at += chunk.length;
          yield chunk;
        }
      } finally {
        await file.close();
      }
    };
    return { head: { kind: 'file' }, body: body() };
  });
  const endOffers = channel.serve(offering, async ({ head, signal }) => {
    const { spooler, ...content } = offer.parse(head);
    const received = await fetchContent(files, spooler, content, {
      signal,
      watched: (stream) => stream,
    });
    received?.release();
    return { head: { kind: 'file' } };
  });
  return () => {
    endContents();
    endOffers();
  };
}
