// Rules T1 to T6, live() and fence(): terms, the lease by echo, the signs of an owner.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { D, nextTerm } from '../../../firmware/cluster/rules/terms.ts';
import { wakeAtMs } from '../../../firmware/cluster/tick.ts';
import { clusterLimits } from '../../../firmware/limits/cluster-limits.ts';
import { compareTerms, firstTerm, sameTerm } from '../../../firmware/cluster/term.ts';
import {
  createSubject,
  heartbeat,
  kinds,
  owner,
  peer,
  persistAll,
  self,
  sent,
  standby,
  startMs,
  term,
} from './subject.ts';

const noLog = { term: firstTerm(1), seq: 0 };

describe('live()', () => {
  const rows = [
    { what: 'an owner with a fresh lease', change: {}, live: true },
    { what: 'an owner whose lease is over', change: { leaseUntilMs: startMs }, live: false },
    { what: 'an owner that waits for an older lease', change: { writeFromMs: startMs + 1 } },
    { what: 'a draining owner', change: { role: 'draining' as const }, live: true },
    { what: 'a claimant', change: { role: 'claiming' as const } },
    { what: 'an owner whose fence is under way', change: { fencing: 9 } },
    { what: 'an unpaired owner', change: { unpaired: true } },
  ];
  for (const { what, change, live = false } of rows) {
    test(`${what}: ${live}`, () => assert.equal(owner(change).live(), live));
  }

  test('an owner whose peer promised to take nothing over needs no lease', () => {
    const subject = owner({ leaseUntilMs: 0 });
    subject.state = {
      ...subject.state,
      durable: { ...subject.state.durable, peerPromised: true },
    };
    assert.equal(subject.live(), true);
  });
});

describe('fence()', () => {
  test('the end of a lease resets sockets, deletes addresses and fails what waits', () => {
    const subject = owner({ commits: [{ id: 1, seq: undefined, needsBoth: false }] });
    subject.wait(600);
    const effects = subject.tick();
    assert.deepEqual(kinds(effects).slice(0, 2), ['commit-failed', 'fence']);
    assert.equal(subject.live(), false);
    assert.equal(subject.state.role, 'owner');
  });

  test('after a renewal of the address the lease is checked again', () => {
    const subject = owner();
    subject.nowMs += 700;
    assert.deepEqual(kinds(subject.feed({ kind: 'address-renewed' })), ['fence']);
  });
});

describe('terms', () => {
  test('they compare by generation, counter and node', () => {
    const later = { generation: 2, counter: 0, node: '' };
    assert.ok(compareTerms(later, term(9)) > 0);
    assert.ok(compareTerms(term(8), term(9)) < 0);
    assert.ok(compareTerms(term(8, 'a'), term(8, 'b')) < 0);
  });

  test('two nodes never name the same one, and none that may have been used', () => {
    const subject = standby({ highestCounter: 12 });
    assert.deepEqual(nextTerm(subject.state), term(13, self));
    assert.equal(nextTerm({ ...subject.state, highestCounter: 99 }), undefined);
  });

  test('counters are reserved on disk ahead', () => {
    const subject = standby({ highestCounter: 39 });
    assert.deepEqual(
      subject.tick().flatMap((effect) => (effect.kind === 'persist' ? [effect.durable] : []))[0]
        ?.reservedCounter,
      55,
    );
    persistAll(subject);
    assert.equal(subject.state.reservedCounter, 55);
  });

  test('D is longer than a lease on a clock that is 2 % slower', () => {
    assert.equal(Math.round(D(600)), 712);
  });
});

