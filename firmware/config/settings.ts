// What an administrator changes of the configuration while the appliance runs: kept in a file of
// its own, settings.toml, which wins over what people wrote and yields to variables and `--set`.
import { stringify } from 'smol-toml';
import type { Files } from '../../hal/contract.ts';
import { type Refusal, refused } from '../errors/codes.ts';
import { type Given, type LoadedConfig, settingsFileIn } from './load.ts';
import { type Config, configRows } from './table.ts';
import { type ChangeableKey, changeableKeys } from './telling-section.ts';
import { plainWords } from '../../monitors/schema-issues.ts';

/** `default`; `file`: platen.toml; `changed`: by an administrator; `outside`: can't be changed. */
export type SettingOrigin = 'default' | 'file' | 'changed' | 'outside';

export interface Setting {
  readonly key: ChangeableKey;
  readonly value: string;
  /** Never shown to anybody. */
  readonly secret: boolean;
  readonly from: SettingOrigin;
  /** Of a file, a variable or an option; '' for a default. */
  readonly place: string;
  readonly help: string;
}

/** `null` takes a change back: what is written in platen.toml, or the default, holds again. */
export type SettingChanges = Readonly<Partial<Record<ChangeableKey, string | null>>>;

export interface Settings {
  list(): readonly Setting[];
  /**
   * All of them or none; durable when it resolves, and in use a moment later. Rejects with a
   * HalError where the disk fails.
   */
  change(changes: SettingChanges): Promise<{ readonly kind: 'changed' } | Refusal>;
  /** The whole configuration as it is now. */
  readonly values: Config;
  /** Called after each change with the keys whose values differ; returns how to end it. */
  follow(listener: (changed: ReadonlySet<string>) => void): () => void;
}

export interface SettingsOptions {
  readonly files: Pick<Files, 'replaceFile'>;
  readonly loaded: LoadedConfig;
}

export function createSettings({ files, loaded }: SettingsOptions): Settings {
  return new KeptSettings(files, loaded);
}

const ownerOnly = 0o600;
const heading = `# Written by Platen: what an administrator changed. It wins over platen.toml.
# Change it at the page, or by "platen setting set" and "platen setting clear".

`;

class KeptSettings implements Settings {
  readonly #files: SettingsOptions['files'];
  readonly #loaded: LoadedConfig;
  readonly #path: string;
  readonly #listeners = new Set<(changed: ReadonlySet<string>) => void>();
  #changed: ReadonlyMap<string, Given>;
  #values: Config;
  /** Changes take turns, or one would be written over by another. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(files: SettingsOptions['files'], loaded: LoadedConfig) {
    this.#files = files;
    this.#loaded = loaded;
    this.#path = settingsFileIn(loaded.values['data.folder']);
    this.#changed = loaded.layers.settings;
    this.#values = loaded.values;
  }

  get values(): Config {
    return this.#values;
  }

  list(): readonly Setting[] {
    return changeableKeys.map((key) => {
      const row = rowOf(key);
      const { from, place, value } = this.#standing(key, this.#changed);
      return { key, value, secret: row.secret, from, place, help: row.help };
    });
  }

  follow(listener: (changed: ReadonlySet<string>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  change(changes: SettingChanges): Promise<{ readonly kind: 'changed' } | Refusal> {
    const result = this.#turn.then(() => this.#change(changes));
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #change(changes: SettingChanges): Promise<{ readonly kind: 'changed' } | Refusal> {
    const next = new Map(this.#changed);
    for (const key of changeableKeys) {
      const value = changes[key];
      if (value === undefined) continue;
      const refusal = this.#refuse(key, value);
      if (refusal !== undefined) return refusal;
      // What holds anyway is not kept beside it: an edit of platen.toml has to count.
      if (value === null || value === this.#beneath(key)) next.delete(key);
      else next.set(key, { key, value, place: this.#path });
    }
    if (textOf(next) === textOf(this.#changed)) return { kind: 'changed' };
    await this.#files.replaceFile(this.#path, Buffer.from(textOf(next)), ownerOnly);
    this.#changed = next;
    const before = this.#values;
    const now = Object.fromEntries(
      changeableKeys.map((key) => [key, this.#standing(key, next).value]),
    );
    this.#values = { ...before, ...now };
    const differing = changeableKeys.filter((key) => before[key] !== this.#values[key]);
    for (const listener of this.#listeners) listener(new Set(differing));
    return { kind: 'changed' };
  }

  #refuse(key: ChangeableKey, value: string | null): Refusal | undefined {
    const outside = this.#loaded.layers.outside.get(key);
    if (outside !== undefined) {
      const message = `${key} is fixed by ${outside.place}: it can only be changed there.`;
      return refused('setting-fixed', message);
    }
    if (value === null) return undefined;
    const row = rowOf(key);
    const read = row.schema.safeParse(value, plainWords);
    if (read.success) return undefined;
    const what = read.error.issues[0]?.message ?? 'is wrong';
    return refused('value-not-supported', `${key}: ${what}. ${row.help}`);
  }

  #beneath(key: ChangeableKey): string {
    const { value } = this.#standing(key, new Map());
    return value;
  }

  #standing(
    key: ChangeableKey,
    changed: ReadonlyMap<string, Given>,
  ): { readonly value: string; readonly from: SettingOrigin; readonly place: string } {
    const { file, outside } = this.#loaded.layers;
    const found = [
      { from: 'outside', given: outside.get(key) },
      { from: 'changed', given: changed.get(key) },
      { from: 'file', given: file.get(key) },
    ] as const;
    for (const { from, given } of found) {
      if (given !== undefined) return { value: String(given.value), from, place: given.place };
    }
    return { value: String(rowOf(key).default), from: 'default', place: '' };
  }
}

function rowOf(key: ChangeableKey) {
  const row = configRows.find((each) => each.key === key);
  if (row === undefined) throw new Error(`${key} has no row in the table of the configuration`);
  return row;
}

/** The same settings make the same bytes, in whatever order they were made. */
function textOf(changed: ReadonlyMap<string, Given>): string {
  const sections: Record<string, Record<string, string>> = {};
  for (const key of changeableKeys) {
    const given = changed.get(key);
    if (given === undefined) continue;
    const [section = '', name = ''] = key.split('.');
    (sections[section] ??= {})[name] = String(given.value);
  }
  return `${heading}${stringify(sections)}`;
}
