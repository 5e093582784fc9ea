// The house rules, held by a test: each finding names its place and what to write instead.

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';

import { readProject } from './tidy/project.ts';
import type { Example, Rule } from './tidy/rule.ts';
import { rules } from './tidy/rules.ts';
import { makeSource } from './tidy/source.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

describe('the project keeps the house rule', async () => {
  const files = await readProject(root);
  for (const rule of rules) {
    test(rule.name, () => {
      const found = rule.check(files).map(({ path, line, what }) => `  ${path}:${line}: ${what}`);
      const advice = `${rule.name}: ${rule.why}\n  instead: ${rule.replacement}`;
      assert.ok(found.length === 0, `${advice}\n${found.join('\n')}`);
    });
  }
});

describe('the house rule can fail', () => {
  for (const rule of rules) {
    test(rule.name, () => {
      for (const example of rule.bad) {
        assert.notEqual(checkExample(rule, example), '', `not found: ${JSON.stringify(example)}`);
      }
      for (const example of rule.good) {
        assert.equal(checkExample(rule, example), '', `found: ${JSON.stringify(example)}`);
      }
    });
  }
});

describe('tokens', () => {
  test('strings, templates, expressions and comments are told apart', () => {
    const text = 'a(`x${b ? `y${c}` : "}"}z`); // d\ne = f / g; h = /[/"]i/.test(j);';
    const { tokens, comments } = makeSource('hal/a.ts', text);
    const words = tokens.filter((token) => token.kind === 'word').map((token) => token.text);
    assert.deepEqual(words, ['a', 'b', 'c', 'e', 'f', 'g', 'h', 'test', 'j']);
    assert.deepEqual(
      comments.map((token) => token.text),
      ['// d'],
    );
    assert.deepEqual(
      tokens.filter((token) => token.kind === 'regex').map((token) => [token.text, token.line]),
      [['/[/"]i/', 2]],
    );
    assert.ok(tokens.at(-1)?.depth === 0 && tokens.at(-3)?.depth === 1);
  });

  test('imports of each form are found with line, names and target', () => {
    const text = [
      "import a, { b as c, type D } from './x.ts';",
      "import type { E } from '../y/z.ts';",
      "export * as f from 'lib';",
      "const w = new Worker(new URL('./worker.ts', import.meta.url));",
      "const r = new URL('..', import.meta.url);",
      "const m = await import('./late.ts');",
      "const { from } = { from: 'nowhere' };",
    ].join('\n');
    const { imports } = makeSource('firmware/room/a.ts', text);
    assert.deepEqual(
      imports.map(({ target, specifier, line, typeOnly }) => [target ?? specifier, line, typeOnly]),
      [
        ['firmware/room/x.ts', 1, false],
        ['firmware/y/z.ts', 2, true],
        ['lib', 3, false],
        ['firmware/room/worker.ts', 4, false],
        ['firmware/room/late.ts', 6, false],
      ],
    );
    assert.deepEqual(imports[0]?.names, ['a', 'b', 'D']);
  });
});

function checkExample(rule: Rule, example: Example): string {
  const files = Object.entries(example).map(([path, text]) => makeSource(path, text));
  return rule
    .check(files)
    .map(({ path, line, what }) => `${path}:${line}: ${what}`)
    .join('\n');
}
