// What a group's machine remembers, over a restart and into another pairing.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeMemory, encodeMemory } from '../../firmware/cluster/host/memory.ts';
import { freshDurable } from '../../firmware/cluster/start.ts';
import { compareTerms } from '../../firmware/cluster/term.ts';

const durable = {
  term: { generation: 3, counter: 7, node: 'a' },
  reservedCounter: 16,
  mode: 'in-step',
  waitFromSeq: 5,
  peerPromised: true,
  promised: true,
  joined: true,
} as const;

describe('the memory of a group', () => {
  test('is what it was, in the same pairing', () => {
    assert.deepEqual(decodeMemory(encodeMemory(durable), 3), durable);
  });

  test('is fresh where there is none', () => {
    assert.deepEqual(decodeMemory(undefined, 3), freshDurable(3));
  });

  test('in another pairing holds no promise, and comes before a box that is new to it', () => {
    const carried = decodeMemory(encodeMemory(durable), 4);
    const { term, joined, reservedCounter, mode, peerPromised, promised } = carried;
    assert.equal(joined, true);
    assert.deepEqual(
      { reservedCounter, mode, peerPromised, promised },
      { reservedCounter: 16, mode: 'outdated', peerPromised: false, promised: false },
    );
    assert.ok(compareTerms(term, freshDurable(4).term) > 0);
    assert.ok(compareTerms(term, durable.term) > 0);
  });

  test('in another pairing still says that this node had gone on alone', () => {
    const alone = { ...durable, mode: 'exposed' } as const;
    assert.equal(decodeMemory(encodeMemory(alone), 4).mode, 'exposed');
  });

  test('of a release before this one is of a box that had the group', () => {
    const { joined, ...before } = durable;
    assert.equal(joined, true);
    assert.deepEqual(decodeMemory(JSON.stringify(before), 3), durable);
  });

  test('that can’t be read is guessed by nobody', () => {
    assert.throws(() => decodeMemory('{}', 3));
  });
});
