// Reads platen.toml into dotted keys, each with the line where it stands.
import { parse, TomlError } from 'smol-toml';

export interface TomlEntry {
  /** Dotted: `listen.http`. */
  readonly key: string;
  readonly value: unknown;
  /** From 1; undefined where the key can't be found again in the text. */
  readonly line: number | undefined;
}

export type TomlResult =
  | { readonly kind: 'read'; readonly entries: readonly TomlEntry[] }
  | { readonly kind: 'broken'; readonly line: number; readonly message: string };

export function readToml(text: string): TomlResult {
  try {
    const lines = keyLines(text);
    const entries = flattened(parse(text));
    return {
      kind: 'read',
      entries: entries.map(([key, value]) => ({ key, value, line: lines.get(key) })),
    };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const message = (error.message.split('\n')[0] ?? '').replace('Invalid TOML document: ', '');
    return { kind: 'broken', line: error.line, message };
  }
}

/** One value in TOML's spelling; undefined where the text is none. */
export function readTomlValue(text: string): unknown {
  try {
    return parse(`value = ${text}`)['value'];
  } catch (error) {
    if (error instanceof TomlError) return undefined;
    throw error;
  }
}

/** Keys of nested tables, dotted. */
export function flattened(table: object, prefix = ''): readonly (readonly [string, unknown])[] {
  return Object.entries(table).flatMap(([name, value]: [string, unknown]) => {
    const key = `${prefix}${name}`;
    const isTable =
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      !(value instanceof Date);
    return isTable ? flattened(value, `${key}.`) : [[key, value] as const];
  });
}

/** The library tells no positions of keys: plain headers and `key =` lines are found again. */
function keyLines(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  let prefix = '';
  for (const [at, line] of text.split('\n').entries()) {
    const header = /^\s*\[\s*([\w.\-"' ]+?)\s*\]/.exec(line)?.[1];
    if (header !== undefined) prefix = `${plainKey(header)}.`;
    const key = /^\s*([\w.\-"' ]+?)\s*=/.exec(line)?.[1];
    if (key !== undefined) found.set(prefix + plainKey(key), at + 1);
  }
  return found;
}

function plainKey(key: string): string {
  return key.replaceAll(/["' ]/g, '');
}