describe('T1', () => {
  test('a higher term is adopted, and an owner fences before anything else', () => {
    const subject = owner();
    const effects = subject.hear(heartbeat({ term: term(8) }));
    assert.equal(kinds(effects)[0], 'fence');
    assert.equal(subject.state.role, 'standby');
    assert.ok(sameTerm(subject.state.durable.term, term(8)));
    assert.equal(subject.live(), false);
  });

  test('its wait begins anew, for the longest lease that anyone may hold', () => {
    const subject = standby();
    subject.hear(heartbeat({ term: term(8), role: 'standby' }));
    assert.equal(subject.state.ownerUntilMs, startMs + D(2_400));
  });

  test('a lower term, another generation, a retained message change nothing', () => {
    const subject = standby();
    const before = subject.state.durable;
    subject.hear(heartbeat({ term: term(6) }));
    subject.hear(heartbeat({ term: term(8) }), { generation: 2 });
    subject.hear(heartbeat({ term: term(8) }), { retained: true });
    assert.equal(subject.state.durable, before);
  });

  test('a supervisor’s word names a term that was owned: an owner of a lower one stops', () => {
    const subject = owner({ leaseBy: 'arbiter' });
    const word = { kind: 'fenced', boot: 5, term: term(8), toBoot: 3, seq: 1 } as const;
    assert.equal(kinds(subject.hear(word))[0], 'fence');
    assert.equal(subject.state.role, 'standby');
    assert.ok(sameTerm(subject.state.durable.term, term(8)));
  });

  test('a claim of one’s own that is not lower stays', () => {
    const claim = { term: term(9, self), sentAtMs: startMs, of: 'peer', seq: 1 } as const;
    const subject = standby({ role: 'claiming', claim });
    subject.hear(heartbeat({ term: term(9, self), role: 'standby' }));
    assert.equal(subject.state.role, 'claiming');
  });
});

describe('T2', () => {
  test('a standby echoes its owner’s heartbeat at once, with its number', () => {
    const subject = standby();
    const effects = subject.hear(heartbeat(), { seq: 44 });
    const [echo] = sent(effects, 'echo');
    assert.deepEqual([echo?.boot, echo?.seq, echo?.number], [5, 44, 1]);
    assert.equal(subject.state.ownerUntilMs, startMs + D(600));
  });

  const silent = [
    { what: 'that came through the witness', options: { path: 'witness' as const } },
    { what: 'of a lower term', beat: { term: term(6) } },
    { what: 'of a standby', beat: { role: 'standby' as const } },
    { what: 'of an earlier start', options: { boot: 4 } },
  ];
  for (const { what, beat = {}, options = {} } of silent) {
    test(`it does not echo one ${what}`, () => {
      const effects = standby().hear(heartbeat(beat), options);
      assert.deepEqual(sent(effects, 'echo'), []);
    });
  }

  test('a term is durable before it is echoed', () => {
    const subject = standby();
    assert.deepEqual(sent(subject.hear(heartbeat({ term: term(8) })), 'echo'), []);
    persistAll(subject);
    assert.equal(sent(subject.hear(heartbeat({ term: term(8) })), 'echo').length, 1);
  });

  test('a node whose peer has owned since it gave up yields no more', () => {
    const subject = standby({ yieldUntilMs: startMs + 10_000 });
    subject.hear(heartbeat());
    assert.equal(subject.state.yieldUntilMs, -Infinity);
  });

  test('a heartbeat that comes by two paths is echoed once', () => {
    const subject = standby();
    subject.hear(heartbeat(), { seq: 44 });
    assert.deepEqual(sent(subject.hear(heartbeat(), { seq: 44 }), 'echo'), []);
  });
});

