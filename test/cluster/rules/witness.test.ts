// Rules W1 to W6: one witness, whose order both nodes see.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { D } from '../../../firmware/cluster/rules/terms.ts';
import type { GroupState } from '../../../firmware/cluster/contract/state.ts';
import { sameTerm } from '../../../firmware/cluster/term.ts';
import {
  heartbeat,
  kinds,
  owner,
  persistAll,
  self,
  sent,
  standby,
  startMs,
  type Subject,
  term,
} from './subject.ts';

const quarantineMs = D(2_400);

/** Connected long ago, without a gap. */
function connected(subject: Subject, change: Partial<GroupState['witness']> = {}): Subject {
  const witness = {
    ...subject.state.witness,
    connected: true,
    connection: 1,
    usableFromMs: startMs - 60_000,
    brokeAtMs: startMs - 60_000,
    seen: { own: 0, peer: { boot: 5, connection: 1, seq: 0 } },
    ...change,
  };
  subject.state = { ...subject.state, witness };
  return subject;
}

const silent = () => connected(standby({ nextBeatAtMs: startMs + 1_000 }, true));

/** What this node published comes back. */
function comeBack(subject: Subject, seq: number, kind: 'heartbeat' | 'claim' | 'exposed') {
  const bodies = {
    heartbeat: heartbeat({ term: term(7, self) }),
    claim: { kind: 'claim', term: subject.state.claim?.term ?? term(0) },
    exposed: { kind: 'exposed', term: term(7, self), number: subject.state.stepping.epoch },
  } as const;
  const options = { path: 'witness', node: self, boot: 3, connection: 1, seq } as const;
  return subject.hear(bodies[kind], options);
}

describe('W1', () => {
  const claimed = () => {
    const subject = silent();
    subject.tick();
    assert.equal(subject.state.role, 'claiming');
    return subject;
  };
  const reasons: readonly { what: string; happen: (subject: Subject) => void }[] = [
    {
      what: 'a new connection',
      happen: (subject) => subject.feed({ kind: 'witness-connected', connection: 2 }),
    },
    {
      what: 'a gap in the peer’s sequence',
      happen: (subject) =>
        subject.hear(heartbeat({ role: 'standby' }), { path: 'witness', connection: 1, seq: 2 }),
    },
    {
      what: 'a new connection of the peer',
      happen: (subject) =>
        subject.hear(heartbeat({ role: 'standby' }), { path: 'witness', connection: 2, seq: 1 }),
    },
    { what: 'a gap in one’s own sequence', happen: (subject) => comeBack(subject, 2, 'claim') },
  ];
  for (const { what, happen } of reasons) {
    test(`${what} drops the claim, and the witness is not used for the longest lease`, () => {
      const subject = claimed();
      happen(subject);
      assert.equal(subject.state.claim, undefined);
      assert.equal(subject.state.witness.usableFromMs, startMs);
      subject.wait(quarantineMs - 1);
      subject.tick();
      assert.notEqual(subject.state.role, 'claiming');
    });
  }
});

describe('W2', () => {
  test('a heartbeat that came back renews the lease from its sending', () => {
    const subject = connected(owner({ leaseUntilMs: startMs + 1, nextBeatAtMs: startMs }, true));
    subject.tick();
    subject.wait(200);
    subject.state = { ...subject.state, leaseUntilMs: subject.nowMs + 1 };
    comeBack(subject, 1, 'heartbeat');
    assert.equal(subject.state.leaseUntilMs, startMs + 600);
    assert.equal(subject.state.leaseBy, 'witness');
  });

  test('one that was sent within the quarantine does not, however late it comes back', () => {
    const usableFromMs = startMs - quarantineMs + 1;
    const subject = connected(owner({ nextBeatAtMs: startMs }, true), { usableFromMs });
    subject.tick();
    subject.wait(100);
    comeBack(subject, 1, 'heartbeat');
    assert.equal(subject.state.leaseBy, 'echo');
  });
});

describe('W3', () => {
  test('a silent owner’s lease is over: the next term is claimed', () => {
    const [claim] = sent(silent().tick(), 'claim');
    assert.ok(claim !== undefined && sameTerm(claim.term, term(9, self)));
  });

  const waits: readonly { what: string; subject: () => Subject }[] = [
    {
      what: 'while the owner’s lease may last',
      subject: () => connected(standby({ ownerUntilMs: startMs + 1 }, true)),
    },
    {
      what: 'within the quarantine',
      subject: () => connected(standby({}, true), { usableFromMs: startMs - quarantineMs + 1 }),
    },
    {
      what: 'without the witness',
      subject: () => connected(standby({}, true), { connected: false }),
    },
    {
      what: 'after a lost lease, while the peer speaks',
      subject: () => {
        const subject = connected(standby({ yieldUntilMs: startMs + 1 }, true));
        subject.state = { ...subject.state, peer: { ...subject.state.peer, beatAtMs: startMs } };
        return subject;
      },
    },
    {
      what: 'while its disk still changes the log',
      subject: () => connected(standby({ appending: 1 }, true)),
    },
  ];
  for (const { what, subject } of waits) {
    test(`not ${what}`, () => assert.deepEqual(sent(subject().tick(), 'claim'), []));
  }

  test('a claim that does not come back is given up after one lease', () => {
    const subject = silent();
    subject.tick();
    subject.wait(600);
    subject.state = { ...subject.state, ownerUntilMs: subject.nowMs + 1 };
    subject.tick();
    assert.equal(subject.state.role, 'standby');
  });
});

