// Which spooler a client means: the local address of its connection decides, groups first.
import type { Groups } from '../groups/contract.ts';
import type { Spooler, SpoolerDirectory } from '../spooler/contract.ts';

/** Groups come later than the node's own spooler. */
export interface NodeDirectory extends SpoolerDirectory {
  groups: Groups | undefined;
}

export function createDirectory(local: Spooler): NodeDirectory {
  return {
    groups: undefined,
    byAddress(address) {
      return this.groups?.spoolerAt(address) ?? local;
    },
    byId(id) {
      return id === local.id ? local : this.groups?.spoolerOf(id);
    },
    all() {
      const owned = this.groups?.standings().flatMap(({ spooler }) => spooler ?? []) ?? [];
      return [local, ...owned];
    },
  };
}