describe('T3', () => {
  test('a claimant echoes nothing, and waits for the lease of who it heard', () => {
    const claim = { term: term(9, self), sentAtMs: startMs, of: 'witness', seq: 1 } as const;
    const subject = standby({ role: 'claiming', claim }, true);
    const effects = subject.hear(heartbeat());
    assert.deepEqual(sent(effects, 'echo'), []);
    assert.equal(subject.state.ownerUntilMs, startMs + D(600));
  });

  test('an owner that has not acted waits for it too', () => {
    const subject = owner();
    subject.hear(heartbeat({ term: term(6) }));
    assert.equal(subject.live(), false);
    subject.wait(713);
    subject.state = { ...subject.state, leaseUntilMs: subject.nowMs + 1 };
    assert.equal(subject.live(), true);
  });

  test('… but not for one that says its lease is over, nor for what it said before', () => {
    const subject = owner();
    subject.hear(heartbeat({ term: term(6) }), { seq: 40 });
    assert.equal(subject.live(), false);
    subject.hear(heartbeat({ term: term(6), lapsed: true }), { seq: 50 });
    assert.equal(subject.live(), true);
    // Late, from connections that were dead meanwhile.
    subject.hear(heartbeat({ term: term(6) }), { seq: 41 });
    subject.hear(heartbeat({ term: term(6) }), { path: 'witness' });
    assert.equal(subject.live(), true);
  });

  test('… nor for one that echoes this term, and has adopted it', () => {
    const subject = owner({ nextBeatAtMs: startMs });
    subject.tick();
    subject.hear(heartbeat({ term: term(6) }), { seq: 50 });
    assert.equal(subject.live(), false);
    const echo = { kind: 'echo', boot: 3, term: term(7, self), number: 1, logEnd: noLog } as const;
    subject.hear({ ...echo, seq: subject.state.directSeq });
    assert.equal(subject.live(), true);
    subject.hear(heartbeat({ term: term(6) }), { seq: 51 });
    assert.equal(subject.live(), true);
  });

  test('… whose older word counts for nothing after a newer one', () => {
    const subject = owner();
    subject.hear(heartbeat({ term: term(6) }), { seq: 50 });
    subject.hear(heartbeat({ term: term(6), lapsed: true }), { seq: 40 });
    assert.equal(subject.live(), false);
  });

  test('an owner without a lease says so, and sleeps until its next heartbeat', () => {
    const subject = owner({ leaseUntilMs: startMs, nextBeatAtMs: startMs });
    const [beat] = sent(subject.tick(), 'heartbeat');
    assert.equal(beat?.kind === 'heartbeat' && beat.lapsed, true);
    assert.equal(wakeAtMs(subject.state, subject.nowMs), startMs + clusterLimits.heartbeatMs);
    // A lease that came since is renewed on the wire at once.
    const renewed = { ...subject.state, leaseUntilMs: startMs + 600 };
    assert.equal(wakeAtMs(renewed, subject.nowMs), startMs + clusterLimits.leastTickMs);
  });

  test('an owner without a lease that hears of another one through the witness gives up', () => {
    const subject = owner({ leaseUntilMs: 0, acted: true }, true);
    const witness = { ...subject.state.witness, connected: true };
    subject.state = { ...subject.state, witness };
    subject.hear(heartbeat({ term: term(6) }), { path: 'witness' });
    assert.equal(subject.state.role, 'standby');
  });
});

