// House rules of text: the top level, first lines, lengths, comments, and what is never committed.

import { eachFile, eachLine, isRule, type Rule } from './rule.ts';
import { isScript } from './source.ts';

const MAX_COLUMNS = 100;
const MAX_LINES = 500;

const TOP_LEVEL = (
  'hal monitors firmware web test tools package.json package-lock.json tsconfig.json ' +
  'README.md ARCHITECTURE.md CHANGELOG.md LICENSE'
).split(' ');

const LOCK = 'package-lock.json';

export const textRules: readonly Rule[] = [
  {
    name: 'the top level holds what it should',
    why: 'a newcomer follows a job from socket to device by reading folder names',
    replacement: 'put it into the folder of its room',
    check: (files) =>
      files
        .filter(({ path }) => {
          const top = path.split('/')[0] ?? path;
          return !TOP_LEVEL.includes(top) && !top.startsWith('.');
        })
        .map(({ path }) => ({ path, line: 1, what: path })),
    bad: [{ 'src/a.ts': '' }, { 'notes.md': '' }],
    good: [{ 'hal/a.ts': '', '.ci/run': '', '.npmrc': '', LICENSE: '' }],
  },
  {
    name: 'each file opens with a sentence',
    why: 'a reader decides by it whether to read on',
    replacement: '// What this file is for, as a sentence that ends with a full stop.',
    check: eachFile(isScript, ({ text }) => {
      const opening = text.replace(/^#!.*\n/, '').match(/^(\/\/ .*(\n\/\/ .*)*|\/\*\*?[^]*?\*\/)/);
      const words = (opening?.[0] ?? '').replace(/\s*\*\/$|^\/(\/|\*+)|\n( \*|\/\/)/g, ' ');
      return /^\s*[\p{Lu}\d`"'].*[.]\s*$/su.test(words)
        ? []
        : [{ line: 1, what: 'the first line' }];
    }),
    bad: [
      { 'hal/a.ts': "import a from 'b';\n// A comment." },
      { 'hal/a.ts': '// helper stuff\nconst a = 1;' },
      { 'hal/a.ts': '// No full stop\nconst a = 1;' },
    ],
    good: [
      { 'hal/a.ts': '// What a is for.\n\nconst a = 1;' },
      { 'hal/a.ts': '// What a is for,\n// in two lines.\nconst a = 1;' },
      { 'hal/a.ts': '/** What a is for. */\nconst a = 1;' },
      { 'hal/a.ts': '/**\n * What a is for,\n * in two lines.\n */\nconst a = 1;' },
      { 'tools/a.mjs': '#!/usr/bin/env node\n// What a is for.\n' },
    ],
  },
  {
    name: `a line has at most ${MAX_COLUMNS} columns`,
    why: 'two files stand side by side on a screen',
    replacement: 'npm run format breaks comments; break strings by hand',
    check: eachFile(isScript, ({ lines }) =>
      lines.flatMap((line, index) => {
        const columns = Array.from(line).length;
        return columns > MAX_COLUMNS ? [{ line: index + 1, what: `${columns} columns` }] : [];
      }),
    ),
    bad: [{ 'hal/a.ts': `// ${'x'.repeat(MAX_COLUMNS)}` }],
    good: [{ 'hal/a.ts': `// ${'→'.repeat(MAX_COLUMNS - 3)}`, 'README.md': 'x'.repeat(500) }],
  },
  {
    name: `a file has at most ${MAX_LINES} lines`,
    why: 'a longer one is more than one room',
    replacement: 'split it by concept; below 400 is better',
    check: eachFile(isScript, ({ lines }) =>
      lines.length - 1 > MAX_LINES ? [{ line: MAX_LINES + 1, what: `${lines.length} lines` }] : [],
    ),
    bad: [{ 'hal/a.ts': '\n'.repeat(MAX_LINES + 1) }],
    good: [{ 'hal/a.ts': '\n'.repeat(MAX_LINES), 'README.md': '\n'.repeat(MAX_LINES + 1) }],
  },
  {
    name: 'comments hold no plans and no issue numbers',
    why: 'what is to be done stands in the issues; what was done, in the history',
    replacement: 'do it now, or write down why it is as it is',
    check: eachFile(isScript, ({ comments }) =>
      comments.flatMap(({ text, line }) => {
        const match = /\b(TODO|FIXME|XXX|HACK)\b|(?<![\w&])#\d+\b|\b[Ii]ssue #?\d+/.exec(text);
        return match === null ? [] : [{ line, what: match[0] }];
      }),
    ),
    bad: [
      { 'hal/a.ts': '// TODO: more' },
      { 'hal/a.ts': '/* FIXME */' },
      { 'hal/a.ts': '// see #12' },
      { 'hal/a.ts': '// as issue 2 says' },
    ],
    good: [{ 'hal/a.ts': "// CUPS calls it todo-list? No: `A#3882`.\nconst a = '#12 TODO';" }],
  },
  {
    name: 'no path of one machine',
    why: 'it exists nowhere else',
    replacement: 'a path from import.meta.url, a temporary folder or an option',
    check: eachLine(
      (path) => !isRule(path),
      /(?<![A-Za-z0-9_.])\/(work|farm|root|home\/[a-z]+)\/[A-Za-z.]/,
    ),
    bad: [{ 'README.md': 'see /work/main' }, { 'hal/a.ts': "const a = '/root/.npmrc';" }],
    good: [{ 'hal/a.ts': "import '../work/a.ts'; const a = 'root/b';" }],
  },
  {
    name: 'no registry or mirror by name',
    why: 'packages come from where the machine says',
    replacement: 'leave it to npm and apt',
    check: eachLine(
      (path) => !isRule(path),
      /registry\.(npmjs|yarnpkg)|npm\.pkg\.|\.debian\.org|^\s*(@\w+:)?registry\s*=/,
    ),
    bad: [
      { '.npmrc': 'registry=http://10.0.0.1:4873' },
      { 'README.md': 'from https://registry.npmjs.org/a' },
    ],
    good: [{ 'firmware/registry/a.ts': 'const registry = open(); // the registry.' }],
  },
  {
    name: 'the lock file holds no download addresses',
    why: 'they belong to the machine that wrote it',
    replacement: 'omit-lockfile-registry-resolved=true in .npmrc, and write the lock file anew',
    check: eachLine((path) => path === LOCK, /"resolved"\s*:/),
    bad: [{ [LOCK]: '{ "resolved": "https://example.org/a.tgz" }' }],
    good: [{ [LOCK]: '{ "integrity": "sha512-a" }', 'hal/a.ts': 'const a = { "resolved": 1 };' }],
  },
  {
    name: 'the lock file can be installed',
    why: 'npm ci refuses a lock file in which a package has no version',
    replacement: 'choose a version all of whose platform packages exist',
    check: (files) =>
      files
        .filter(({ path }) => path === LOCK)
        .flatMap(({ path, text }) => {
          const lacking = lackingPackages(text);
          return lacking.map((what) => ({ path, line: 1, what }));
        }),
    bad: [
      { [LOCK]: '{"packages":{"node_modules/a":{"optionalDependencies":{"b":"1.0.0"}}}}' },
      { [LOCK]: '{"packages":{"":{"dependencies":{"b":"1.0.0"}}}}' },
    ],
    good: [
      {
        [LOCK]:
          '{"packages":{"node_modules/a":{"optionalDependencies":{"b":"1.0.0"}},' +
          '"node_modules/a/node_modules/b":{"version":"1.0.0"}}}',
      },
    ],
  },
  {
    name: 'dependencies are pinned',
    why: 'two clones of one commit run the same code',
    replacement: 'the exact version',
    check: eachLine(
      (path) => path === 'package.json',
      /^\s*"[@\w/.-]+": "([~^*]|latest|[<>]=?\d.*)/,
      (file) =>
        file.text
          .replace(/"engines": \{[^}]*\}/, (block) => block.replace(/[^\n]/g, ''))
          .split('\n'),
    ),
    bad: [{ 'package.json': '{\n  "a": "^1.0.0"\n}' }, { 'package.json': '  "a": "latest"' }],
    good: [{ 'package.json': '"engines": {\n  "node": ">=20"\n},\n"a": "1.0.0"' }],
  },
  {
    name: 'text is text',
    why: 'a NUL or a carriage return makes tools see something else than people',
    replacement: 'write \\0 and \\r as escapes; keep captures in test/captures',
    check: eachLine((path) => !path.startsWith('test/captures/'), /[\0\r]/),
    bad: [{ 'hal/a.ts': 'const a = 1;\r\n' }, { '.npmrc': 'a\0b' }],
    good: [{ 'hal/a.ts': "const a = '\\r\\0';\n", 'test/captures/a.bin': '\0\r\n' }],
  },
];

/** Dependencies that a lock file names and does not hold. */
function lackingPackages(text: string): string[] {
  const lock: unknown = JSON.parse(text);
  const packages = Object.entries(membersOf(membersOf(lock)['packages']));
  const held = packages.map(([path]) => path);
  return packages.flatMap(([path, entry]) => {
    const { dependencies, optionalDependencies } = membersOf(entry);
    const names = [dependencies, optionalDependencies].flatMap((group) =>
      Object.keys(membersOf(group)),
    );
    return names
      .filter((name) => !held.some((other) => other.endsWith(`node_modules/${name}`)))
      .map((name) => `${path || 'the project'} needs ${name}`);
  });
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
