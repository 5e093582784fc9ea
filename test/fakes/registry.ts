// A MonitorRegistry in memory, for tests of monitors.
import type { MonitorRegistry, RegistryKey, RegistryValue } from '../../monitors/contract.ts';

interface Node {
  readonly name: string;
  readonly keys: Map<string, Node>;
  readonly values: Map<string, { readonly name: string; readonly value: RegistryValue }>;
}

function makeNode(name: string): Node {
  return { name, keys: new Map(), values: new Map() };
}

/** Keys and values of one instance; two registries made over one store see the same. */
export function createFakeRegistry(store: Node = makeNode('')): MonitorRegistry & {
  /** A registry over the same store, as after a restart. */
  reopened(): MonitorRegistry;
} {
  const root: RegistryKey = { path: [] };
  const find = (path: readonly string[]): Node | undefined =>
    path.reduce<Node | undefined>((node, part) => node?.keys.get(part.toLowerCase()), store);
  const at = (key: RegistryKey): Node => {
    const node = find(key.path);
    if (node === undefined) throw new Error(`no key ${key.path.join('\\')}`);
    return node;
  };
  const below = (parent: RegistryKey, subKey: string) => [...parent.path, ...subKey.split('\\')];

  return {
    root,
    reopened: () => createFakeRegistry(store),
    async createKey(parent, subKey) {
      let node = at(parent);
      for (const part of subKey.split('\\')) {
        const next = node.keys.get(part.toLowerCase()) ?? makeNode(part);
        node.keys.set(part.toLowerCase(), next);
        node = next;
      }
      return { path: below(parent, subKey) };
    },
    async openKey(parent, subKey) {
      const path = below(parent, subKey);
      return find(path) === undefined ? undefined : { path };
    },
    closeKey() {},
    async deleteKey(parent, subKey) {
      const path = below(parent, subKey);
      const owner = find(path.slice(0, -1));
      return owner?.keys.delete(path.at(-1)?.toLowerCase() ?? '') ?? false;
    },
    enumKey: async (key) => [...at(key).keys.values()].map(({ name }) => name),
    async queryInfoKey(key) {
      const { keys, values } = at(key);
      return {
        subKeyCount: keys.size,
        valueCount: values.size,
        maxSubKeyLength: Math.max(0, ...[...keys.keys()].map(({ length }) => length)),
        maxValueNameLength: Math.max(0, ...[...values.keys()].map(({ length }) => length)),
      };
    },
    async setValue(key, name, value) {
      at(key).values.set(name.toLowerCase(), { name, value });
    },
    async setValues(key, values) {
      for (const [name, value] of values) at(key).values.set(name.toLowerCase(), { name, value });
    },
    deleteValue: async (key, name) => at(key).values.delete(name.toLowerCase()),
    enumValue: async (key) => [...at(key).values.values()],
    queryValue: async (key, name) => at(key).values.get(name.toLowerCase())?.value,
  };
}
