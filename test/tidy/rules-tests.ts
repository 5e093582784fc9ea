// House rules of tests: none skipped, none alone, none asleep, none with a replaced module.

import { eachFile, isTest, type Rule } from './rule.ts';
import { isScript, type Token } from './source.ts';

/** `new Promise` with the type that it settles to. */
const MAX_CALLEE_TOKENS = 24;

const isTestScript = (path: string): boolean => isScript(path) && isTest(path);

export const testRules: readonly Rule[] = [
  {
    name: 'no test is skipped, alone or to do',
    why: 'a check that does not run looks like one that passes',
    replacement: 'run it, or remove it',
    check: eachFile(isTestScript, ({ tokens }) =>
      tokens.flatMap((token, index) => {
        if (!/^(skip|only|todo)$/.test(token.text)) return [];
        const [before, next] = [tokens[index - 1]?.text, tokens[index + 1]?.text];
        const owner = tokens[index - 2]?.text ?? '';
        const isCall = before === '.' && next === '(' && /^(test|it|describe|suite|t)$/.test(owner);
        const isOption = /^[{,]$/.test(before ?? '') && next === ':' && isTestOption(tokens, index);
        return isCall || isOption ? [{ line: token.line, what: token.text }] : [];
      }),
    ),
    bad: [
      { 'test/a.test.ts': "test.skip('a', () => {});" },
      { 'test/a.test.ts': "describe.only('a', () => {});" },
      { 'test/a.test.ts': "test('a', (t) => { t.todo('later'); });" },
      { 'test/a.test.ts': "test('a', { timeout: 1, skip: true }, () => {});" },
    ],
    good: [
      { 'test/a.test.ts': "stream.skip(4); const o = { only: 1 }; test('test.skip(', () => {});" },
    ],
  },
  {
    name: 'no test sleeps',
    why: 'a sleep is too short on a busy machine and too long on any other',
    replacement: 'virtual time, or waiting for the event with a deadline',
    check: eachFile(isTestScript, (file) => [
      ...file.imports
        .filter(({ specifier }) => /^(node:)?timers\/promises$/.test(specifier))
        .filter(({ names }) => names.some((name) => name !== 'setImmediate'))
        .map(({ line, specifier }) => ({ line, what: specifier })),
      ...file.tokens.flatMap((token, index) =>
        isSleep(file.tokens, index) ? [{ line: token.line, what: token.text }] : [],
      ),
    ]),
    bad: [
      { 'test/a.test.ts': "import { setTimeout } from 'node:timers/promises';" },
      { 'test/a.test.ts': 'await new Promise((resolve) => setTimeout(resolve, 50));' },
      { 'test/a.test.ts': 'await new Promise<void>((done) => { setTimeout(() => done(), 5); });' },
      { 'test/a.test.ts': 'Atomics.wait(view, 0, 0, 100);' },
    ],
    good: [
      { 'test/a.test.ts': "import { setImmediate as turn } from 'node:timers/promises';" },
      { 'test/a.test.ts': "await new Promise((done, fail) => setTimeout(() => fail('late'), 9));" },
      {
        'test/a.test.ts': 'await new Promise((resolve) => { server.once("listening", resolve); });',
      },
    ],
  },
  {
    name: 'no module is replaced',
    why: 'a test that replaces a module knows how the code is written, not what it does',
    replacement: 'hand a small fake in through the options',
    check: eachFile(isTestScript, ({ tokens }) =>
      tokens.flatMap((token, index) =>
        token.text === 'mock' &&
        tokens[index + 1]?.text === '.' &&
        tokens[index + 2]?.text === 'module'
          ? [{ line: token.line, what: 'mock.module' }]
          : [],
      ),
    ),
    bad: [{ 'test/a.test.ts': "t.mock.module('node:fs');" }],
    good: [{ 'test/a.test.ts': 't.mock.timers.enable(); const m = "mock.module";' }],
  },
  {
    name: 'what ends with a test ends in the right order',
    why: 'the runner removes a folder before who writes into it ends, and stops at an error',
    replacement: "atEnd(t, () => …) of 'test/at-end.ts'",
    check: eachFile(
      (path) => isTestScript(path) && path !== 'test/at-end.ts',
      ({ tokens }) =>
        tokens.flatMap((token, index) => {
          const [owner, dot, next] = [-2, -1, 1].map((by) => tokens[index + by]?.text ?? '');
          const isHook = token.text === 'after' && dot === '.' && next === '(';
          return isHook && /^(t|context)$/.test(owner ?? '')
            ? [{ line: token.line, what: `${owner}.after` }]
            : [];
        }),
    ),
    bad: [
      { 'test/a.test.ts': "test('a', (t) => { t.after(() => rm(folder)); });" },
      { 'test/rig.ts': 'export function rig(context) { context.after(stop); }' },
    ],
    good: [
      { 'test/a.test.ts': 'after(() => rm(folder)); timeline.after(5, look); atEnd(t, stop);' },
    ],
  },
  {
    name: 'tests stand in test/',
    why: 'the runner looks there only',
    replacement: 'test/<room>/<name>.test.ts',
    check: (files) =>
      files
        .filter(
          ({ path }) => /\.(test|spec)\.\w+$/.test(path) && !/^test\/.*\.test\.ts$/.test(path),
        )
        .map(({ path }) => ({ path, line: 1, what: path })),
    bad: [{ 'hal/time.test.ts': '' }, { 'test/hal/time.spec.ts': '' }],
    good: [{ 'test/hal/time.test.ts': '', 'test/tidy.test.ts': '' }],
  },
];

/** Whether the option stands directly in the options of a test: test('name', { … }). */
function isTestOption(tokens: readonly Token[], index: number): boolean {
  const depth = tokens[index]?.depth ?? 0;
  for (let at = index - 1; at >= 0; at -= 1) {
    const token = tokens[at];
    if (token?.depth === depth - 2 && token.text === '(') {
      return /^(test|it|describe|suite)$/.test(tokens[at - 1]?.text ?? '');
    }
  }
  return false;
}

/** A timer that settles the promise around it, or a blocking wait. */
function isSleep(tokens: readonly Token[], index: number): boolean {
  const [token, next] = [tokens[index], tokens[index + 1]];
  if (token?.text === 'Atomics') return next?.text === '.' && tokens[index + 2]?.text === 'wait';
  if (token?.text !== 'setTimeout' || next?.text !== '(') return false;
  const resolver = resolverAround(tokens, index);
  if (resolver === undefined) return false;
  const end = tokens.findIndex(
    (other, at) => at > index + 1 && other.text === ')' && other.depth === next.depth,
  );
  return tokens.slice(index + 2, end).some((other) => other.text === resolver);
}

/** The name of `resolve` of the nearest `new Promise(…)` that `index` stands in. */
function resolverAround(tokens: readonly Token[], index: number): string | undefined {
  let depth = tokens[index]?.depth ?? 0;
  for (let at = index - 1; at >= 0; at -= 1) {
    const token = tokens[at];
    if (token === undefined || token.depth >= depth || !/^[([{]$/.test(token.text)) continue;
    depth = token.depth;
    const callee = tokens.slice(Math.max(0, at - MAX_CALLEE_TOKENS), at);
    const opens = callee.map((other) => other.text).join(' ');
    if (token.text === '(' && /new Promise( <[^()]*>)?$/.test(opens)) {
      return tokens.slice(at + 1).find((other) => other.kind === 'word')?.text;
    }
  }
  return undefined;
}
