// Reads an apply file: TOML into what is wanted, with the nearest name for each mistyped key.
import { parse, TomlError } from 'smol-toml';
import { z } from 'zod';
import { groupChanges, newGroup } from '../../api/schemas/group.ts';
import { printerSettings } from '../../api/schemas/printer.ts';
import { userRole } from '../../api/schemas/user.ts';
import { didYouMean } from '../../config/did-you-mean.ts';
import { changeableKeys } from '../../config/telling-section.ts';
import { flattened } from '../../config/toml.ts';
import { ApplyFileError, type Wanted, type WantedSettings } from './contract.ts';
import { plainWords } from '../../../monitors/schema-issues.ts';

const kinds = ['group', 'port', 'printer', 'user'] as const;
type Kind = (typeof kinds)[number];

type Table = Readonly<Record<string, unknown>>;

/** Keys of each kind of entry; a port takes those of its monitor's form besides, checked later. */
const keys = {
  group: ['name', 'absent', 'addresses', 'preferredOwner', 'policy'],
  port: undefined,
  printer: ['name', 'absent', ...Object.keys(printerSettings.shape)],
  user: ['name', 'absent', 'role', 'passwordFile'],
} as const satisfies Readonly<Record<Kind, readonly string[] | undefined>>;

const name = z.string().min(1).max(512);
const absent = z.boolean().default(false);
const port = z.looseObject({
  name,
  absent,
  monitor: z.string().optional(),
  language: z.string().exactOptional(),
  bidirectional: z.boolean().exactOptional(),
});
const user = z.object({
  name,
  absent,
  role: userRole.optional(),
  passwordFile: z.string().optional(),
});
const group = z.object({
  name: newGroup.shape.name,
  absent,
  addresses: groupChanges.shape.addresses,
  preferredOwner: newGroup.shape.preferredOwner,
  policy: groupChanges.shape.policy,
});

/** Throws an ApplyFileError that names everything that is wrong. */
export function readApplyFile(file: string, text: string): Wanted {
  const problems: string[] = [];
  const document = parsed(file, text);
  for (const key of Object.keys(document)) {
    if (key === 'settings' || kinds.some((kind) => kind === key)) continue;
    problems.push(`${file}: [[${key}]] is not known.${didYouMean(key, [...kinds, 'settings'])}`);
  }
  const entries = (kind: Kind) => entriesOf(document, { file, kind, problems });
  const checked = <Schema extends z.ZodType>(kind: Kind, schema: Schema) =>
    entries(kind).flatMap(({ place, table }) => {
      const read = schema.safeParse(table, plainWords);
      if (read.success) return [read.data];
      for (const { path, message } of read.error.issues) {
        problems.push(`${place}: ${path.map(String).join('.') || 'it'}: ${message}.`);
      }
      return [];
    });
  const wanted: Wanted = {
    groups: checked('group', group),
    ports: checked('port', port).map(
      ({ name: portName, absent: isAbsent, monitor, language, bidirectional, ...settings }) => ({
        name: portName,
        absent: isAbsent,
        monitor,
        ...(language === undefined ? {} : { language }),
        ...(bidirectional === undefined ? {} : { bidirectional }),
        settings,
      }),
    ),
    printers: checked('printer', printerSettings.extend({ name, absent })).map(
      ({ name: printerName, absent: isAbsent, ...settings }) => ({
        name: printerName,
        absent: isAbsent,
        settings,
      }),
    ),
    users: checked('user', user).map(({ role, passwordFile, ...rest }) => ({
      ...rest,
      role,
      passwordFile,
    })),
    settings: settingsOf(document['settings'], file, problems),
  };
  problems.push(...twice(file, wanted));
  if (problems.length > 0) throw new ApplyFileError(problems);
  return wanted;
}

const fileEnding = 'File';

function settingsOf(given: unknown, file: string, problems: string[]): WantedSettings {
  if (given !== undefined && !isTable(given)) {
    problems.push(`${file}: write [settings] with one bracket: there is one of it.`);
  }
  const entries = isTable(given) ? flattened(given) : [];
  const values: Record<string, string> = {};
  const files: Record<string, string> = {};
  for (const [key, value] of entries) {
    const bare = key.endsWith(fileEnding) ? key.slice(0, -fileEnding.length) : key;
    if (!changeableKeys.some((each) => each === bare)) {
      const hint = didYouMean(bare, changeableKeys);
      problems.push(`${file}: settings: the key ${key} is not known.${hint}`);
    } else if (typeof value !== 'string') {
      problems.push(`${file}: settings: ${key} is a text in quotes.`);
    } else (bare === key ? values : files)[bare] = value;
  }
  return { values, files };
}

function parsed(file: string, text: string): Table {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const message = (error.message.split('\n')[0] ?? '').replace('Invalid TOML document: ', '');
    throw new ApplyFileError([`${file}:${error.line}: ${message}.`]);
  }
}

function entriesOf(
  document: Table,
  {
    file,
    kind,
    problems,
  }: { readonly file: string; readonly kind: Kind; readonly problems: string[] },
): readonly { readonly place: string; readonly table: Table }[] {
  const given = document[kind];
  if (given === undefined) return [];
  if (!Array.isArray(given)) {
    problems.push(`${file}: write [[${kind}]] with two brackets: there can be several.`);
    return [];
  }
  return given.flatMap((table: unknown, index) => {
    if (!isTable(table)) return [];
    const called = table['name'];
    const place = `${file}: ${kind} ${typeof called === 'string' ? `"${called}"` : index + 1}`;
    const known: readonly string[] | undefined = keys[kind];
    const unknown = Object.keys(table).filter((key) => known?.includes(key) === false);
    for (const key of unknown) {
      problems.push(`${place}: the key ${key} is not known.${didYouMean(key, known ?? [])}`);
    }
    return unknown.length > 0 ? [] : [{ place, table }];
  });
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function twice(file: string, wanted: Wanted): readonly string[] {
  const all = [
    ...wanted.groups.map((each) => `group "${each.name}"`),
    ...wanted.ports.map((each) => `port "${each.name}"`),
    ...wanted.printers.map((each) => `printer "${each.name}"`),
    ...wanted.users.map((each) => `user "${each.name}"`),
  ].map((each) => each.toLowerCase());
  const double = all.filter((each, index) => all.indexOf(each) !== index);
  return [...new Set(double)].map((each) => `${file}: ${each} is in it twice.`);
}
