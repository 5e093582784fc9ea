// Rules R1 to R6, J1 and J2 in the machine: commits, steps, forks.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Effect } from '../../../firmware/cluster/contract/effect.ts';
import type { GroupState } from '../../../firmware/cluster/contract/state.ts';
import { grown } from '../../../firmware/cluster/history.ts';
import {
  heartbeat,
  kinds,
  owner,
  ownerInStep,
  persistAll,
  record,
  self,
  sent,
  standby,
  startMs,
  type Subject,
  term,
} from './subject.ts';

const mine = term(7, self);
const end = (seq: number, of = mine) => ({ term: of, seq });

function commitOne(subject: Subject) {
  const [append] = subject.feed({ kind: 'commit', id: 1 });
  assert.equal(append?.kind, 'append');
  return subject.feed({ kind: 'appended', id: 1, end: end(1) });
}

describe('R1', () => {
  test('in step, a commit is done when the standby has it as well', () => {
    const subject = ownerInStep();
    assert.ok(!kinds(commitOne(subject)).includes('commit-done'));
    const effects = subject.hear({ kind: 'stored', term: mine, end: end(1) });
    assert.deepEqual(effects[0], { kind: 'commit-done', id: 1, acknowledged: true });
  });

  test('nobody is told by an owner that has no lease any more', () => {
    const subject = ownerInStep();
    commitOne(subject);
    subject.nowMs += 600;
    const effects = subject.hear({ kind: 'stored', term: mine, end: end(1) });
    assert.deepEqual(effects[0], { kind: 'commit-done', id: 1, acknowledged: false });
  });

  test('exposed, durably, it is done when it is here', () => {
    const subject = owner();
    subject.tick();
    assert.ok(!kinds(commitOne(subject)).includes('commit-done'));
    assert.ok(kinds(persistAll(subject)).includes('commit-done'));
  });

  test('what needs both nodes is told by no owner that goes on alone', () => {
    const exposed = owner();
    exposed.tick();
    persistAll(exposed);
    const refused = exposed.feed({ kind: 'commit', id: 1, needsBoth: true });
    assert.deepEqual(refused, [{ kind: 'commit-failed', id: 1 }]);
    const subject = owner();
    subject.feed({ kind: 'commit', id: 1, needsBoth: true });
    subject.feed({ kind: 'appended', id: 1, end: end(1) });
    subject.tick();
    const effects = kinds(persistAll(subject));
    assert.deepEqual(
      [effects.includes('commit-failed'), effects.includes('commit-done')],
      [true, false],
    );
  });

  test('without a lease nothing is even written', () => {
    const effects = owner({ leaseUntilMs: startMs }).feed({ kind: 'commit', id: 1 });
    assert.deepEqual(effects, [{ kind: 'commit-failed', id: 1 }]);
  });
});

describe('R2', () => {
  const records = [record(1, term(7)), record(2, term(7))];
  const message = { kind: 'records', term: term(7), after: end(0, term(0)), records } as const;

  test('a standby stores what follows its end, then says how far it is', () => {
    const subject = standby();
    const [store] = subject.hear(message);
    assert.equal(store?.kind, 'store-records');
    const [stored] = sent(subject.feed({ kind: 'stored', records }), 'stored');
    assert.equal(stored?.end.seq, 2);
  });

  test('what it has is not stored twice; a gap is answered with its end', () => {
    const subject = standby();
    subject.state = { ...subject.state, log: grown(subject.state.log, records.slice(0, 1)) };
    const [store] = subject.hear(message);
    assert.deepEqual(store, { kind: 'store-records', records: records.slice(1) });
    const gap = standby();
    const [stored] = sent(gap.hear({ ...message, after: end(5, term(7)) }), 'stored');
    assert.equal(stored?.end.seq, 0);
  });

  test('records of a lower term are refused', () => {
    assert.deepEqual(standby().hear({ ...message, term: term(6) }), []);
  });

  test('a slow standby is waited for, then asked to mark itself outdated', () => {
    const subject = ownerInStep();
    commitOne(subject);
    const alive = () => {
      const peer = { ...subject.state.peer, lastEchoAtMs: subject.nowMs };
      subject.state = { ...subject.state, peer, leaseUntilMs: subject.nowMs + 600 };
    };
    subject.wait(9_999);
    alive();
    assert.deepEqual(sent(subject.tick(), 'mark-outdated'), []);
    subject.wait(1);
    alive();
    const [ask] = sent(subject.tick(), 'mark-outdated');
    assert.equal(ask?.epoch, 4);
    subject.hear({ kind: 'outdated', term: mine, epoch: 4 });
    assert.ok(kinds(persistAll(subject)).includes('commit-done'));
  });

  test('the standby stores that it is outdated before it says so', () => {
    const subject = standby();
    assert.deepEqual(kinds(subject.hear({ kind: 'mark-outdated', term: term(7), epoch: 4 })), [
      'persist',
    ]);
    assert.equal(sent(persistAll(subject), 'outdated')[0]?.epoch, 4);
  });
});

