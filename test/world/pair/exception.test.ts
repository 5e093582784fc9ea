// The one named exception of PAIR.md: where it begins and ends; and in which order ownerships act.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Term } from '../../../firmware/store/contract.ts';
import { type Hearing, isException, type Takeover, takeoverBy } from './exception.ts';
import { createOrder } from './order.ts';

const term = (counter: number, node: string): Term => ({ generation: 1, counter, node });

/** A moment at which nothing was heard of the peer, nor of its kernel, for so long. */
function silentFor(silentMs: number, atMs: number): Hearing {
  return { atMs, heardAtMs: atMs - silentMs, answeredAtMs: atMs - silentMs };
}

/** An owner since the start, which an arbiter last let go on at 10 s. */
function older(change: Partial<Takeover> = {}): Takeover {
  const takeover = takeoverBy(term(1, 'b'), 'grant', silentFor(0, 500));
  return { ...takeover, arbiter: silentFor(3_000, 10_000), ...change };
}

/** One by unanswered probes and an arbiter, at 8 s. */
function newer(change: Partial<Takeover> = {}): Takeover {
  return { ...takeoverBy(term(2, 'a'), 'arbiter', silentFor(900, 8_000)), ...change };
}

describe('the one named exception', () => {
  test('an arbiter lets both act, and neither hears the other', () => {
    assert.equal(isException(older(), newer(), 10_100), true);
    assert.equal(isException(newer(), older(), 10_100), true);
  });

  test('both take over at about the same time, after a move: N2 on each side', () => {
    const first = takeoverBy(term(2, 'a'), 'arbiter', silentFor(700, 6_088));
    const second = takeoverBy(term(2, 'b'), 'arbiter', silentFor(706, 6_090));
    assert.equal(isException(first, second, 6_091), true);
  });

  const rows: readonly { what: string; a?: Takeover; b?: Takeover; atMs?: number }[] = [
    { what: 'the later one heard the other', b: newer(silentFor(500, 8_000)) },
    { what: 'its kernel answered', b: newer({ answeredAtMs: 7_900 }) },
    { what: 'the later one had its term otherwise', b: newer({ by: 'witness' }) },
    { what: 'the earlier one heard the other', a: older({ arbiter: silentFor(200, 10_000) }) },
    { what: 'no arbiter let the earlier one go on', a: older({ arbiter: undefined }) },
    { what: 'its last answer is longer ago than any lease', atMs: 15_000 },
    { what: 'the later one owned nothing yet', atMs: 7_900 },
  ];
  for (const { what, a = older(), b = newer(), atMs = 10_100 } of rows) {
    test(`not where ${what}`, () => assert.equal(isException(a, b, atMs), false));
  }
});

describe('the order of ownerships', () => {
  const b = { node: 'b', term: term(1, 'b') };
  const a = { node: 'a', term: term(2, 'a') };

  test('none acts again once another one has', () => {
    const order = createOrder(() => false);
    assert.equal(order.act(b).kind, 'in-order');
    assert.equal(order.act(a).kind, 'in-order');
    assert.deepEqual(order.act(b), { kind: 'over', since: a });
  });

  test('who acts by the exception ends nobody’s ownership', () => {
    let excepted = true;
    const order = createOrder(() => excepted);
    order.act(a);
    assert.equal(order.act(b).kind, 'excepted');
    excepted = false;
    assert.equal(order.act(a).kind, 'in-order');
  });
});
