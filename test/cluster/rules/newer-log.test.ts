// A log that begins with a snapshot, beside one that lacks it: a box that comes back after another
// one was paired in its place leads nothing, and what only it knows is handed over.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { emptyLog, grown } from '../../../firmware/cluster/history.ts';
import type { LogShape } from '../../../firmware/cluster/contract/state.ts';
import {
  heartbeat,
  kinds,
  owner,
  peer,
  persistAll,
  record,
  self,
  sent,
  standby,
  term,
} from './subject.ts';

const mine = term(7, self);
const old = term(3, peer);
const records = (count: number, of = old) =>
  Array.from({ length: count }, (_, index) => record(index + 1, of));

/** Of the box that went on: up to 60, all before 50 in a snapshot. */
const begin = { term: term(5, peer), seq: 50 };
const newer: LogShape = {
  begin,
  end: { ...begin, seq: 60 },
  history: [
    { term: old, firstSeq: 1 },
    { term: begin.term, firstSeq: 31 },
  ],
};
const short = grown(emptyLog(old), records(30));

describe('a node that lacks what its peer’s log begins with', () => {
  const beat = heartbeat({ role: 'boot', term: term(2), logEnd: newer.end, logBegin: begin });
  const durable = { ...standby().state.durable, joined: true };

  test('asks for no term, though its own is higher, and remembers that it is as new', () => {
    const subject = standby({ role: 'boot', log: short, durable });
    const effects = subject.hear(beat);
    assert.deepEqual(sent(effects, 'ask'), []);
    assert.ok(kinds(effects).includes('persist'));
    assert.equal(subject.state.durable.joined, false);
    persistAll(subject);
    const [told] = sent(subject.tick(), 'heartbeat');
    assert.equal(told?.leaves, true, 'so that the other one leads');
  });

  test('gives up what it owns', () => {
    const subject = owner({ log: short, durable: { ...owner().state.durable, joined: true } });
    const effects = kinds(subject.hear(beat));
    assert.ok(effects.includes('stand-by'));
    assert.equal(subject.state.role, 'standby');
    assert.equal(subject.state.durable.joined, false);
  });

  test('… but for one whose log begins later itself: somebody must lead', () => {
    const later = {
      begin: { term: term(9, self), seq: 40 },
      end: { term: term(9, self), seq: 45 },
    };
    for (const [own, gives] of [
      [later.begin, false],
      [{ term: old, seq: 20 }, true],
    ] as const) {
      const log = { begin: own, end: later.end, history: [{ term: own.term, firstSeq: 1 }] };
      const subject = owner({ log, durable: { ...owner().state.durable, joined: true } });
      assert.equal(kinds(subject.hear(beat)).includes('stand-by'), gives);
      assert.equal(subject.state.durable.joined, !gives);
    }
  });

  test('asks as ever where it has all of that, or the peer’s log is whole', () => {
    const whole = { ...heartbeat({ role: 'boot', term: term(2), logEnd: short.end }) };
    const has: LogShape = { ...newer, begin: undefined };
    for (const [log, said] of [
      [short, whole],
      [has, beat],
    ] as const) {
      const subject = standby({ role: 'boot', log, durable });
      const effects = subject.hear(said);
      assert.equal(sent(effects, 'ask').length, 1);
      assert.equal(subject.state.durable.joined, true);
    }
  });
});

describe('the node whose log begins with a snapshot', () => {
  test('says so, and leads where the other one lacks it', () => {
    const durable = { ...standby().state.durable, joined: true };
    const subject = standby({ role: 'boot', log: newer, durable });
    const higher = heartbeat({ role: 'boot', term: term(9), logEnd: short.end, leaves: true });
    subject.hear(higher);
    persistAll(subject);
    assert.equal(sent(subject.hear(higher), 'ask').length, 1);
    const [told] = sent(subject.tick(), 'heartbeat');
    assert.deepEqual(told?.logBegin, begin);
  });

  test('learns from its disk where that is by now', () => {
    const subject = owner({ log: grown(emptyLog(mine), records(60, mine)) });
    const at = { term: mine, seq: 40 };
    subject.feed({ kind: 'log-begins', begin: at });
    assert.deepEqual(subject.state.log.begin, at);
    const [told] = sent(subject.tick(), 'heartbeat');
    assert.deepEqual(told?.logBegin, at);
  });

  test('is never cut before it', () => {
    const subject = standby({ log: newer });
    const fork = { term: old, seq: 30 };
    assert.deepEqual(subject.hear({ kind: 'tail-taken', term: term(7), fork }), []);
    const later = { term: begin.term, seq: 55 };
    const effects = subject.hear({ kind: 'tail-taken', term: term(7), fork: later });
    assert.deepEqual(effects, [{ kind: 'cut-log', fork: later }]);
  });
});