describe('what both nodes have', () => {
  const every = 4;
  const config = { ...standby().state.config, recordsPerSnapshot: every };
  const shared = (effects: readonly Effect[]) =>
    effects.flatMap((effect) => (effect.kind === 'log-shared' ? [effect.seq] : []));

  test('an owner says once in so many records, when it heard of its standby', () => {
    const records = Array.from({ length: 9 }, (_, index) => record(index + 1, mine));
    const { log } = owner().state;
    const subject = ownerInStep({ log: grown(log, records), config });
    const said = records.flatMap(({ seq }) =>
      shared(subject.hear({ kind: 'stored', term: mine, end: end(seq) })),
    );
    assert.deepEqual(said, [4, 8]);
    const foreign = { term: term(6), seq: 9 };
    const other = ownerInStep({ log: grown(log, records), config });
    assert.deepEqual(shared(other.hear({ kind: 'stored', term: mine, end: foreign })), []);
  });

  test('a standby says when it has stored it', () => {
    const subject = standby({ config });
    const records = Array.from({ length: 6 }, (_, index) => record(index + 1, term(7)));
    const said = [records.slice(0, 3), records.slice(3)].map((part) => {
      const after = end(part[0] === undefined ? 0 : part[0].seq - 1, term(7));
      subject.hear({ kind: 'records', term: term(7), after, records: part });
      return shared(subject.feed({ kind: 'stored', records: part }));
    });
    assert.deepEqual(said, [[], [6]]);
  });

  test('a standby says nothing of records that its owner may lack', () => {
    const own = Array.from({ length: 9 }, (_, index) => record(index + 1, term(6)));
    const log = grown(standby().state.log, own);
    const subject = standby({ config, log });
    const records = [record(1, term(7))];
    const message = { kind: 'records', term: term(7), after: end(0, term(0)), records } as const;
    assert.deepEqual(shared(subject.hear(message)), []);
    assert.deepEqual(shared(subject.feed({ kind: 'stored', records: [] })), []);
    const cut = { ...subject.state.log.end, seq: 8 };
    assert.deepEqual(shared(subject.feed({ kind: 'log-cut', fork: cut })), []);
  });

  test('a log that begins with a snapshot has the history of what that stands for', () => {
    const terms = [
      { term: term(3), firstSeq: 1 },
      { term: term(5), firstSeq: 7 },
    ];
    const digest = `sha256:${'0'.repeat(64)}`;
    const payload = { format: 1, terms, digest };
    const snapshot = { ...record(9, term(5)), change: { type: 'log.snapshot', payload } } as const;
    const log = grown(standby().state.log, [snapshot, record(10, term(7))]);
    assert.deepEqual(log, {
      begin: end(9, term(5)),
      end: end(10, term(7)),
      history: [...terms, { term: term(7), firstSeq: 10 }],
    });
  });
});

