// Rules N1 and N2: arbiters and probes, where there is no witness; and X1, a supervisor's word.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { GroupState } from '../../../firmware/cluster/contract/state.ts';
import {
  heartbeat,
  kinds,
  owner,
  self,
  sent,
  standby,
  startMs,
  type Subject,
  term,
} from './subject.ts';

const askedAtMs = startMs;
const reply = { kind: 'arbiter-replied', askedAtMs } as const;

describe('N1', () => {
  const alone = (change: Partial<GroupState['peer']> = {}, more: Partial<GroupState> = {}) => {
    const subject = owner({ leaseUntilMs: startMs + 100, ...more });
    const heard = startMs - 300;
    const peer = { ...subject.state.peer, heardAtMs: heard, lastEchoAtMs: heard, ...change };
    subject.state = { ...subject.state, peer };
    return subject;
  };
  const rows = [
    { what: 'whose peer is silent goes on by an arbiter', subject: alone(), untilMs: 600 },
    { what: 'that heard an echo just now does not', subject: alone({ lastEchoAtMs: startMs }) },
    {
      what: 'whose peer speaks but does not echo does not',
      subject: alone({ heardAtMs: startMs }),
    },
    { what: 'without carrier does not', subject: alone({}, { carrier: false }) },
  ];
  for (const { what, subject, untilMs = 100 } of rows) {
    test(`an owner ${what}`, () => {
      subject.feed(reply);
      assert.equal(subject.state.leaseUntilMs, startMs + untilMs);
    });
  }

  test('the lease runs from the asking, and none that is over comes back', () => {
    const subject = alone();
    subject.wait(100);
    subject.feed(reply);
    assert.equal(subject.state.leaseUntilMs, startMs + 100);
  });

  test('it asks after 250 ms of silence', () => {
    assert.ok(kinds(alone().tick()).includes('ask-arbiters'));
    assert.ok(!kinds(owner().tick()).includes('ask-arbiters'));
  });
});

/** A standby whose owner was silent for long; probes and arbiters were asked as a clock goes. */
function probing(change: Partial<GroupState> = {}): Subject {
  const subject = standby({ peer: { ...standby().state.peer, heardAtMs: startMs - 800 } });
  const sentAtMs = [260, 210, 160, 110, 60].map((ago) => startMs - ago);
  subject.state = {
    ...subject.state,
    probing: {
      ...subject.state.probing,
      sentAtMs,
      arbiterAtMs: startMs - 10,
      arbiterAskedAtMs: startMs - 12,
    },
    ...change,
  };
  return subject;
}

describe('N2', () => {
  test('five unanswered probes and an arbiter: the next term is taken', () => {
    const subject = probing();
    const effects = subject.tick();
    assert.ok(kinds(effects).includes('take-over'));
    assert.equal(subject.state.leaseUntilMs, startMs - 12 + 600);
  });

  const base = probing().state;
  const rows: readonly { what: string; change: Partial<GroupState> }[] = [
    { what: 'while the owner’s lease may last', change: { ownerUntilMs: startMs + 1 } },
    { what: 'without carrier', change: { carrier: false } },
    {
      what: 'without an arbiter',
      change: { probing: { ...base.probing, arbiterAtMs: startMs - 300 } },
    },
    {
      what: 'with four probes',
      change: { probing: { ...base.probing, sentAtMs: base.probing.sentAtMs.slice(1) } },
    },
    {
      what: 'when the owner’s MAC answered: a veto',
      change: { probing: { ...base.probing, unansweredFromMs: startMs - 200 } },
    },
    {
      what: 'while the peer is heard at all',
      change: { peer: { ...base.peer, heardAtMs: startMs - 700 } },
    },
    {
      what: 'where a witness is configured',
      change: { config: { ...base.config, witness: true } },
    },
  ];
  for (const { what, change } of rows) {
    test(`not ${what}`, () => {
      const subject = probing(change);
      subject.tick();
      assert.equal(subject.state.role, 'standby');
    });
  }
});

