// The page's words: every language has all of them, with the same places for names and numbers, and
// nothing that a printer can say is left without words.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { halErrors } from '../../hal/errors.ts';
import { deviceReasonKeywords } from '../../monitors/contract.ts';
import { builtInMonitors } from '../../monitors/table.ts';
import { en } from '../../web/strings/en.ts';
import { pt } from '../../web/strings/pt.ts';
import { saidPt } from '../../web/strings/said-pt.ts';
import { translated } from '../../web/strings/translated.ts';

const english = new Map<string, string>(Object.entries(en));
const others = { pt: new Map<string, string>(Object.entries(pt)) } as const;
const web = fileURLToPath(new URL('../../web', import.meta.url));

/** Names, and words that both languages have. */
const same = new Set(['app.name', 'do.hold', 'reason.none', 'telling.webhook']);

/** What monitors and devices say, for each language but English, in which they say it. */
const saidIn = { pt: saidPt } as const;
/** Numbers and names that no language has another word for. */
const wordless = /^([0-9a-z]+|[dnotcr]: [A-Za-z]+|Data Terminal Ready)$/;

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

describe('the words of monitors and devices', () => {
  const forms = builtInMonitors.flatMap((monitor) => {
    const ui = monitor.initializePrintMonitorUI();
    // The page shows no others.
    if (ui.addPort.length === 0) return [];
    const fields = [...ui.addPort, ...ui.configurePort];
    const texts = fields.flatMap((field) => [
      field.label,
      field.help,
      ...(field.type === 'choice' ? field.options.map(({ label }) => label) : []),
    ]);
    return [ui.title, ui.help, ...texts];
  });
  const ofForms = new Set(forms.filter((text) => text !== '' && !wordless.test(text)));
  const faults = Object.values(halErrors).map(({ text }) => `{what} ${text}`);

  for (const [language, words] of Object.entries(saidIn)) {
    test(`${language} has each text of a built-in monitor's form, and each fault`, () => {
      const wanted = [...ofForms, ...faults];
      assert.deepEqual(
        wanted.filter((text) => !Object.hasOwn(words, text)),
        [],
      );
    });

    test(`${language} translates nothing that is no longer said`, async () => {
      const code = await productionCode();
      const known = new Set([...ofForms, ...faults]);
      const gone = Object.keys(words).filter(
        (text) => !known.has(text) && !code.includes(text.replace(/^\{why\} /, '')),
      );
      assert.deepEqual(gone, []);
    });

    test(`${language} names in each what English names`, () => {
      for (const [text, other] of Object.entries(words)) {
        assert.deepEqual(placesIn(other), placesIn(text), text);
      }
    });
  }

  test('a sentence is found with its address, its port, and what the system called it', () => {
    const say = (text: string) => translated(text, saidPt);
    assert.equal(say('h.lan is a name nobody knows'), 'h.lan é um nome que ninguém conhece');
    assert.equal(
      say('10.0.0.7:9100 refused the connection (ECONNREFUSED)'),
      '10.0.0.7:9100 recusou a ligação (ECONNREFUSED)',
    );
    assert.equal(
      say('a: the printer is out of paper; b: h:9100 is busy (EBUSY)'),
      'a: a impressora está sem papel; b: h:9100 está ocupado (EBUSY)',
    );
    const again = 'It starts again from its first byte and may print twice.';
    assert.equal(
      say(`h:9100 broke the connection (ECONNRESET) ${again}`),
      'h:9100 cortou a ligação (ECONNRESET) Recomeça do primeiro byte e pode sair duas vezes.',
    );
  });

  test('what a loaded monitor or a display says stays as it is', () => {
    for (const text of ['Relay host', 'the fuser failed', '', '; ', 'constructor', '{what} $& x']) {
      assert.equal(translated(text, saidPt), text);
    }
  });
});

/** Places of a template string are written as the page's words have them. */
async function productionCode(): Promise<string> {
  const root = join(web, '..');
  const folders = ['monitors', 'firmware/printers', 'firmware/spooler'];
  const texts = folders.map(async (folder) => {
    const names = await readdir(join(root, folder), { recursive: true });
    const code = names.filter((name) => name.endsWith('.ts'));
    return Promise.all(code.map((name) => readFile(join(root, folder, name), 'utf8')));
  });
  return (await Promise.all(texts))
    .flat()
    .join('\n')
    .replaceAll(/\$\{this\.#remoteText\(\)\}/g, '{place}')
    .replaceAll('${bounds.what}', '{what}');
}
