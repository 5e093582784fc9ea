// Keys and values of printer data as text: taken apart, and what may not be set told.
import { type Refusal, refused } from '../errors/codes.ts';
import { queueFileLimits as limits } from '../limits/queue-file-limits.ts';
import { registryLimits } from '../limits/registry-limits.ts';
import { nameProblem, parseDirectory } from '../queue-files/names.ts';
import { findModule, moduleNames } from '../queue-files/modules/table.ts';
import { foldName } from '../store/fold.ts';
import { copyFilesKey, type FileEntry } from '../store/printer-data-rows.ts';
import type { StoredValue } from '../store/records/payloads.ts';

const separator = '\\';

/** Undefined: no key can be called that. The root is []. */
export function parseKey(key: string): readonly string[] | undefined {
  if (key === '') return [];
  const parts = key.split(separator);
  if (parts.length > limits.dataDepth) return undefined;
  const isName = (part: string) =>
    part !== '' && part.length <= registryLimits.keyNameLength && !/[\p{Cc}]/u.test(part);
  return parts.every((part) => isName(part) && part.isWellFormed()) ? parts : undefined;
}

export function wrongKey(key: string): Refusal {
  const shown = JSON.stringify(key.slice(0, 200));
  return refused('bad-request', `${shown} is no key: names joined by ${separator} are.`);
}

/** The component that a key is; undefined: it is none. */
export function componentOf(key: readonly string[]): string | undefined {
  const [first = '', component, ...deeper] = key;
  const isComponent = deeper.length === 0 && foldName(first) === foldName(copyFilesKey);
  return isComponent ? component : undefined;
}

/** The values that are made on enumeration. */
export function isMadeName(name: string): boolean {
  return ['sourcedir', 'targetdir'].includes(foldName(name));
}

/** What stands against a value; undefined: it may be set. */
export function checkValue(
  key: readonly string[],
  name: string,
  value: StoredValue,
  files: readonly FileEntry[],
): Refusal | undefined {
  if (name === '' || name.length > registryLimits.valueNameLength || /\p{Cc}/u.test(name)) {
    return refused('bad-request', `${JSON.stringify(name.slice(0, 200))} is no name of a value.`);
  }
  if (JSON.stringify(value).length > registryLimits.valueBytes) {
    return refused('too-large', `A value has at most ${registryLimits.valueBytes} bytes.`);
  }
  const component = componentOf(key);
  return component === undefined ? undefined : checkComponent(component, name, value, files);
}

function checkComponent(
  component: string,
  name: string,
  value: StoredValue,
  files: readonly FileEntry[],
): Refusal | undefined {
  const own = files.filter((file) => foldName(file.component) === foldName(component));
  switch (foldName(name)) {
    case 'sourcedir':
    case 'targetdir':
      return not(`${name} is made when the key is enumerated, and never stored.`);
    case 'module':
      if (value.type === 'string' && findModule(value.data) !== undefined) return undefined;
      return not(`Module takes one of: ${moduleNames.join(', ')}. No other is ever loaded.`);
    case 'files':
      return checkFiles(value, own);
    case 'directory':
      return checkDirectory(value, own);
    default:
      return undefined;
  }
}

/** Clients are promised no file that is not there. */
function checkFiles(value: StoredValue, own: readonly FileEntry[]): Refusal | undefined {
  if (value.type !== 'multi-string') return not('Files is a list of strings.');
  const stranger = value.data.find(
    (name) => !own.some((file) => foldName(file.name) === foldName(name)),
  );
  if (stranger === undefined) return undefined;
  const problem = nameProblem(stranger);
  const shown = JSON.stringify(stranger.slice(0, 200));
  if (problem !== undefined) return not(`${shown} is no name of a file: ${problem}.`);
  return not(`${shown} is not in this component: upload it first ("platen file add").`);
}

function checkDirectory(value: StoredValue, own: readonly FileEntry[]): Refusal | undefined {
  if (value.type !== 'string') return not('Directory is a string.');
  const parsed = parseDirectory(value.data);
  if (parsed.kind === 'wrong') return not(`This is no directory: ${parsed.problem}.`);
  const [first] = own;
  if (first === undefined || foldName(first.directory) === foldName(parsed.parts.join(separator))) {
    return undefined;
  }
  return not(`Its files lie in ${first.directory}: remove them first, or upload them anew.`);
}

function not(message: string): Refusal {
  return refused('value-not-supported', message);
}