describe('W4', () => {
  test('a claim that came back is the ownership, with its lease from the sending', () => {
    const subject = silent();
    subject.tick();
    subject.wait(100);
    const effects = comeBack(subject, 1, 'claim');
    assert.equal(subject.state.role, 'owner');
    assert.equal(subject.state.leaseUntilMs, startMs + 600);
    assert.ok(kinds(effects).includes('take-over'));
  });

  test('nothing is done before the lease of whoever was heard meanwhile has ended', () => {
    const subject = silent();
    subject.tick();
    subject.hear(heartbeat(), { path: 'witness', connection: 1, seq: 1 });
    comeBack(subject, 1, 'claim');
    assert.equal(subject.state.role, 'owner');
    assert.equal(subject.state.writeFromMs, startMs + D(600));
    assert.equal(subject.live(), false);
  });

  test('one that comes back after it was given up is nothing', () => {
    const subject = silent();
    subject.tick();
    subject.feed({ kind: 'witness-connected', connection: 2 });
    comeBack(subject, 1, 'claim');
    assert.notEqual(subject.state.role, 'owner');
  });
});

describe('W5', () => {
  test('an owner that sees a higher claim stops', () => {
    const subject = connected(owner({}, true));
    const options = { path: 'witness', connection: 1, seq: 1 } as const;
    const effects = subject.hear({ kind: 'claim', term: term(8) }, options);
    assert.ok(kinds(effects).includes('fence'));
    assert.equal(subject.state.role, 'standby');
  });

  test('an owner without a lease for three of them stands by', () => {
    const subject = connected(owner({ leaseUntilMs: startMs }, true));
    subject.tick();
    assert.equal(subject.state.role, 'owner');
    subject.wait(1_800);
    subject.tick();
    assert.equal(subject.state.role, 'standby');
  });
});

describe('W6', () => {
  const answered = {
    kind: 'probe-answered',
    askedAtMs: startMs,
    by: 'owner',
    of: 'group',
  } as const;

  test('an address that its owner still answers delays the claim', () => {
    const subject = silent();
    subject.feed(answered);
    assert.deepEqual(sent(subject.tick(), 'claim'), []);
  });

  test('by its lifetime and a second, at most', () => {
    const subject = silent();
    subject.wait(3_000);
    subject.feed({ ...answered, askedAtMs: subject.nowMs });
    assert.equal(sent(subject.tick(), 'claim').length, 1);
  });

  test('an answer from a strange MAC is reported, and delays nothing', () => {
    const subject = silent();
    assert.deepEqual(kinds(subject.feed({ ...answered, by: 'conflict' })), ['conflict-seen']);
    assert.equal(sent(subject.tick(), 'claim').length, 1);
  });
});

describe('R4 with a witness', () => {
  const told = { path: 'witness', connection: 1, seq: 1 } as const;

  test('told that the owner goes on alone, an older step puts it in step no more', () => {
    const subject = silent();
    const mayStep = { ...subject.state.following, epoch: 3, inStep: true };
    subject.state = { ...subject.state, following: mayStep };
    const of = subject.state.durable.term;
    subject.hear({ kind: 'exposed', term: of, number: 4 }, told);
    assert.equal(subject.state.following.inStep, false);
    const step = { kind: 'step', term: of, epoch: 3, seq: 0 } as const;
    assert.deepEqual(sent([...subject.hear(step), ...persistAll(subject)], 'stepped'), []);
    assert.equal(subject.state.following.inStep, false);
    subject.hear({ ...step, epoch: 6 });
    assert.equal(sent(persistAll(subject), 'stepped').length, 1);
    assert.equal(subject.state.following.inStep, true);
  });

  test('so does one that was being stored as it was told', () => {
    const subject = silent();
    const of = subject.state.durable.term;
    subject.hear({ kind: 'step', term: of, epoch: 3, seq: 0 });
    subject.hear({ kind: 'exposed', term: of, number: 4 }, told);
    assert.deepEqual(sent(persistAll(subject), 'stepped'), []);
    assert.equal(subject.state.following.inStep, false);
  });
});
