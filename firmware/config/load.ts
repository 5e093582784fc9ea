// Makes the configuration: defaults < platen.toml < settings.toml < PLATEN_* < --set, every mistake
// named with its place.
import type { Files } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { didYouMean } from './did-you-mean.ts';
import { type Config, type ConfigRow, completeConfig, configRows } from './table.ts';
import { changeableKeys } from './telling-section.ts';
import { readToml, readTomlValue } from './toml.ts';
import { plainWords } from '../../monitors/schema-issues.ts';

export interface ConfigSources {
  readonly files: Pick<Files, 'readFile'>;
  /** The file to read; without it `platen.toml` in the data folder, if it is there. */
  readonly file: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `key=value`, the last of a key wins. */
  readonly sets: readonly string[];
}

/** The configuration is wrong; one sentence for each mistake. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

export interface LoadedConfig {
  readonly values: Config;
  /** Where each value comes from that is no default: a file's name, a variable, `--set`. */
  readonly origins: ReadonlyMap<string, string>;
  readonly layers: Layers;
  /** Of settings.toml: keys that this version does not know or take. They count for nothing. */
  readonly ignored: readonly string[];
}

export interface Given {
  readonly key: string;
  readonly value: unknown;
  /** For people: `platen.toml:3`, `PLATEN_LISTEN_HTTP`, `--set`. */
  readonly place: string;
}

/** Where keys got their values, by key: what comes later wins. */
export interface Layers {
  /** What people wrote. */
  readonly file: ReadonlyMap<string, Given>;
  /** settings.toml: what an administrator changed while the appliance ran. */
  readonly settings: ReadonlyMap<string, Given>;
  /** Variables and `--set`. */
  readonly outside: ReadonlyMap<string, Given>;
}

const fileLimitBytes = 1024 * 1024;

export function settingsFileIn(folder: string): string {
  return `${folder}/settings.toml`;
}

export async function loadConfig(sources: ConfigSources): Promise<LoadedConfig> {
  const problems: string[] = [];
  const outer = [
    ...fromEnvironment(sources.environment, problems),
    ...fromSets(sources.sets, problems),
  ];
  const named = sources.file === undefined ? [] : await fromFile(sources, sources.file, problems);
  const folder = settle([...named, ...outer], []).values['data.folder'];
  const inFolder = sources.file === undefined ? await fromFolder(sources, folder, problems) : [];
  const { settings, ignored } = await fromSettings(sources.files, folder, problems);
  const file = [...inFolder, ...named];
  const loaded = settle([...file, ...settings, ...outer], problems);
  if (problems.length > 0) throw new ConfigError(problems);
  const byKey = (given: readonly Given[]) => new Map(given.map((each) => [each.key, each]));
  const layers = { file: byKey(file), settings: byKey(settings), outside: byKey(outer) };
  return { ...loaded, layers, ignored };
}

/**
 * Platen writes it itself, perhaps a newer one that was rolled back: what is not known does not
 * keep an appliance from starting.
 */
async function fromSettings(
  files: ConfigSources['files'],
  folder: string,
  problems: string[],
): Promise<{ readonly settings: readonly Given[]; readonly ignored: readonly string[] }> {
  const path = settingsFileIn(folder);
  const text = await readText(files, path, true);
  const toml = typeof text === 'string' ? readToml(text) : undefined;
  if (typeof text === 'object') problems.push(text.problem);
  if (toml?.kind === 'broken') problems.push(`${path}:${toml.line}: ${toml.message}`);
  const entries = toml?.kind === 'read' ? toml.entries : [];
  const fits = ({ key, value }: { readonly key: string; readonly value: unknown }): boolean =>
    changeableKeys.some((each) => each === key) &&
    configRows.find((row) => row.key === key)?.schema.safeParse(value).success === true;
  return {
    settings: entries.filter(fits).map(({ key, value }) => ({ key, value, place: path })),
    ignored: entries.filter((entry) => !fits(entry)).map(({ key }) => key),
  };
}

