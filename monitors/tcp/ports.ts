// The ports of one instance of the tcp monitor: in memory as they are in the registry, changed one
// at a time.
import type { MonitorRegistry, RegistryKey } from '../contract.ts';
import { portNameKey } from '../port-name.ts';
import { readSettings, type SettingsRead, writeSettings } from '../registry-values.ts';
import type { TcpPort } from './port.ts';
import { type TcpSettings, tcpSettingRows, tcpSettingsSchema } from './settings.ts';

export interface TcpPortEntry {
  readonly name: string;
  readonly settings: SettingsRead<TcpSettings>;
  readonly open: TcpPort | undefined;
  /** Where the last connection went. */
  readonly lastAddress: string | undefined;
}

export interface TcpPorts {
  list(): readonly TcpPortEntry[];
  find(name: string): TcpPortEntry | undefined;
  add(name: string, settings: TcpSettings): Promise<'added' | 'exists'>;
  change(
    name: string,
    changed: (entry: TcpPortEntry) => TcpSettings,
  ): Promise<'changed' | 'unknown'>;
  remove(name: string): Promise<'removed' | 'unknown' | 'open'>;
  setOpen(name: string, port: TcpPort | undefined): void;
  setLastAddress(name: string, address: string): void;
}

/** The key below the monitor's root that has one key a port. */
const portsKeyName = 'Ports';

export async function loadTcpPorts(registry: MonitorRegistry): Promise<TcpPorts> {
  const portsKey = await registry.createKey(registry.root, portsKeyName);
  const entries = new Map<string, TcpPortEntry>();
  for (const name of await registry.enumKey(portsKey)) {
    const settings = await withKey(registry, await registry.openKey(portsKey, name), (key) =>
      readSettings(registry, key, tcpSettingRows, tcpSettingsSchema),
    );
    if (settings === undefined) continue;
    entries.set(portNameKey(name), { name, settings, open: undefined, lastAddress: undefined });
  }
  return new Ports(registry, portsKey, entries);
}

class Ports implements TcpPorts {
  readonly #registry: MonitorRegistry;
  readonly #portsKey: RegistryKey;
  readonly #entries: Map<string, TcpPortEntry>;
  #lastChange: Promise<unknown> = Promise.resolve();

  constructor(
    registry: MonitorRegistry,
    portsKey: RegistryKey,
    entries: Map<string, TcpPortEntry>,
  ) {
    this.#registry = registry;
    this.#portsKey = portsKey;
    this.#entries = entries;
  }

  list() {
    return [...this.#entries.values()];
  }

  find(name: string) {
    return this.#entries.get(portNameKey(name));
  }

  add(name: string, settings: TcpSettings) {
    return this.#inTurn(async () => {
      if (this.find(name) !== undefined) return 'exists';
      await this.#write(name, settings);
      this.#put({
        name,
        settings: { kind: 'read', settings },
        open: undefined,
        lastAddress: undefined,
      });
      return 'added';
    });
  }

  change(name: string, changed: (entry: TcpPortEntry) => TcpSettings) {
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

  setOpen(name: string, open: TcpPort | undefined) {
    this.#update(name, { open });
  }

  setLastAddress(name: string, lastAddress: string) {
    this.#update(name, { lastAddress });
  }

  #update(name: string, part: Partial<TcpPortEntry>): void {
    const entry = this.find(name);
    if (entry !== undefined) this.#put({ ...entry, ...part });
  }

  #put(entry: TcpPortEntry): void {
    this.#entries.set(portNameKey(entry.name), entry);
  }

  async #write(name: string, settings: TcpSettings): Promise<void> {
    const key = await this.#registry.createKey(this.#portsKey, name);
    await withKey(this.#registry, key, () =>
      writeSettings(this.#registry, key, tcpSettingRows, settings),
    );
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#lastChange.then(work);
    // The next change does not care how this one ended; its caller does.
    this.#lastChange = turn.catch(() => {});
    return turn;
  }
}

async function withKey<T>(
  registry: MonitorRegistry,
  key: RegistryKey | undefined,
  work: (key: RegistryKey) => Promise<T>,
): Promise<T | undefined> {
  if (key === undefined) return undefined;
  try {
    return await work(key);
  } finally {
    registry.closeKey(key);
  }
}
