// House rules of what touches the machine: time, randomness, the console, synchronous disk calls.

import { eachFile, isProduction, type Rule } from './rule.ts';
import { isScript, type SourceFile, type Token } from './source.ts';

const RANDOM = ['randomUUID', 'randomBytes', 'randomInt', 'randomFill', 'getRandomValues'];
const TIMERS = ['setTimeout', 'setInterval'];
const MEMBERS = [
  'Date.now',
  'performance.now',
  'Math.random',
  'process.hrtime',
  'process.uptime',
  'AbortSignal.timeout',
  ...RANDOM.map((name) => `crypto.${name}`),
  ...TIMERS.map((name) => `globalThis.${name}`),
];

const isScriptOf = (pattern: RegExp) => (path: string) => isScript(path) && pattern.test(path);

export const machineRules: readonly Rule[] = [
  {
    name: 'time and randomness come from hal',
    why: 'a seed must be able to replay everything above hal',
    replacement: 'take clock or random of hal/contract.ts as an option; helpers are in hal/time.ts',
    check: eachFile(isScriptOf(/^(monitors|firmware)\//), findTimeAndRandomness),
    bad: [
      { 'firmware/jobs/job.ts': 'const a = Date.now();' },
      { 'firmware/jobs/job.ts': 'const a = new Date();' },
      { 'firmware/jobs/job.ts': 'const a = `${Math.random()}`;' },
      { 'monitors/tcp/port.ts': 'setTimeout(f, 10);' },
      { 'monitors/tcp/port.ts': 'const s = AbortSignal.timeout(10);' },
      { 'monitors/tcp/port.ts': "import { randomUUID as id } from 'node:crypto';" },
      { 'monitors/tcp/port.ts': "import { setTimeout } from 'node:timers/promises';" },
    ],
    good: [
      { 'hal/linux/clock.ts': 'const a = Date.now();' },
      { 'firmware/jobs/job.ts': '// Date.now()\nconst a = "Math.random()"; const b = /Date.now/;' },
      { 'firmware/jobs/job.ts': 'clock.setTimeout(f); new Date(wall.ms); o.Date.now;' },
      { 'firmware/jobs/job.ts': "import { createHash } from 'node:crypto';" },
    ],
  },
  {
    name: 'no console in production',
    why: 'the log is structured, and has levels and limits',
    replacement: 'the logger that is handed in',
    check: eachFile(
      (path) => isScript(path) && isProduction(path) && !/^firmware\/(cli|entry)\//.test(path),
      ({ tokens }) => findMembers(tokens, (text) => text.startsWith('console.')),
    ),
    bad: [{ 'firmware/jobs/job.ts': "console.log('a');" }, { 'hal/a.ts': 'console.error(e);' }],
    good: [
      { 'firmware/cli/print.ts': "console.log('a');" },
      { 'firmware/jobs/job.ts': "const a = 'console.log'; self.console.log;" },
    ],
  },
  {
    name: 'no synchronous disk call on the event loop',
    why: "an SD card's fsync takes tens of milliseconds, and all clients wait for it",
    replacement: 'the files of hal/contract.ts, or node:fs/promises in hal/linux',
    check: eachFile(
      isScriptOf(/^(monitors\/|firmware\/(?!entry\/|cli\/|store\/))/),
      findSynchronousCalls,
    ),
    bad: [
      { 'firmware/jobs/job.ts': "import { readFileSync } from 'node:fs';" },
      { 'firmware/jobs/job.ts': "import * as fs from 'fs';\nfs.fsyncSync(1);" },
      { 'monitors/file/port.ts': "import { execFileSync } from 'node:child_process';" },
      { 'firmware/jobs/job.ts': "import { DatabaseSync } from 'node:sqlite';" },
    ],
    good: [
      { 'firmware/store/store.ts': "import { fsyncSync } from 'node:fs';" },
      { 'firmware/jobs/job.ts': "import { open } from 'node:fs/promises'; files.writeSync(1);" },
    ],
  },
];

function findTimeAndRandomness(file: SourceFile): readonly { line: number; what: string }[] {
  const { tokens } = file;
  const members = findMembers(tokens, (text) => MEMBERS.includes(text));
  const calls = tokens.flatMap((token, index) => {
    const [before, next] = [tokens[index - 1]?.text, tokens[index + 1]?.text];
    const isTimer = TIMERS.includes(token.text) && before !== '.' && next === '(';
    const isNow = token.text === 'Date' && before === 'new' && tokens[index + 2]?.text === ')';
    return isTimer || isNow ? [{ line: token.line, what: token.text }] : [];
  });
  const imports = file.imports
    .filter(
      ({ specifier, names }) =>
        /^(node:)?timers(\/|$)/.test(specifier) ||
        /^(node:)?perf_hooks$/.test(specifier) ||
        (/^(node:)?crypto$/.test(specifier) && names.some((name) => RANDOM.includes(name))),
    )
    .map(({ line, specifier }) => ({ line, what: specifier }));
  return [...members, ...calls, ...imports];
}

/** Each `object.member` that is not itself a member, as text. */
function findMembers(
  tokens: readonly Token[],
  isWrong: (text: string) => boolean,
): readonly { line: number; what: string }[] {
  return tokens.flatMap((token, index) => {
    if (token.text !== '.' || tokens[index - 2]?.text === '.') return [];
    const text = `${tokens[index - 1]?.text}.${tokens[index + 1]?.text}`;
    return isWrong(text) ? [{ line: token.line, what: text }] : [];
  });
}

function findSynchronousCalls(file: SourceFile): readonly { line: number; what: string }[] {
  const modules = file.imports.filter(({ specifier, typeOnly }) =>
    /^(node:)?(fs|child_process|sqlite)$/.test(typeOnly ? '' : specifier),
  );
  const imported = modules.flatMap(({ names, line }) =>
    names.filter((name) => name.endsWith('Sync')).map((what) => ({ line, what })),
  );
  const owners = modules.flatMap(({ names }) => names);
  const called = file.tokens.flatMap((token, index) => {
    const isMember = file.tokens[index - 1]?.text === '.' && token.text.endsWith('Sync');
    const owner = file.tokens[index - 2]?.text ?? '';
    return isMember && (owners.includes(owner) || owner === 'fs')
      ? [{ line: token.line, what: `${owner}.${token.text}` }]
      : [];
  });
  return [...imported, ...called];
}
