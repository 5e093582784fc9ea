// What the groups of a node need of its pair.
import type { PairRoom as Room } from '../pair/room-contract.ts';

export type PairRoom = Pick<
  Room,
  'thread' | 'channel' | 'book' | 'membership' | 'onMembership' | 'boot' | 'beatPort' | 'useControl'
>;