describe('X1', () => {
  const fencedBy = (subject: Subject, change = {}) =>
    subject.hear({
      kind: 'fenced',
      boot: 5,
      term: term(7),
      toBoot: 3,
      seq: subject.state.directSeq,
      ...change,
    });
  const beating = (witness = false) => {
    const subject = standby({ ownerUntilMs: startMs + 700, nextBeatAtMs: startMs }, witness);
    subject.wait(1);
    subject.tick();
    subject.wait(5);
    return subject;
  };

  test('a supervisor that fenced its dead process ends the wait', () => {
    const subject = beating();
    fencedBy(subject);
    assert.equal(subject.state.role, 'owner');
    assert.equal(subject.state.leaseUntilMs, startMs + 1 + 600);
    assert.equal(subject.live(), true);
  });

  const rows = [
    { what: 'that answers no heartbeat of mine', change: { seq: 0 } },
    { what: 'that answers an earlier start of mine', change: { toBoot: 2 } },
    { what: 'of an earlier start of the peer', change: { boot: 4 } },
    { what: 'of a lower term', change: { term: term(6) } },
  ];
  for (const { what, change } of rows) {
    test(`one ${what} does not`, () => {
      const subject = beating();
      fencedBy(subject, change);
      assert.equal(subject.state.role, 'standby');
    });
  }

  test('what the dead process said before, and comes late, delays nothing', () => {
    const subject = beating();
    fencedBy(subject);
    const { heardAtMs } = subject.state.peer;
    subject.wait(10);
    subject.hear(heartbeat());
    assert.equal(subject.live(), true);
    assert.equal(subject.state.peer.heardAtMs, heardAtMs);
    subject.hear(heartbeat({ term: term(10) }));
    assert.equal(subject.state.role, 'standby');
  });

  test('one of a lower term than my own ends the wait as well', () => {
    const subject = beating();
    const durable = { ...subject.state.durable, term: term(8, self) };
    subject.state = { ...subject.state, durable };
    fencedBy(subject);
    assert.equal(subject.state.role, 'owner');
  });

  test('one of a higher term is adopted first (T1), and the next answer ends the wait', () => {
    const subject = beating();
    fencedBy(subject, { term: term(8) });
    assert.equal(subject.state.role, 'standby');
    subject.wait(100);
    subject.tick();
    subject.wait(5);
    fencedBy(subject, { term: term(8) });
    assert.equal(subject.state.role, 'owner');
    assert.equal(subject.state.durable.term.counter, 9);
  });

  test('nor one that is older than a lease, or than a sign of life', () => {
    const late = beating();
    late.wait(700);
    fencedBy(late);
    assert.equal(late.state.role, 'standby');
    const alive = beating();
    alive.hear(heartbeat());
    fencedBy(alive);
    assert.equal(alive.state.role, 'standby');
  });

  /** As if it had connected to the witness so long ago. */
  const witnessed = (agoMs: number) => {
    const subject = beating(true);
    const usableFromMs = startMs - agoMs;
    const witness = { ...subject.state.witness, connected: true, connection: 1, usableFromMs };
    subject.state = { ...subject.state, witness };
    return subject;
  };

  test('with a witness it ends the wait, and the claim still goes through the witness', () => {
    const subject = witnessed(60_000);
    const effects = fencedBy(subject);
    assert.equal(subject.state.role, 'claiming');
    assert.equal(sent(effects, 'claim').length, 1);
  });

  test('so it does for a box that came back just now, which then renews its lease there', () => {
    const subject = witnessed(300);
    const [claim] = sent(fencedBy(subject), 'claim');
    assert.ok(claim !== undefined);
    const back = { path: 'witness', node: self, boot: 3, connection: 1 } as const;
    subject.hear(claim, { ...back, seq: 1 });
    assert.equal(subject.state.role, 'owner');
    subject.wait(5);
    const beat = sent(subject.tick(), 'heartbeat').at(-1);
    assert.ok(beat !== undefined);
    const beatAtMs = subject.nowMs;
    subject.wait(5);
    subject.hear(beat, { ...back, seq: 2 });
    assert.equal(subject.state.leaseBy, 'witness');
    assert.equal(subject.state.leaseUntilMs, beatAtMs + 600);
  });

  test('and not where the witness is away', () => {
    const subject = beating(true);
    fencedBy(subject);
    assert.equal(subject.state.role, 'standby');
  });
});