describe('T4', () => {
  const echoOf = (seq: number) =>
    ({ kind: 'echo', boot: 3, term: term(7, self), seq, number: 1, logEnd: noLog }) as const;

  test('the lease runs from when the heartbeat was sent, not from when its echo came', () => {
    const subject = owner({ nextBeatAtMs: startMs });
    subject.tick();
    const { directSeq } = subject.state;
    subject.wait(400);
    subject.hear(echoOf(directSeq));
    assert.equal(subject.state.leaseUntilMs, startMs + 600);
  });

  test('an echo of another start, term or of nothing that was sent gives none', () => {
    const subject = owner({ leaseUntilMs: startMs + 1, nextBeatAtMs: startMs });
    subject.tick();
    const { directSeq } = subject.state;
    subject.hear({ ...echoOf(directSeq), boot: 2 });
    subject.hear({ ...echoOf(directSeq), term: term(6, self) });
    subject.hear(echoOf(directSeq + 1));
    assert.equal(subject.state.leaseUntilMs, startMs + 1);
  });

  test('a lease that was over comes back only if the standby did nothing unknown', () => {
    const subject = owner({ nextBeatAtMs: startMs, leaseUntilMs: startMs - 1 });
    subject.tick();
    const { directSeq } = subject.state;
    subject.hear({ ...echoOf(directSeq), logEnd: { term: term(6), seq: 3 } });
    assert.equal(subject.state.role, 'standby');
  });

  const silences = [
    { what: 'that a longer lease would have bridged counts', ms: 900, counted: 1 },
    { what: 'that the longest lease would just have bridged counts', ms: 1_790, counted: 1 },
    { what: 'that outlasts the longest lease does not', ms: 1_810, counted: 0 },
    { what: 'longer than any lease does not', ms: 3_000, counted: 0 },
  ];
  for (const { what, ms, counted } of silences) {
    test(`a lapse ${what}`, () => {
      const subject = owner({ nextBeatAtMs: startMs, leaseUntilMs: startMs - 1 });
      subject.tick();
      assert.equal(subject.state.lapses.length, 0, 'its length is not known yet');
      subject.state = { ...subject.state, lapsedAtMs: startMs + ms };
      subject.wait(ms);
      subject.state = { ...subject.state, nextBeatAtMs: startMs + ms };
      subject.tick();
      subject.hear(echoOf(subject.state.directSeq));
      assert.equal(subject.state.lapses.length, counted);
    });
  }

  test('the lease grows as lapses repeat, and shrinks when they are long ago', () => {
    const recent = [startMs - 3, startMs - 2, startMs - 1, startMs];
    const lengths = [0, 1, 2, 4].map((count) => {
      const subject = owner({ lapses: recent.slice(0, count), nextBeatAtMs: startMs });
      return sent(subject.tick(), 'heartbeat')[0]?.leaseMs;
    });
    assert.deepEqual(lengths, [600, 600, 1_200, 2_400]);
    const old = owner({ lapses: recent, nextBeatAtMs: startMs });
    old.wait(700_000);
    assert.equal(sent(old.tick(), 'heartbeat')[0]?.leaseMs, 600);
  });
});

describe('T5', () => {
  const inStep = () => {
    const subject = standby();
    const following = { ...subject.state.following, inStep: true, epoch: 2 };
    subject.state = { ...subject.state, following };
    return subject;
  };

  test('the in-step lease runs from when the confirmed echo was sent', () => {
    const subject = inStep();
    subject.hear(heartbeat({ epoch: 2 }));
    subject.wait(3_000);
    subject.hear(heartbeat({ epoch: 2, confirms: 1 }));
    assert.equal(subject.state.following.confirmedSentAtMs, startMs);
  });

  test('an owner that is exposed ends it; an older word of that does not', () => {
    const subject = inStep();
    subject.hear(heartbeat({ epoch: 1, mode: 'exposed' }));
    assert.equal(subject.state.following.inStep, true);
    subject.hear(heartbeat({ epoch: 3, mode: 'exposed' }));
    assert.equal(subject.state.following.inStep, false);
  });
});

describe('T6', () => {
  test('a closed connection starts the probing, and nothing else', () => {
    const subject = standby({ ownerUntilMs: startMs + 700 });
    subject.feed({ kind: 'peer-closed' });
    assert.equal(subject.state.role, 'standby');
    assert.ok(kinds(subject.tick()).includes('probe'));
  });

  test('without it, probing waits until the owner was silent for a while', () => {
    const subject = standby({ ownerUntilMs: startMs + 700 });
    assert.ok(!kinds(subject.tick()).includes('probe'));
    subject.wait(260);
    assert.ok(kinds(subject.tick()).includes('probe'));
  });
});

test('strangers are not heard', () => {
  const subject = createSubject();
  const before = subject.state;
  subject.hear(heartbeat({ term: term(9) }), { node: 'stranger' });
  assert.deepEqual(subject.state.durable, before.durable);
  assert.equal(subject.state.peer.heardAtMs, -Infinity);
  assert.equal(peer, 'm');
});
