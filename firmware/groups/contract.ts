// The groups of this node: for each a host that follows or owns it, a spooler while it is owned,
// and what listens at its addresses then.
//
// Life cycle: createGroups touches nothing; `start` follows the pair's book of groups; `leave`
// gives the groups to the peer in order; `stop` ends at once.
import type { GroupDefinition } from '../cluster/group-definition.ts';
import type { GroupControl, GroupView } from '../pair/contract.ts';
import type { Spooler } from '../spooler/contract.ts';
import type { Store } from '../store/contract.ts';

/** One group as this node sees it. */
export interface GroupStanding {
  readonly definition: GroupDefinition;
  /** Undefined while it starts. */
  readonly view: GroupView | undefined;
  /** While this node owns it and its spooler runs. */
  readonly spooler: Spooler | undefined;
  /** Why the addresses are not on the network; undefined: they are, or nobody wants them here. */
  readonly withoutAddresses: string | undefined;
}

export interface Groups extends GroupControl {
  start(): Promise<void>;
  standings(): readonly GroupStanding[];
  /** The spooler that answers at this address of a group; waits where it is about to start. */
  spoolerAt(address: string): Spooler | undefined;
  /** By the group's id or name: its spooler, where this node owns it. */
  spoolerOf(idOrName: string): Spooler | undefined;
  isGroups(address: string): boolean;
  /** By its id: through which this node commits for it, while it owns it. */
  storeOf(group: string): Pick<Store, 'commit'> | undefined;
  stop(deadline: AbortSignal): Promise<void>;
}
