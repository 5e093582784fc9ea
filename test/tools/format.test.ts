// Shows that wide comments are broken by paragraph, and that nothing else is touched.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { wrapComments } from '../../tools/format/wrap-comments.ts';

const wide = `${'word '.repeat(22)}end.`;

describe('wide comments', () => {
  test('a paragraph is broken anew up to its end', () => {
    const text = `  // ${wide}\n  // More of it.\n  //\n  // Another paragraph.\n  code();\n`;
    const lines = wrapComments(text).split('\n');
    assert.ok(lines.every((line) => line.length <= 100));
    assert.match(lines[1] ?? '', /^ {2}\/\/ word word word end\. More of it\.$/);
    assert.deepEqual(lines.slice(2), ['  //', '  // Another paragraph.', '  code();', '']);
  });

  test('a docstring of one line becomes one of several', () => {
    const lines = wrapComments(`  /** ${wide} */\n  a: 1;`).split('\n');
    assert.deepEqual([lines[0], lines[3], lines[4]], ['  /**', '   */', '  a: 1;']);
    assert.match(lines[1] ?? '', /^ {3}\* word/);
    assert.ok(lines.every((line) => line.length <= 100));
  });

  test('a list in a docstring keeps its points', () => {
    const text = `/**\n * ${wide}\n * - one\n * - two\n */`;
    assert.deepEqual(wrapComments(text).split('\n').slice(-3), [' * - one', ' * - two', ' */']);
  });

  test('narrow comments and wide code stay as they are', () => {
    const text = `// Short.\n// Lines.\nconst a = '${wide}';\n/** Short. */\n`;
    assert.equal(wrapComments(text), text);
  });

  test('doing it twice changes nothing more', () => {
    const once = wrapComments(`// ${wide} ${wide}\n/** ${wide} */`);
    assert.equal(wrapComments(once), once);
  });
});
