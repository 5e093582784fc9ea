// Whom this appliance is paired with: pinned keys, generations, unpairing, and replacing a dead
// peer.
import { refused, type Refusal } from '../../errors/codes.ts';
import type { Paired } from './pairing.ts';

export interface PairState {
  readonly peer:
    | {
        readonly nodeId: string;
        /** SubjectPublicKeyInfo, DER: the one key that is the peer. Dates are not looked at. */
        readonly publicKey: Uint8Array;
      }
    | undefined;
  /** Of this pair, or of the last one: it only grows, so that words of an old pair are ignored. */
  readonly generation: number;
}

export const unpairedState: PairState = { peer: undefined, generation: 0 };

/**
 * Takes a new peer. One that is paired already must say that it replaces a dead peer: its groups go
 * on here under the new generation, and the old peer, should it come back, is refused as unpaired.
 */
export function takePeer(
  state: PairState,
  paired: Paired,
  options: { readonly replace: boolean },
): { readonly kind: 'done'; readonly state: PairState } | Refusal {
  const { nodeId, publicKey } = paired.peer;
  const again = state.peer?.nodeId === nodeId;
  if (state.peer !== undefined && !again && !options.replace) {
    return refused(
      'not-clusterable',
      `this appliance is paired with ${state.peer.nodeId}: unpair it, or replace a dead peer`,
    );
  }
  const generation = Math.max(paired.generation, state.generation + 1);
  return { kind: 'done', state: { peer: { nodeId, publicKey }, generation } };
}

/** Ends the pair; the generation stays, so that nothing of it counts in the next one. */
export function unpair(state: PairState): PairState {
  return { peer: undefined, generation: state.generation };
}

export type PeerVerdict =
  | { readonly kind: 'peer' }
  /** Says so to the other one, which then releases its groups. */
  | { readonly kind: 'unpaired' }
  /** The peer's id with another key: a copy, or an appliance that was set up anew. */
  | { readonly kind: 'cloned' };

/** Who connects, by the key that it proved in TLS: the pinned one or nobody. */
export function judgePeer(
  state: PairState,
  other: { readonly nodeId: string; readonly publicKey: Uint8Array },
): PeerVerdict {
  const { peer } = state;
  if (peer === undefined) return { kind: 'unpaired' };
  const sameKey = Buffer.from(peer.publicKey).equals(other.publicKey);
  if (sameKey && peer.nodeId === other.nodeId) return { kind: 'peer' };
  return peer.nodeId === other.nodeId || sameKey ? { kind: 'cloned' } : { kind: 'unpaired' };
}
