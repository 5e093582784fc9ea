// Rules B1, B2 and M1: who leads when nobody does, handing over and leaving in order.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { GroupState } from '../../../firmware/cluster/contract/state.ts';
import { grown } from '../../../firmware/cluster/history.ts';
import { firstTerm } from '../../../firmware/cluster/term.ts';
import {
  createSubject,
  heartbeat,
  kinds,
  owner,
  ownerInStep,
  peer,
  persistAll,
  record,
  self,
  sent,
  standby,
  startMs,
  type Subject,
  term,
} from './subject.ts';

const noLog = { term: firstTerm(1), seq: 0 };

function booting(counter = 7, change: Partial<GroupState> = {}): Subject {
  const subject = createSubject();
  const durable = { ...subject.state.durable, term: term(counter, peer) };
  subject.state = { ...subject.state, durable, ...change };
  return subject;
}

describe('B1', () => {
  const rows = [
    { what: 'the greater term asks', beat: { term: term(6) }, asks: true },
    { what: 'the lower one does not', beat: { term: term(8) }, asks: false },
    { what: 'with one term, the longer log asks', beat: {}, asks: true, log: 1 },
    {
      what: 'the shorter one does not',
      beat: { logEnd: { term: term(7), seq: 4 } },
      asks: false,
      log: 1,
    },
    { what: 'a peer that yields is asked', beat: { term: term(7), yields: true }, asks: true },
    {
      what: 'a peer that leaves is asked, however long its log is',
      beat: { logEnd: { term: term(7), seq: 4 }, yields: true, leaves: true },
      asks: true,
    },
    { what: 'an owner of this term is not', beat: { role: 'owner' as const }, asks: false },
    {
      what: 'an owner of a lower term is asked at a start',
      beat: { role: 'owner' as const, term: term(6) },
      asks: true,
    },
  ];
  for (const { what, beat, asks, log = 0 } of rows) {
    test(what, () => {
      const subject = booting();
      if (log > 0) {
        subject.state = { ...subject.state, log: grown(subject.state.log, [record(1, term(7))]) };
      }
      const effects = subject.hear(heartbeat({ role: 'boot', ...beat }));
      assert.equal(sent(effects, 'ask').length, asks ? 1 : 0);
    });
  }

  test('with one term, a log of the pairing before asks where the other has none', () => {
    const old = { generation: 0, counter: 3, node: peer };
    const subject = booting();
    subject.state = { ...subject.state, log: grown(subject.state.log, [record(1, old)]) };
    assert.equal(sent(subject.hear(heartbeat({ role: 'boot' })), 'ask').length, 1);
    const newcomer = booting();
    const beat = heartbeat({ role: 'boot', logEnd: { term: old, seq: 1 } });
    assert.deepEqual(sent(newcomer.hear(beat), 'ask'), []);
  });

  test('a box that is new to the group asks only a peer that has nothing more of it', () => {
    const newcomer = () => {
      const { durable } = booting().state;
      return booting(7, { durable: { ...durable, joined: false } });
    };
    const more = { logEnd: { term: term(6), seq: 4 }, yields: true, term: term(6) };
    const asks = (beat: Parameters<typeof heartbeat>[0]) =>
      sent(newcomer().hear(heartbeat({ role: 'boot', ...beat })), 'ask').length;
    assert.equal(asks(more), 0);
    assert.equal(asks({ ...more, logEnd: noLog }), 1);
  });

  test('nor does it lead alone before it heard the peer, or was in step', () => {
    const silent = { ownerUntilMs: startMs - 1 };
    const subject = standby(silent, true);
    const { durable, witness } = subject.state;
    subject.state = {
      ...subject.state,
      durable: { ...durable, joined: false },
      witness: { ...witness, connected: true, usableFromMs: startMs - 60_000 },
    };
    assert.deepEqual(sent(subject.tick(), 'claim'), []);
    subject.hear({ kind: 'step', term: term(7), epoch: 1, seq: 0 });
    persistAll(subject);
    assert.equal(sent(subject.tick(), 'claim').length, 1);
  });

  test('the peer adopts the term, durably, before it grants it', () => {
    const subject = standby();
    const ask = { kind: 'ask', term: term(9), knows: term(7) } as const;
    assert.deepEqual(sent(subject.hear(ask), 'grant'), []);
    persistAll(subject);
    const [grant] = sent(subject.hear(ask, { seq: 77 }), 'grant');
    assert.deepEqual([grant?.boot, grant?.seq], [5, 77]);
  });

  test('it grants nothing while something of an older ownership is open', () => {
    const subject = owner();
    const ask = { kind: 'ask', term: term(9), knows: term(8) } as const;
    subject.hear(ask);
    persistAll(subject);
    assert.deepEqual(sent(subject.hear(ask), 'grant'), []);
    subject.feed({ kind: 'fence-done', id: subject.state.fencing ?? 0 });
    assert.equal(sent(subject.hear(ask), 'grant').length, 1);
  });

  test('an owner gives way only to one that knows of a higher term', () => {
    const subject = owner();
    subject.hear({ kind: 'ask', term: term(9), knows: term(6) });
    assert.equal(subject.state.role, 'owner');
  });

  test('with the grant the term is owned; clean where the peer has nothing unknown', () => {
    for (const [logEnd, clean] of [
      [noLog, true],
      [{ term: term(6), seq: 2 }, false],
    ] as const) {
      const subject = booting();
      subject.hear(heartbeat({ role: 'boot', term: term(6) }));
      const { claim } = subject.state;
      assert.ok(claim !== undefined);
      subject.wait(30);
      const effects = subject.hear({
        kind: 'grant',
        term: claim.term,
        boot: 3,
        seq: claim.seq,
        logEnd,
      });
      const takeover = effects.find(({ kind }) => kind === 'take-over');
      assert.deepEqual(takeover, { kind: 'take-over', term: claim.term, clean });
      assert.equal(subject.state.leaseUntilMs, startMs + 600);
    }
  });
});

