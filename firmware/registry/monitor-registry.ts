// MONITORREG for one monitor in one spooler instance: the registry functions over the store, below
// `Monitors\<name>`.
import type { MonitorRegistry, RegistryKey, RegistryValue } from '../../monitors/contract.ts';
import { RefusedError } from '../errors/codes.ts';
import { registryLimits } from '../limits/registry-limits.ts';
import type { Store, Term } from '../store/contract.ts';
import type { QueryOutput } from '../store/queries/table.ts';
import type { Change } from '../store/records/table.ts';
import { RegistryError } from './registry-error.ts';
import { checkKeyName, checkValueName, fromStoredValue, toStoredValue } from './registry-values.ts';

export interface MonitorRegistryOptions {
  readonly store: Store;
  readonly spooler: string;
  /** The term under which changes are committed now. */
  readonly term: () => Term;
  readonly monitorName: string;
}

export interface OwnedMonitorRegistry {
  readonly registry: MonitorRegistry;
  /** The instance ended: from now on every function rejects with ERROR_INVALID_HANDLE. */
  readonly shutDown: () => void;
}

/**
 * Makes the monitor's root key where it is missing. Functions reject with a RegistryError, with a
 * RefusedError where the store refuses (`busy`, `not-live`), and as Store.commit does.
 */
export async function openMonitorRegistry(
  options: MonitorRegistryOptions,
): Promise<OwnedMonitorRegistry> {
  checkKeyName(options.monitorName);
  const registry = new StoreRegistry(options);
  await registry.prepare();
  return { registry, shutDown: () => registry.shutDown() };
}

class StoreRegistry implements MonitorRegistry {
  readonly root: RegistryKey;
  readonly #options: MonitorRegistryOptions;
  readonly #open = new WeakSet<RegistryKey>();
  #ended = false;

  constructor(options: MonitorRegistryOptions) {
    this.#options = options;
    this.root = { path: ['Monitors', options.monitorName] };
    this.#open.add(this.root);
  }

  async prepare(): Promise<void> {
    if (await this.#hasKey(this.root.path)) return;
    await this.#commit({ type: 'registry.key-created', payload: { path: this.root.path } });
  }

  shutDown(): void {
    this.#ended = true;
  }

  async createKey(parent: RegistryKey, subKey: string): Promise<RegistryKey> {
    const path = this.#below(parent, subKey);
    if (!(await this.#hasKey(path))) {
      await this.#commit({ type: 'registry.key-created', payload: { path } });
    }
    return this.#opened(path);
  }

  async openKey(parent: RegistryKey, subKey: string): Promise<RegistryKey | undefined> {
    const path = this.#below(parent, subKey);
    return (await this.#hasKey(path)) ? this.#opened(path) : undefined;
  }

  closeKey(key: RegistryKey): void {
    if (key !== this.root) this.#open.delete(key);
  }

  async deleteKey(parent: RegistryKey, subKey: string): Promise<boolean> {
    const path = this.#below(parent, subKey);
    return this.#found({ type: 'registry.key-deleted', payload: { path } });
  }

  async enumKey(key: RegistryKey): Promise<readonly string[]> {
    return this.#ask('registry.sub-keys', this.#valid(key));
  }

  async queryInfoKey(key: RegistryKey): ReturnType<MonitorRegistry['queryInfoKey']> {
    const path = this.#valid(key);
    const [keys, values] = await Promise.all([
      this.#ask('registry.sub-keys', path),
      this.#ask('registry.values', path),
    ]);
    return {
      subKeyCount: keys.length,
      valueCount: values.length,
      maxSubKeyLength: Math.max(0, ...keys.map((name) => name.length)),
      maxValueNameLength: Math.max(0, ...values.map(({ name }) => name.length)),
    };
  }

  setValue(key: RegistryKey, name: string, value: RegistryValue): Promise<void> {
    return this.setValues(key, new Map([[name, value]]));
  }

  async setValues(key: RegistryKey, values: ReadonlyMap<string, RegistryValue>): Promise<void> {
    const path = this.#valid(key);
    if (values.size === 0) return;
    if (values.size > registryLimits.valuesPerChange) {
      throw new RegistryError('ERROR_INVALID_PARAMETER', `${values.size} values at once`);
    }
    const stored = [...values].map(([name, value]) => {
      checkValueName(name);
      return { name, value: toStoredValue(name, value) };
    });
    if (await this.#found({ type: 'registry.values-set', payload: { path, values: stored } })) {
      return;
    }
    throw new RegistryError('ERROR_FILE_NOT_FOUND', path.join('\\'));
  }

  async deleteValue(key: RegistryKey, name: string): Promise<boolean> {
    const path = this.#valid(key);
    return this.#found({ type: 'registry.value-deleted', payload: { path, name } });
  }

  async enumValue(key: RegistryKey): ReturnType<MonitorRegistry['enumValue']> {
    const values = await this.#ask('registry.values', this.#valid(key));
    return values.map(({ name, value }) => ({ name, value: fromStoredValue(value) }));
  }

  async queryValue(key: RegistryKey, name: string): Promise<RegistryValue | undefined> {
    const { store, spooler } = this.#options;
    const path = this.#valid(key);
    const value = await store.query('registry.value', { spooler, path, name });
    return value === undefined ? undefined : fromStoredValue(value);
  }

  #valid(key: RegistryKey): readonly string[] {
    if (this.#ended || !this.#open.has(key)) {
      throw new RegistryError('ERROR_INVALID_HANDLE', key.path.join('\\'));
    }
    return key.path;
  }

  #below(parent: RegistryKey, subKey: string): readonly string[] {
    const path = [...this.#valid(parent), subKey];
    checkKeyName(subKey);
    if (path.length > registryLimits.depth) {
      throw new RegistryError('ERROR_INVALID_PARAMETER', `${path.length} levels of keys`);
    }
    return path;
  }

  #opened(path: readonly string[]): RegistryKey {
    const key = { path };
    this.#open.add(key);
    return key;
  }

  #hasKey(path: readonly string[]): Promise<boolean> {
    const { store, spooler } = this.#options;
    return store.query('registry.has-key', { spooler, path });
  }

  #ask<Name extends 'registry.sub-keys' | 'registry.values'>(
    name: Name,
    path: readonly string[],
  ): Promise<QueryOutput<Name>> {
    const { store, spooler } = this.#options;
    return store.query(name, { spooler, path });
  }

  async #commit(change: Change): Promise<void> {
    if (await this.#found(change)) return;
    throw new RegistryError('ERROR_FILE_NOT_FOUND', change.type);
  }

  /** False where the key or value was not there; other refusals reject. */
  async #found(change: Change): Promise<boolean> {
    const { store, spooler, term } = this.#options;
    const outcome = await store.commit({ spooler, term: term(), changes: [change] });
    if (outcome.kind === 'committed') return true;
    if (outcome.code === 'not-found') return false;
    throw new RefusedError(outcome);
  }
}
