// What the rest of the appliance works with of its pair, and what people are told of the peer.
import type { Refusal } from '../errors/codes.ts';
import type {
  GroupControl,
  Membership,
  Peer,
  PairThread,
  PeerChannel,
  WitnessPlace,
} from './contract.ts';
import type { KeptGroupBook } from './group-book.ts';
import type { CodeView, JoinRequest, Pairing, ShowRequest } from './pairing-service.ts';

/** What the peer is like, for people. */
export interface PeerStanding {
  readonly connected: boolean;
  readonly version: string | undefined;
  /** What it says that this appliance is to it; undefined: it was not asked, or did not say. */
  readonly relation: 'peer' | 'unpaired' | 'cloned' | undefined;
  /** Round trips of heartbeats in the last second that had any, in milliseconds. */
  readonly echoMs: { readonly median: number; readonly worst: number } | undefined;
}

/** Life cycle: created without effect; `start`, then use, then `stop`. */
export interface PairRoom {
  /** Undefined: this appliance is not paired. */
  readonly thread: PairThread | undefined;
  readonly channel: PeerChannel;
  readonly book: KeptGroupBook;
  /** The code that is shown; never the code itself. */
  readonly pairing: Pick<Pairing, 'shown' | 'hide'>;
  readonly standing: PeerStanding;
  membership(): Membership;
  /** The membership, and with it the thread, is another one from now on. */
  onMembership(listener: () => void): () => void;
  /** Number of this start of the process. */
  readonly boot: number;
  /** Where heartbeats come in. */
  beatPort(): number | undefined;
  /** Where the channel listens. */
  channelPort(): number | undefined;
  useControl(control: GroupControl): void;
  readonly control: GroupControl | undefined;
  /** For ten minutes and a few attempts; one that was shown before is over. */
  showCode(
    request: ShowRequest,
  ): Promise<({ readonly kind: 'done'; readonly code: string } & CodeView) | Refusal>;
  /** Resolves once both have pinned each other, durably, and the link is being made. */
  join(
    request: JoinRequest,
    signal: AbortSignal,
  ): Promise<{ readonly kind: 'done'; readonly peer: Peer } | Refusal>;
  /** Refused while there are groups, unless `force`: they are out of service from then on. */
  unpair(options: { readonly force: boolean }): Promise<{ readonly kind: 'done' } | Refusal>;
  /** On both nodes, while there are no groups whose rules would change under them. */
  setWitness(
    witness: WitnessPlace | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly kind: 'done' } | Refusal>;
  stop(): Promise<void>;
}