describe('R3', () => {
  const silentFor = (ms: number, witness = false, change: Partial<GroupState> = {}) => {
    const subject = ownerInStep(change, witness);
    subject.wait(ms);
    subject.state = { ...subject.state, leaseUntilMs: subject.nowMs + 600 };
    return subject;
  };

  test('without a witness, the standby’s in-step lease is waited for', () => {
    const early = silentFor(5_100);
    early.tick();
    assert.equal(early.state.stepping.phase, 'exposing');
    const late = silentFor(5_101);
    late.tick();
    assert.equal(late.state.stepping.phase, 'exposed');
  });

  test('with one, it is told through it, and what comes back counts', () => {
    const subject = silentFor(6_000, true);
    const witness = { ...subject.state.witness, connected: true, connection: 1 };
    subject.state = { ...subject.state, witness, nextBeatAtMs: Infinity };
    const [exposed] = sent(subject.tick(), 'exposed');
    assert.equal(subject.state.stepping.phase, 'exposing');
    assert.ok(exposed !== undefined);
    const options = { path: 'witness', node: self, boot: 3, connection: 1, seq: 1 } as const;
    subject.hear(exposed, options);
    assert.equal(subject.state.stepping.phase, 'exposed');
    assert.equal(subject.state.stepping.durable, false);
    persistAll(subject);
    assert.equal(subject.state.stepping.durable, true);
  });

  test('a standby that starts anew is outdated, and not waited for', () => {
    const subject = ownerInStep();
    subject.hear(heartbeat({ role: 'boot', term: term(6) }), { boot: 6 });
    subject.tick();
    assert.equal(subject.state.stepping.phase, 'exposed');
  });
});

describe('R4', () => {
  const inStep = (change: Partial<GroupState['following']> = {}) => {
    const subject = standby();
    const following = { ...subject.state.following, inStep: true, confirmedSentAtMs: startMs };
    subject.state = { ...subject.state, following: { ...following, ...change } };
    return subject;
  };
  const cleanAfter = (subject: Subject, ms: number) => {
    subject.wait(ms);
    const probing = {
      ...subject.state.probing,
      sentAtMs: [260, 210, 160, 110, 60].map((ago) => subject.nowMs - ago),
      arbiterAtMs: subject.nowMs,
      arbiterAskedAtMs: subject.nowMs,
    };
    subject.state = { ...subject.state, probing };
    const takeover = subject.tick().find(({ kind }) => kind === 'take-over');
    return takeover?.kind === 'take-over' ? takeover.clean : undefined;
  };

  test('R6: a takeover within the in-step lease is clean', () => {
    assert.equal(cleanAfter(inStep(), 4_900), true);
  });

  test('after it, or told so, or without a confirmed echo, it holds the jobs that it knows', () => {
    assert.equal(cleanAfter(inStep(), 4_901), false);
    assert.equal(cleanAfter(inStep({ inStep: false }), 800), false);
    assert.equal(cleanAfter(inStep({ confirmedSentAtMs: undefined }), 800), false);
  });
});

describe('R5', () => {
  const exposed = () => {
    const subject = owner({ log: grown(owner().state.log, [record(1, mine)]) });
    const { stepping } = subject.state;
    subject.state = {
      ...subject.state,
      stepping: { ...stepping, phase: 'exposed', durable: true, epoch: 2, peerEnd: end(1) },
    };
    return subject;
  };

  test('the owner stores from where it waits, then says so, then both are in step', () => {
    const subject = exposed();
    subject.tick();
    assert.deepEqual(sent(subject.tick(), 'step'), []);
    const [step] = sent(persistAll(subject), 'step');
    assert.deepEqual([step?.epoch, step?.seq], [3, 1]);
    assert.equal(subject.state.durable.waitFromSeq, 1);
    subject.hear({ kind: 'stepped', term: mine, epoch: 3 });
    assert.equal(subject.state.stepping.durable, false);
    assert.ok(kinds(persistAll(subject)).includes('release-held'));
    assert.equal(subject.state.stepping.phase, 'in-step');
  });

  test('asks again at once when the standby has it all, and while records go out', () => {
    const subject = exposed();
    const { stepping } = subject.state;
    subject.state = { ...subject.state, stepping: { ...stepping, peerEnd: end(0) } };
    const alive = () => {
      const peer = { ...subject.state.peer, lastEchoAtMs: subject.nowMs };
      subject.state = { ...subject.state, peer, leaseUntilMs: subject.nowMs + 600 };
    };
    subject.tick();
    assert.equal(sent(persistAll(subject), 'step').length, 1);
    const reached = subject.hear({ kind: 'stored', term: mine, end: end(1) });
    assert.equal(sent(reached, 'step').length, 1);
    let steps = 0;
    for (let seq = 2; seq <= 22; seq += 1) {
      subject.wait(50);
      alive();
      subject.feed({ kind: 'commit', id: seq });
      subject.feed({ kind: 'appended', id: seq, end: end(seq) });
      steps += sent(subject.tick(), 'step').length;
      subject.hear({ kind: 'stored', term: mine, end: end(seq) });
    }
    assert.equal(steps, 2);
  });

  test('a new commit waits for the standby from then on', () => {
    const subject = exposed();
    subject.tick();
    subject.feed({ kind: 'commit', id: 9 });
    const effects = subject.feed({ kind: 'appended', id: 9, end: end(2) });
    assert.ok(!kinds(effects).includes('commit-done'));
  });

  test('a standby steps only with everything, and not in an attempt it said no to', () => {
    const subject = standby();
    const step = { kind: 'step', term: term(7), epoch: 3, seq: 1 } as const;
    assert.deepEqual(subject.hear(step), []);
    subject.state = { ...subject.state, log: grown(subject.state.log, [record(1, term(7))]) };
    subject.hear({ kind: 'mark-outdated', term: term(7), epoch: 3 });
    persistAll(subject);
    assert.deepEqual(subject.hear(step), []);
    subject.hear({ ...step, epoch: 4 });
    assert.equal(subject.state.following.inStep, false);
    assert.ok(kinds(persistAll(subject)).includes('forget-tail'));
    assert.equal(subject.state.following.inStep, true);
  });
});