describe('R6 with a box in the place of the peer', () => {
  for (const [mode, clean] of [
    ['exposed', true],
    ['outdated', false],
  ] as const) {
    test(`its empty log says nothing: ${clean ? 'clean' : 'not clean'} where ${mode}`, () => {
      const subject = booting();
      const { durable, log } = subject.state;
      const grownLog = grown(log, [record(1, term(3))]);
      subject.state = { ...subject.state, durable: { ...durable, mode }, log: grownLog };
      subject.hear(heartbeat({ role: 'boot' }));
      const { claim } = subject.state;
      assert.ok(claim !== undefined);
      const { seq, term: asked } = claim;
      const grant = { kind: 'grant', term: asked, boot: 3, seq, logEnd: noLog } as const;
      const takeover = subject.hear(grant).find(({ kind }) => kind === 'take-over');
      assert.deepEqual(takeover, { kind: 'take-over', term: asked, clean, replaced: true });
    });
  }
});

describe('B2', () => {
  test('alone, a start waits a minute after its arbiter first answered', () => {
    const subject = booting();
    subject.wait(100_000);
    subject.tick();
    assert.equal(subject.state.role, 'boot');
    subject.feed({ kind: 'arbiter-replied', askedAtMs: subject.nowMs });
    subject.wait(59_999);
    subject.tick();
    assert.equal(subject.state.role, 'boot');
    subject.wait(1);
    subject.tick();
    assert.equal(subject.state.role, 'standby');
  });

  test('with the peer’s promise on disk it owns the group at once, and clean', () => {
    const subject = booting();
    const durable = { ...subject.state.durable, peerPromised: true };
    subject.state = { ...subject.state, durable };
    const takeover = subject.tick().find(({ kind }) => kind === 'take-over');
    assert.ok(takeover?.kind === 'take-over' && takeover.clean);
    assert.equal(subject.live(), true);
  });
});

describe('M1', () => {
  test('a move is refused where the standby is not in step', () => {
    const effects = owner().feed({ kind: 'move', timeoutMs: 1_000 });
    assert.deepEqual(effects, [{ kind: 'move-refused', reason: 'not-in-step' }]);
  });

  test('it drains, waits for commits, fences, and tells the peer when nothing is open', () => {
    const subject = ownerInStep({ commits: [{ id: 1, seq: undefined, needsBoth: false }] });
    assert.deepEqual(kinds(subject.feed({ kind: 'move', timeoutMs: 1_000 })), ['drain']);
    assert.equal(subject.live(), true);
    subject.feed({ kind: 'drained' });
    assert.equal(subject.state.role, 'draining');
    subject.state = { ...subject.state, commits: [] };
    assert.ok(kinds(subject.feed({ kind: 'drained' })).includes('fence'));
    subject.feed({ kind: 'fence-done', id: subject.state.fencing ?? 0 });
    const [beat] = sent(subject.tick(), 'heartbeat');
    assert.deepEqual([beat?.role, beat?.yields], ['standby', true]);
  });

  test('at the deadline what still prints is reset', () => {
    const subject = ownerInStep();
    subject.feed({ kind: 'move', timeoutMs: 300 });
    subject.wait(300);
    assert.ok(kinds(subject.tick()).includes('fence'));
  });
});

describe('orderly leave', () => {
  test('a standby stores its promise before it says so, and takes over nothing', () => {
    const subject = standby({ nextBeatAtMs: Infinity });
    const following = { ...subject.state.following, inStep: true, confirmedSentAtMs: startMs };
    subject.state = { ...subject.state, following: { ...following, epoch: 4 } };
    subject.feed({ kind: 'leave' });
    assert.deepEqual(sent(subject.tick(), 'promise'), []);
    persistAll(subject);
    assert.equal(sent(subject.tick(), 'promise')[0]?.epoch, 4);
    assert.equal(subject.state.durable.promised, true);
    subject.hear(heartbeat({ role: 'standby', yields: true }));
    assert.equal(subject.state.claim, undefined);
  });

  test('the owner stores it before it answers, and believes none of an older attempt', () => {
    const subject = ownerInStep();
    const promise = { kind: 'promise', term: term(7, self), epoch: 4 } as const;
    assert.deepEqual(subject.hear({ ...promise, epoch: 3 }), []);
    assert.deepEqual(kinds(subject.hear(promise)), ['persist']);
    assert.equal(sent(persistAll(subject), 'promise-kept').length, 1);
    assert.equal(subject.state.durable.peerPromised, true);
  });
});

test('a node that its peer refuses as unpaired releases its groups', () => {
  const subject = owner();
  assert.ok(kinds(subject.feed({ kind: 'unpaired' })).includes('fence'));
  subject.hear(heartbeat({ role: 'standby', yields: true }));
  assert.deepEqual(subject.tick(), []);
  assert.equal(subject.state.role, 'standby');
});
