// The ports of one instance of a monitor: in memory as in the registry, changed one at a time.
import type { z } from 'zod';
import type { MonitorPort, MonitorRegistry, RegistryKey } from '../contract.ts';
import { portNameKey } from '../port-name.ts';
import {
  readSettings,
  type SettingRow,
  type SettingsRead,
  writeSettings,
} from '../registry-values.ts';

/** What a settings object may hold, and a registry value with it. */
export type PlainSettings = Readonly<Record<string, string | number | boolean>>;

/** An open port that `shutdown` of its instance can end at once. */
export interface OpenPort extends MonitorPort {
  cutOff(): void;
}

export interface PortEntry<Settings> {
  readonly name: string;
  readonly settings: SettingsRead<Settings>;
  readonly open: OpenPort | undefined;
}

export interface PortTable<Settings> {
  list(): readonly PortEntry<Settings>[];
  find(name: string): PortEntry<Settings> | undefined;
  add(name: string, settings: Settings): Promise<'added' | 'exists'>;
  /** `changed` is asked at its turn, with the port as it is then. */
  change(
    name: string,
    changed: (entry: PortEntry<Settings>) => Settings,
  ): Promise<'changed' | 'unknown'>;
  remove(name: string): Promise<'removed' | 'unknown' | 'open'>;
  setOpen(name: string, open: OpenPort | undefined): void;
}

/** How a monitor's settings are kept and checked. */
export interface SettingsKind<Settings> {
  readonly rows: readonly SettingRow<keyof Settings & string>[];
  readonly schema: z.ZodType<Settings>;
}

/** The key below the monitor's root that has one key a port. */
const portsKeyName = 'Ports';

export async function loadPortTable<Settings extends PlainSettings>(
  registry: MonitorRegistry,
  kind: SettingsKind<Settings>,
): Promise<PortTable<Settings>> {
  const portsKey = await registry.createKey(registry.root, portsKeyName);
  const entries = new Map<string, PortEntry<Settings>>();
  for (const name of await registry.enumKey(portsKey)) {
    const key = await registry.openKey(portsKey, name);
    if (key === undefined) continue;
    try {
      const settings = await readSettings(registry, key, kind.rows, kind.schema);
      entries.set(portNameKey(name), { name, settings, open: undefined });
    } finally {
      registry.closeKey(key);
    }
  }
  return new RegistryPortTable({ registry, portsKey, kind, entries });
}

interface TableOptions<Settings> {
  readonly registry: MonitorRegistry;
  readonly portsKey: RegistryKey;
  readonly kind: SettingsKind<Settings>;
  readonly entries: Map<string, PortEntry<Settings>>;
}

class RegistryPortTable<Settings extends PlainSettings> implements PortTable<Settings> {
  readonly #registry: MonitorRegistry;
  readonly #portsKey: RegistryKey;
  readonly #kind: SettingsKind<Settings>;
  readonly #entries: Map<string, PortEntry<Settings>>;
  #lastChange: Promise<unknown> = Promise.resolve();

  constructor({ registry, portsKey, kind, entries }: TableOptions<Settings>) {
    this.#registry = registry;
    this.#portsKey = portsKey;
    this.#kind = kind;
    this.#entries = entries;
  }

  list() {
    return [...this.#entries.values()];
  }

  find(name: string) {
    return this.#entries.get(portNameKey(name));
  }

  add(name: string, settings: Settings) {
    return this.#inTurn(async () => {
      if (this.find(name) !== undefined) return 'exists';
      await this.#write(name, settings);
      this.#put({ name, settings: { kind: 'read', settings }, open: undefined });
      return 'added';
    });
  }

  change(name: string, changed: (entry: PortEntry<Settings>) => Settings) {
    return this.#inTurn(async () => {
      const entry = this.find(name);
      if (entry === undefined) return 'unknown';
      const settings = changed(entry);
      await this.#write(entry.name, settings);
      this.#update(name, { settings: { kind: 'read', settings } });
      return 'changed';
    });
  }

  remove(name: string) {
    return this.#inTurn(async () => {
      const entry = this.find(name);
      if (entry === undefined) return 'unknown';
      if (entry.open !== undefined) return 'open';
      // Gone from memory first: it can't be opened while its key is being deleted.
      this.#entries.delete(portNameKey(name));
      try {
        await this.#registry.deleteKey(this.#portsKey, entry.name);
      } catch (error) {
        this.#put(entry);
        throw error;
      }
      return 'removed';
    });
  }

  setOpen(name: string, open: OpenPort | undefined) {
    this.#update(name, { open });
  }

  #update(name: string, part: Partial<PortEntry<Settings>>): void {
    const entry = this.find(name);
    if (entry !== undefined) this.#put({ ...entry, ...part });
  }

  #put(entry: PortEntry<Settings>): void {
    this.#entries.set(portNameKey(entry.name), entry);
  }

  async #write(name: string, settings: Settings): Promise<void> {
    const key = await this.#registry.createKey(this.#portsKey, name);
    try {
      await writeSettings(this.#registry, key, this.#kind.rows, settings);
    } finally {
      this.#registry.closeKey(key);
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#lastChange.then(work);
    // The next change does not care how this one ended; its caller does.
    this.#lastChange = turn.catch(() => {});
    return turn;
  }
}
