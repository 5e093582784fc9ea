// House rules of the language: what of TypeScript is not used, beyond what compiler and linter say.

import { eachFile, isProduction, type Rule } from './rule.ts';
import { isScript, type SourceFile, type Token } from './source.ts';

const isCodec = (path: string): boolean => /(^|\/)wire\/|codec/.test(path);

export const languageRules: readonly Rule[] = [
  {
    name: 'no cast',
    why: 'a cast hides what the compiler knows; only a codec turns bytes into types',
    replacement: 'narrow with a check, a schema or `satisfies`; `as const` is fine',
    check: eachToken(
      (path) => isScript(path) && !isCodec(path),
      (file, index) => isCast(file, index),
    ),
    bad: [
      { 'hal/a.ts': 'const b = a as B;' },
      { 'hal/a.ts': 'const b = f() as unknown as (typeof x)[];' },
      { 'hal/a.ts': 'const b = `${a as B}`;' },
    ],
    good: [
      { 'hal/a.ts': "import { a as b } from './b.ts'; import * as c from 'c';" },
      { 'hal/a.ts': 'const b = [1] as const; export { b as d };' },
      { 'hal/a.ts': 'type M = { [K in keyof T as `${K}x`]: T[K] };' },
      { 'hal/a.ts': '// taken as bytes\nconst a = "b as C"; const o = { as: 1 }; o.as;' },
      { 'monitors/wire/ipp/message.ts': 'const b = a as B;' },
    ],
  },
  {
    name: 'no `!`',
    why: 'a claim that something is there is a check that was left out',
    replacement: 'handle undefined, or assert with a message',
    check: eachToken(isScript, ({ tokens }, index) => {
      const [before, after] = [tokens[index - 1], tokens[index + 1]];
      if (tokens[index]?.text !== '!' || before === undefined) return false;
      const afterKeyword = /^(return|await|case|typeof|in|of|yield|throw|void)$/.test(before.text);
      const afterValue = before.kind === 'word' ? !afterKeyword : /^[)\]]$/.test(before.text);
      return afterValue && (after?.kind === 'mark' || after === undefined) && after?.text !== '(';
    }),
    bad: [
      { 'hal/a.ts': 'const b = a!.c;' },
      { 'hal/a.ts': 'const b = a[0]!;' },
      { 'hal/a.ts': 'class A { b!: string }' },
    ],
    good: [
      { 'hal/a.ts': 'if (!a) b(); const c = a !== !b; const d = () => !(e);' },
      { 'hal/a.ts': 'const f = (): boolean => { return !a.b; }; if (x) !y;' },
    ],
  },
  {
    name: 'no enum, namespace or decorator',
    why: 'Node strips types and runs the rest: these need a compiler',
    replacement: 'a union of strings, a table `as const`, a module, a function',
    check: eachToken(isScript, ({ tokens }, index) => {
      const token = tokens[index];
      if (token?.text === '@') return true;
      if (token?.kind !== 'word' || !/^(enum|namespace|module)$/.test(token.text)) return false;
      const next = tokens[index + 1];
      const follows = next?.kind === 'word' && next.line === token.line;
      return follows && tokens[index + 2]?.text === '{';
    }),
    bad: [
      { 'hal/a.ts': 'export const enum A { B }' },
      { 'hal/a.ts': 'namespace A { }' },
      { 'hal/a.ts': '@sealed class A {}' },
    ],
    good: [{ 'hal/a.ts': 'const module = 1; o.namespace; const s = "enum A {"; // @x\n' }],
  },
  {
    name: 'no default export',
    why: 'a name that the importer chooses can not be searched for',
    replacement: 'export const name, or export function name',
    check: eachToken(
      isScript,
      ({ tokens }, index) =>
        tokens[index]?.text === 'export' && tokens[index + 1]?.text === 'default',
    ),
    bad: [{ 'hal/a.ts': 'export default function a() {}' }],
    good: [{ 'hal/a.ts': 'switch (a) { default: b(); } export const c = 1;' }],
  },
  {
    name: 'composition, not inheritance',
    why: 'a class only owns private state',
    replacement: 'hold the other object in a #field; only errors extend Error',
    check: eachToken(isScript, ({ tokens }, index) => {
      if (tokens[index]?.text !== 'extends') return false;
      const isClass = tokens[index - 1]?.text === 'class' || tokens[index - 2]?.text === 'class';
      return isClass && tokens[index + 1]?.text.endsWith('Error') !== true;
    }),
    bad: [{ 'hal/a.ts': 'class A extends B {}' }, { 'hal/a.ts': 'const c = class extends B {};' }],
    good: [
      { 'hal/a.ts': 'class A extends Error {} class B extends HalError {}' },
      { 'hal/a.ts': 'interface A extends B {} type C<T extends B> = T;' },
    ],
  },
  {
    name: 'private state is a #field',
    why: 'the other modifiers end with the compiler',
    replacement: '#name',
    check: eachToken(isScript, ({ tokens }, index) => {
      const [token, next] = [tokens[index], tokens[index + 1]];
      if (token === undefined || !/^(private|protected|public)$/.test(token.text)) return false;
      const declares = next?.kind === 'word' && next.line === token.line;
      // Only static functions of the class make it: there is no #constructor.
      return declares && next.text !== 'constructor';
    }),
    bad: [
      { 'hal/a.ts': 'class A { private b = 1; }' },
      { 'hal/a.ts': 'class A { constructor(protected readonly b: string) {} }' },
    ],
    good: [
      {
        'hal/a.ts':
          'class A { #b = 1; private constructor() {} } const o = { private: true, public: 1 };',
      },
    ],
  },
  {
    name: 'no mutable state of a module',
    why: 'two instances in one process would share it, and a test would see the one before',
    replacement: 'make it in a factory and hand it on',
    check: eachToken(
      (path) => isScript(path) && isProduction(path),
      ({ tokens }, index) => {
        const token = tokens[index];
        return (
          token?.depth === 0 && /^(let|var)$/.test(token.text) && startsStatement(tokens, index)
        );
      },
    ),
    bad: [{ 'hal/a.ts': 'let count = 0;' }, { 'web/a.ts': 'const a = 1;\nexport let b = a;' }],
    good: [
      { 'hal/a.ts': 'const a = 1; function b() { let c = 0; return `${c}`; }' },
      { 'test/a.test.ts': 'let count = 0;' },
    ],
  },
  {
    name: 'no check is switched off',
    why: 'the next reader can not tell a deliberate exception from a forgotten one',
    replacement: 'mend the code, or change the rule for all in the dotfile',
    check: eachFile(isScript, (file) =>
      file.comments.flatMap((comment) => {
        const match = /@ts-\w+|(oxlint|eslint)-disable[\w-]*|biome-ignore\S*/.exec(comment.text);
        return match === null ? [] : [{ line: comment.line, what: match[0] }];
      }),
    ),
    bad: [
      { 'hal/a.ts': '// @ts-expect-error\na();' },
      { 'hal/a.ts': '/* oxlint-disable no-empty */' },
    ],
    good: [{ 'hal/a.ts': "const text = '@ts-ignore';" }],
  },
];

