// Which names files and directories may have: nothing that leaves its folder, deceives the eye, or
// is another name on another system.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import {
  foldFileName,
  nameProblem,
  parseDirectory,
  parseFilePlace,
} from '../../firmware/queue-files/names.ts';

describe('names of files', () => {
  for (const name of ['Hpclrlsr.icm', 'a', 'Büro 2.ppd', '日本語.strings', 'x-1_(2)+[3].zip']) {
    test(`${name} is one`, () => assert.equal(nameProblem(name), undefined));
  }

  const wrong: Readonly<Record<string, readonly string[]>> = {
    'leads elsewhere': ['..', '.', '../x', 'a/b', 'a\\b', '/etc/passwd', 'C:x', 'x:stream'],
    'is a device': ['CON', 'con.icm', 'NUL', 'Aux.txt', 'COM1', 'lpt9.icc', 'COM¹', 'CONIN$'],
    'hides something': ['a\u202egpj.exe', 'a\u200bb', 'a\u0000b', 'a\nb', '\ufeffa', 'a\u2028'],
    'is another form': ['a\uff0fb', '\u2024\u2024', 'e\u0301', '\ufb01le', '\uff21', 'a\u00a0b'],
    'ends badly': ['a.', 'a ', ' a', '.hidden', ''],
    'is too long': ['x'.repeat(201), 'ä'.repeat(101)],
    'is no Unicode': ['\ud800', 'a\udfff'],
    'is kept by Windows': ['a*', 'a?', '<a', 'a"b', 'a|b'],
  };
  for (const [why, names] of Object.entries(wrong)) {
    test(`what ${why} is none`, () => {
      for (const name of names) assert.notEqual(nameProblem(name), undefined, JSON.stringify(name));
    });
  }

  test('a name that is taken is one segment of any path, whatever it was made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (name) => {
        if (nameProblem(name) !== undefined) return;
        assert.ok(!/[/\\\0]/.test(name) && name !== '..' && name !== '.');
        assert.equal(name, name.normalize('NFKC'));
        assert.equal(encodeURIComponent(name).includes('%2F'), false);
      }),
    );
  });

  test('names that some file system takes for one are one', () => {
    const same = [
      ['Press.ICC', 'press.icc'],
      ['straße', 'STRASSE'],
      ['ΣΑΣ', 'σας'],
      ['İ', 'i̇'],
    ] as const;
    for (const [a, b] of same) assert.equal(foldFileName(a), foldFileName(b), `${a} ${b}`);
    assert.notEqual(foldFileName('a'), foldFileName('b'));
  });
});

describe('directories', () => {
  test('are parts below the share, by either separator', () => {
    assert.deepEqual(parseDirectory('Color'), { kind: 'directory', parts: ['Color'] });
    assert.deepEqual(parseDirectory('a/b\\c'), { kind: 'directory', parts: ['a', 'b', 'c'] });
  });

  for (const text of [
    '',
    '/',
    '/etc',
    '\\\\host\\share',
    'C:\\x',
    'c:x',
    'a/../b',
    '..',
    'a//b',
    'a/',
    'NUL/x',
    'a/b/c/d/e/f/g/h/i',
  ]) {
    test(`${JSON.stringify(text)} is none`, () => {
      assert.equal(parseDirectory(text).kind, 'wrong');
    });
  }

  test('a file is named by directory and name', () => {
    assert.deepEqual(parseFilePlace('a/b/c.icc'), { directory: 'a\\b', name: 'c.icc' });
    assert.equal(parseFilePlace('c.icc'), undefined);
  });
});
