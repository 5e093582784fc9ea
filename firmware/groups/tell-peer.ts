// One exchange with the peer whose answer says nothing but that it was done.
import type { PeerCall, PeerChannel } from '../pair/contract.ts';

/** Rejects with a PeerError, as a request does. */
export async function tellPeer(channel: PeerChannel, call: PeerCall): Promise<void> {
  const { body } = await channel.request(call);
  const chunks = body[Symbol.asyncIterator]();
  while ((await chunks.next()).done !== true) continue;
}