describe('J1, J2', () => {
  const common = [record(1, term(5)), record(2, term(5))];
  const returning = () => {
    const subject = standby();
    const log = grown(subject.state.log, [...common, record(3, term(6))]);
    subject.state = { ...subject.state, log };
    return subject;
  };

  test('histories show the fork', () => {
    const theirs = grown(standby().state.log, [...common, record(3, term(7))]);
    const { history, end: theirEnd } = theirs;
    const compare = { kind: 'compare', term: term(7), history, end: theirEnd } as const;
    const [compared] = sent(returning().hear(compare), 'compared');
    assert.deepEqual([compared?.fork.seq, compared?.end.seq], [2, 3]);
  });

  test('a standby that has nothing is another box: nobody’s word is waited for', () => {
    const nothing = { term: term(0), seq: 0 };
    const compared = { kind: 'compared', term: mine, fork: nothing, end: nothing } as const;
    const subject = owner({ log: grown(owner().state.log, common) });
    assert.ok(kinds(subject.hear(compared)).includes('peer-replaced'));
    const known = { ...compared, fork: end(1, term(5)), end: end(1, term(5)) };
    for (const [log, message] of [
      [grown(owner().state.log, common), known],
      [owner().state.log, compared],
    ] as const) {
      assert.ok(!kinds(owner({ log }).hear(message)).includes('peer-replaced'));
    }
  });

  test('the owner takes the tail in batches, and then lets it be cut', () => {
    const subject = owner({ log: grown(owner().state.log, common) });
    const fork = { term: term(5), seq: 2 };
    const compared = { kind: 'compared', term: mine, fork, end: end(3, term(6)) } as const;
    const [pull] = sent(subject.hear(compared), 'pull-tail');
    assert.equal(pull?.afterSeq, 2);
    const tail = [record(3, term(6))];
    const [take] = subject.hear({ kind: 'tail', term: mine, records: tail });
    assert.deepEqual(take, { kind: 'take-tail', records: tail });
    const nothing = { kind: 'tail-taken', throughSeq: 2, end: end(3) } as const;
    assert.deepEqual(sent(subject.feed(nothing), 'pull-tail'), [], 'not at once again');
    subject.hear({ kind: 'tail', term: mine, records: tail });
    const taken = { kind: 'tail-taken', throughSeq: 3, end: end(4) } as const;
    assert.equal(sent(subject.feed(taken), 'pull-tail')[0]?.afterSeq, 3);
    const [done] = sent(subject.hear({ kind: 'tail', term: mine, records: [] }), 'tail-taken');
    assert.deepEqual(done?.fork, fork);
  });

  test('the sender cuts its log only when told, and keeps the records until it was in step', () => {
    const subject = returning();
    const fork = { term: term(5), seq: 2 };
    const effects = subject.hear({ kind: 'tail-taken', term: term(7), fork });
    assert.deepEqual(effects, [{ kind: 'cut-log', fork }]);
    const [stored] = sent(subject.feed({ kind: 'log-cut', fork }), 'stored');
    assert.equal(stored?.end.seq, 2);
  });
});
