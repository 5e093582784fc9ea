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
    whyAbsent(idOrName) {
      const wanted = idOrName.toLowerCase();
      const standing = this.groups
        ?.standings()
        .find(({ definition: { id, name } }) => id === wanted || name.toLowerCase() === wanted);
      if (standing === undefined) return undefined;
      const { id, name } = standing.definition;
      if (this.groups?.resources(id)?.wanted !== 'offline') {
        return `Group "${name}" is not served by this appliance just now.`;
      }
      return `Group "${name}" is offline: platen group online ${name}`;
    },
    groupNames() {
      return this.groups?.standings().map(({ definition: { id, name } }) => ({ id, name })) ?? [];
    },
    all() {
      const owned = this.groups?.standings().flatMap(({ spooler }) => spooler ?? []) ?? [];
      return [local, ...owned];
    },
  };
}
