// What the groups of a node need of its pair.
import type {
  GroupBook,
  GroupControl,
  Membership,
  PairThread,
  PeerChannel,
} from '../pair/contract.ts';

export interface PairRoom {
  /** Undefined: this appliance is not paired. */
  readonly thread: PairThread | undefined;
  readonly channel: PeerChannel;
  readonly book: GroupBook;
  membership(): Membership;
  /** The membership, and with it the thread, is another one from now on. */
  onMembership(listener: () => void): () => void;
  /** Number of this start of the process. */
  readonly boot: number;
  /** Where heartbeats come in. */
  beatPort(): number | undefined;
  useControl(control: GroupControl): void;
}
