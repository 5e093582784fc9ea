// The page's words: every language has all of them, with the same places for names and numbers, and
// nothing that a printer can say is left without words.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { deviceReasonKeywords } from '../../monitors/contract.ts';
import { en } from '../../web/strings/en.ts';
import { pt } from '../../web/strings/pt.ts';

const english = new Map<string, string>(Object.entries(en));
const others = { pt: new Map<string, string>(Object.entries(pt)) } as const;
const web = fileURLToPath(new URL('../../web', import.meta.url));

/** Names, and words that both languages have. */
const same = new Set(['app.name', 'do.hold', 'reason.none', 'telling.webhook']);

function placesIn(text: string | undefined): readonly string[] {
  return [...(text ?? '').matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).toSorted();
}

async function sources(): Promise<string> {
  const names = await readdir(web, { recursive: true });
  const code = names.filter((name) => /\.tsx?$/.test(name) && !name.startsWith('strings'));
  return (await Promise.all(code.map((name) => readFile(join(web, name), 'utf8')))).join('\n');
}

describe('the words of the page', () => {
  for (const [language, words] of Object.entries(others)) {
    test(`${language} has every text, and no other`, () => {
      assert.deepEqual([...words.keys()].toSorted(), [...english.keys()].toSorted());
    });

    test(`${language} names in each text what English names`, () => {
      for (const [key, text] of english) {
        assert.deepEqual(placesIn(words.get(key)), placesIn(text), key);
      }
    });

    test(`${language} leaves nothing in English`, () => {
      const untranslated = [...english].filter(
        ([key, text]) => !same.has(key) && words.get(key) === text,
      );
      assert.deepEqual(untranslated, []);
    });
  }

  test('each is used', async () => {
    const code = await sources();
    // `t(`job.${state}`)` uses all that begin so; a table of rows names a whole key.
    const begun = [...code.matchAll(/`([a-z][a-z-]*(?:\.[a-z-]+)*[.-])\$\{/g)].map(
      ([, start = '']) => start,
    );
    const unused = [...english.keys()].filter(
      (key) => !code.includes(`'${key}'`) && !begun.some((start) => key.startsWith(start)),
    );
    assert.deepEqual(unused, []);
  });

  test('whatever a printer says has words', () => {
    const said = [
      ...deviceReasonKeywords.map((keyword) => keyword.replace(/-report$/, '')),
      'moving-to-paused',
      'hold-new-jobs',
      'spool-area-full',
    ];
    for (const keyword of said) assert.ok(english.has(`reason.${keyword}`), keyword);
  });
});
