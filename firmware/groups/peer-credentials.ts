// A group's key and certificate between the two appliances, over the peer channel: asked for by the
// standby by their digest, which the group's log names.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { GroupCredentials } from '../cluster/host/contract.ts';
import type { Certificates } from '../identity/contract.ts';
import { identityLimits } from '../limits/identity-limits.ts';
import type { PeerChannel } from '../pair/contract.ts';

const service = 'credentials';

const question = z.object({ group: z.string().max(100) });

type Kept = Pick<Certificates, 'exportOwner' | 'importOwner'>;

export function createGroupCredentials(options: {
  readonly group: string;
  readonly certificates: Kept;
  readonly channel: Pick<PeerChannel, 'request'>;
}): GroupCredentials {
  const { group, certificates, channel } = options;
  return {
    digest() {
      const kept = certificates.exportOwner(group);
      return kept === undefined ? undefined : digestOf(kept);
    },
    async take(digest, signal) {
      const { body } = await channel.request({ service, head: { group }, signal });
      const bytes = await collected(body);
      if (digestOf(bytes) !== digest) throw new Error('the peer has another certificate by now');
      await certificates.importOwner(group, bytes);
    },
  };
}

/** Answers for groups of the book alone: the node's own key goes nowhere. Returns how to end it. */
export function serveGroupCredentials(options: {
  readonly channel: Pick<PeerChannel, 'serve'>;
  readonly certificates: Kept;
  readonly isGroup: (id: string) => boolean;
}): () => void {
  const { channel, certificates, isGroup } = options;
  return channel.serve(service, async ({ head }) => {
    const { group } = question.parse(head);
    const kept = isGroup(group) ? certificates.exportOwner(group) : undefined;
    if (kept === undefined) throw new Error(`there is no certificate of group ${group} here`);
    return { head: {}, body: onePart(kept) };
  });
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function collected(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of body) {
    sizeBytes += part.length;
    if (sizeBytes > identityLimits.fileBytes)
      throw new Error('the peer’s certificate is too large');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

async function* onePart(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