async function fromFolder(
  sources: ConfigSources,
  folder: string,
  problems: string[],
): Promise<readonly Given[]> {
  const path = `${folder}/platen.toml`;
  const given = await fromFile(sources, path, problems, { optional: true });
  const moved = given.find(({ key }) => key === 'data.folder');
  if (moved !== undefined) {
    problems.push(
      `${moved.place}: data.folder can't stand in the file inside the data folder; use --data.`,
    );
  }
  return given;
}

async function fromFile(
  sources: ConfigSources,
  path: string,
  problems: string[],
  { optional = false } = {},
): Promise<readonly Given[]> {
  const text = await readText(sources.files, path, optional);
  if (text === undefined) return [];
  if (typeof text === 'object') {
    problems.push(text.problem);
    return [];
  }
  const toml = readToml(text);
  if (toml.kind === 'broken') {
    problems.push(`${path}:${toml.line}: ${toml.message}`);
    return [];
  }
  return toml.entries.flatMap(({ key, value, line }) => {
    const place = line === undefined ? path : `${path}:${line}`;
    return known(key, place, problems) === undefined ? [] : [{ key, value, place }];
  });
}

async function readText(
  files: ConfigSources['files'],
  path: string,
  optional: boolean,
): Promise<string | { readonly problem: string } | undefined> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(
      await files.readFile(path, fileLimitBytes),
    );
  } catch (error) {
    if (optional && isHalError(error, 'not-found')) return undefined;
    if (isHalError(error)) return { problem: `The configuration file ${error.message}.` };
    if (error instanceof TypeError) return { problem: `${path} is not UTF-8 text.` };
    throw error;
  }
}

function fromEnvironment(
  environment: ConfigSources['environment'],
  problems: string[],
): readonly Given[] {
  const rows = new Map(configRows.map((row) => [row.variable, row]));
  return Object.entries(environment).flatMap(([variable, text]) => {
    if (!variable.startsWith('PLATEN_') || text === undefined) return [];
    const row = rows.get(variable);
    if (row === undefined) {
      problems.push(`The variable ${variable} is not known.${didYouMean(variable, rows.keys())}`);
      return [];
    }
    return [{ key: row.key, value: fromText(row, text), place: variable }];
  });
}

function fromSets(sets: readonly string[], problems: string[]): readonly Given[] {
  return sets.flatMap((set) => {
    const at = set.indexOf('=');
    if (at < 1) {
      problems.push(`--set ${set}: write key=value.`);
      return [];
    }
    const row = known(set.slice(0, at).trim(), '--set', problems);
    if (row === undefined) return [];
    return [{ key: row.key, value: fromText(row, set.slice(at + 1)), place: '--set' }];
  });
}

/** Text that the key takes as it stands is a string; else it is read as TOML writes values. */
function fromText(row: ConfigRow, text: string): unknown {
  return row.schema.safeParse(text).success ? text : (readTomlValue(text) ?? text);
}

function known(key: string, place: string, problems: string[]): ConfigRow | undefined {
  const row = configRows.find((candidate) => candidate.key === key);
  if (row === undefined) {
    const keys = configRows.map((candidate) => candidate.key);
    problems.push(`${place}: the key ${key} is not known.${didYouMean(key, keys)}`);
  }
  return row;
}

/** Later ones win; each value is checked by itself, so that a mistake is told with its place. */
function settle(
  given: readonly Given[],
  problems: string[],
): Pick<LoadedConfig, 'values' | 'origins'> {
  const values: Record<string, unknown> = {};
  const origins = new Map<string, string>();
  for (const { key, value, place } of given) {
    const row = configRows.find((candidate) => candidate.key === key);
    const checked = row?.schema.safeParse(value, plainWords);
    if (checked?.success === true) {
      values[key] = value;
      origins.set(key, place);
    } else if (checked?.error !== undefined) {
      const what = checked.error.issues[0]?.message ?? 'is wrong';
      problems.push(`${place}: ${key} = ${JSON.stringify(value)}: ${what}. ${row?.help ?? ''}`);
    }
  }
  return { values: completeConfig(values), origins };
}
