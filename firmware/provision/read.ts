// Reads provision.toml: every mistake is told with its place, and nothing of a wrong file is taken.
import { didYouMean } from '../config/did-you-mean.ts';
import { parse, TomlError } from 'smol-toml';
import { provision, type ReadProvision } from './contract.ts';
import { plainWords } from '../../monitors/schema-issues.ts';

const name = 'provision.toml';
const mostProblems = 20;

export function readProvision(bytes: Uint8Array): ReadProvision {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { kind: 'wrong', problems: [`${name} is not UTF-8 text.`] };
  }
  try {
    const read = provision.safeParse(parse(text), plainWords);
    if (read.success) return { kind: 'read', provision: read.data };
    const problems = read.error.issues.flatMap((issue) => sentencesOf(issue, text));
    return { kind: 'wrong', problems: problems.slice(0, mostProblems) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const what = (error.message.split('\n')[0] ?? '').replace('Invalid TOML document: ', '');
    return { kind: 'wrong', problems: [`${name}:${error.line}: ${what}`] };
  }
}

interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

function sentencesOf(issue: Issue, text: string): readonly string[] {
  const path = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys') {
    return [`${placeOf(path.at(-1), text)}: ${path.join('.')} ${issue.message}`];
  }
  return (issue.keys ?? []).map((key) => {
    const hint = path.length === 0 ? didYouMean(key, Object.keys(provision.shape)) : '';
    return `${placeOf(key, text)}: the key ${[...path, key].join('.')} is not known.${hint}`;
  });
}

/** The library tells no positions: the line where a key of that name stands first. */
function placeOf(key: string | undefined, text: string): string {
  if (key === undefined) return name;
  const at = text.split('\n').findIndex((line) => {
    const [, found] = /^\s*\[{0,2}\s*(?:[\w.-]+\.)?([\w-]+)\s*(?:=|\])/.exec(line) ?? [];
    return found === key;
  });
  return at === -1 ? name : `${name}:${at + 1}`;
}