function eachToken(
  where: (path: string) => boolean,
  isWrong: (file: SourceFile, index: number) => boolean,
): Rule['check'] {
  return eachFile(where, (file) =>
    file.tokens.flatMap((token, index) =>
      isWrong(file, index) ? [{ line: token.line, what: shown(file.tokens, index) }] : [],
    ),
  );
}

function shown(tokens: readonly Token[], index: number): string {
  return tokens
    .slice(Math.max(0, index - 1), index + 2)
    .map((token) => token.text)
    .join(' ');
}

function startsStatement(tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 1];
  if (before === undefined || before.text === 'export') return true;
  return before.line !== tokens[index]?.line || /^[;}]$/.test(before.text);
}

function isCast({ tokens }: SourceFile, index: number): boolean {
  const [before, token, after] = [tokens[index - 1], tokens[index], tokens[index + 1]];
  if (token?.kind !== 'word' || token.text !== 'as') return false;
  if (before === undefined || after === undefined || after.text === 'const') return false;
  if (/^[:,;=)}\]?]/.test(after.text)) return false;
  if (before.kind === 'mark' && !/^[)\]}>]$/.test(before.text)) return false;
  return !isInModuleClause(tokens, index) && !isMappedKey(tokens, index);
}

/** Whether `as` renames in an import or export clause. */
function isInModuleClause(tokens: readonly Token[], index: number): boolean {
  const depth = tokens[index]?.depth ?? 0;
  if (tokens[index - 1]?.text === '*') return true;
  for (let at = index - 1; at >= 0; at -= 1) {
    const token = tokens[at];
    if (token === undefined || token.text === ';') return false;
    if (token.depth !== depth - 1 || token.text !== '{') continue;
    const opener = tokens[at - 1]?.text ?? '';
    const outer = tokens[at - 2]?.text ?? '';
    return /^(import|export)$/.test(opener) || (opener === 'type' && /^(im|ex)port$/.test(outer));
  }
  return false;
}

/** Whether `as` renames the key of a mapped type: [K in T as U]. */
function isMappedKey(tokens: readonly Token[], index: number): boolean {
  const depth = tokens[index]?.depth ?? 0;
  for (let at = index - 1; at >= 0; at -= 1) {
    const token = tokens[at];
    if (token?.depth === depth - 1 && /^[([{]$/.test(token.text)) {
      return token.text === '[' && tokens[at + 2]?.text === 'in';
    }
  }
  return false;
}
