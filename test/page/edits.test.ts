// What two editors of the same thing get: nothing that one typed is lost, nothing that the other
// changed is overwritten by fields that nobody touched.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { joined, namesOfChanges } from '../../web/state/edits.ts';

const fields = ['location', 'description', 'logIn', 'rawIdle'].map((name) => ({ name }));

describe('two editors', () => {
  test('an emptied field and one that never was are the same', () => {
    const before = { location: '', logIn: false, rawIdle: 5 };
    assert.deepEqual(namesOfChanges(fields, before, { description: '' }), ['rawIdle']);
    assert.deepEqual(namesOfChanges(fields, before, { ...before, logIn: true }), ['logIn']);
    assert.deepEqual(namesOfChanges(fields, { rawIdle: 0 }, {}), ['rawIdle']);
  });

  test('what was typed stands over the rest as the other one made it', () => {
    const before = { location: 'here', description: 'old', logIn: false, rawIdle: 5 };
    const typed = { location: 'mine', description: 'old', logIn: false };
    const theirs = { location: 'theirs', description: 'new', logIn: true, rawIdle: 9 };
    assert.deepEqual(joined(fields, { before, typed, theirs }), {
      location: 'mine',
      description: 'new',
      logIn: true,
    });
  });
});
