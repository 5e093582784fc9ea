// Pairing by code: right and wrong codes, attempts, copies, and somebody in between.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createPairingCode, readPairingCode } from '../../../firmware/cluster/pairing/code.ts';
import {
  judgePeer,
  takePeer,
  unpair,
  unpairedState,
} from '../../../firmware/cluster/pairing/pair-state.ts';
import {
  answerHello,
  beginPairing,
  checkProof,
  finishPairing,
  type Paired,
  type PairingAnswer,
  type PairingHello,
  type PairingIdentity,
  type Proving,
  type ShownCode,
  showCode,
  takeAnswer,
} from '../../../firmware/cluster/pairing/pairing.ts';
import { SeededRandom } from '../../world/random.ts';

const random = new SeededRandom(11);
const identity = (nodeId: string, generation = 0): PairingIdentity => ({
  nodeId,
  publicKey: Buffer.from(`key of ${nodeId}`),
  generation,
});
const shower = identity('shows', 4);
const typer = identity('types', 2);

interface Meeting {
  readonly typed?: string;
  readonly from?: PairingIdentity;
  /** Somebody between them. */
  readonly hello?: (hello: PairingHello) => PairingHello;
  readonly answer?: (answer: PairingAnswer) => PairingAnswer;
  readonly answerAtMs?: number;
}

/** Both sides to the end; what each of them found. */
function meet(shown: ShownCode, meeting: Meeting = {}) {
  const begin = beginPairing(meeting.typed ?? shown.code, meeting.from ?? typer, random);
  assert.equal(begin.kind, 'begun');
  if (begin.kind !== 'begun') throw new Error('not begun');
  const hello = meeting.hello?.(begin.begun.hello) ?? begin.begun.hello;
  const now = meeting.answerAtMs ?? 1;
  const answered = answerHello({ shown, hello, self: shower, random, now });
  if (answered.result.kind !== 'answer') {
    return { shown: answered.shown, at: 'answer', shower: answered.result, typer: undefined };
  }
  const answer = meeting.answer?.(answered.result.answer) ?? answered.result.answer;
  const proving = takeAnswer(begin.begun, answer);
  if (proving.kind !== 'proving') {
    return { shown: answered.shown, at: 'proof', shower: undefined, typer: proving };
  }
  return prove(answered.shown, proving);
}

function prove(shown: ShownCode, proving: Proving) {
  const checked = checkProof(shown, proving.proof, 2);
  const proof = checked.result.kind === 'paired' ? checked.result.proof : new Uint8Array(64);
  const typer = finishPairing(proving, proof);
  return { shown: checked.shown, at: 'end', shower: checked.result, typer };
}

const shown = () => showCode(createPairingCode(random), 0);

describe('the code', () => {
  test('has eight characters that nobody misreads, in two groups', () => {
    assert.match(createPairingCode(random), /^[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$/);
  });

  test('is read however it was typed, and nothing else is', () => {
    assert.deepEqual(readPairingCode(' abcd 2345'), readPairingCode('ABCD-2345'));
    for (const wrong of ['', 'ABCD-234', 'ABCD-23456', 'ABCD-234I']) {
      assert.equal(readPairingCode(wrong), undefined);
    }
  });
});

describe('pairing', () => {
  test('with the code, both pin each other under one new generation', () => {
    const { shower: theirs, typer: mine } = meet(shown());
    assert.ok(theirs?.kind === 'paired' && mine?.kind === 'paired');
    assert.equal(theirs.peer.nodeId, 'types');
    assert.equal(mine.peer.nodeId, 'shows');
    assert.deepEqual([theirs.generation, mine.generation], [5, 5]);
    assert.equal(theirs.secret.length, 32);
    assert.deepEqual(theirs.secret, mine.secret);
  });

  test('a wrong code is found out by both', () => {
    const { shower: theirs, typer: mine } = meet(shown(), { typed: 'ABCD-2345' });
    assert.deepEqual([theirs?.kind, mine?.kind], ['refused', 'refused']);
  });

  const between: readonly { what: string; meeting: Meeting }[] = [
    {
      what: 'puts its own key in the place of the one that types',
      meeting: { hello: (hello) => ({ ...hello, identity: identity('middle') }) },
    },
    {
      what: 'puts its own key in the place of the one that shows',
      meeting: { answer: (answer) => ({ ...answer, identity: identity('middle') }) },
    },
    {
      what: 'changes the generation',
      meeting: { hello: (hello) => ({ ...hello, identity: identity('types', 90) }) },
    },
    {
      what: 'sends another share',
      meeting: { answer: (answer) => ({ ...answer, share: new Uint8Array(32).fill(9) }) },
    },
  ];
  for (const { what, meeting } of between) {
    test(`somebody between them who ${what} pairs nobody`, () => {
      const result = meet(shown(), meeting);
      assert.notEqual(result.shower?.kind, 'paired');
      assert.notEqual(result.typer?.kind, 'paired');
    });
  }

  test('a code dies after five attempts, after ten minutes, and when it was used', () => {
    let code = shown();
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      const wrong = meet(code, { typed: 'ABCD-2345' });
      assert.equal(wrong.at, 'end');
      code = wrong.shown;
    }
    assert.equal(meet(code).at, 'answer');
    assert.equal(meet(shown(), { answerAtMs: 600_000 }).at, 'answer');
    assert.equal(meet(meet(shown()).shown, { answerAtMs: 3 }).at, 'answer');
  });

  test('an exchange that is not finished was an attempt, and a proof fits one exchange', () => {
    const code = shown();
    const begin = beginPairing(code.code, typer, random);
    assert.ok(begin.kind === 'begun');
    const { hello } = begin.begun;
    const first = answerHello({ shown: code, hello, self: shower, random, now: 1 });
    assert.ok(first.result.kind === 'answer');
    const proving = takeAnswer(begin.begun, first.result.answer);
    const second = answerHello({ shown: first.shown, hello, self: shower, random, now: 1 });
    assert.equal(second.shown.attempts, 2);
    assert.ok(proving.kind === 'proving');
    assert.equal(checkProof(second.shown, proving.proof, 2).result.kind, 'refused');
  });

  test('a copy of this appliance is refused, by id or by key', () => {
    for (const copy of [
      { ...typer, nodeId: 'shows' },
      { ...typer, publicKey: shower.publicKey },
    ]) {
      const { at, shower: theirs } = meet(shown(), { from: copy });
      assert.equal(at, 'answer');
      assert.match(theirs?.kind === 'refused' ? theirs.message : '', /copy of this one/);
    }
  });

  test('a share that is no point, or a hello out of form, is refused and was an attempt', () => {
    const low = meet(shown(), { hello: (hello) => ({ ...hello, share: new Uint8Array(32) }) });
    assert.deepEqual([low.at, low.shown.attempts], ['answer', 1]);
    const long = { ...typer, nodeId: 'n'.repeat(2_000) };
    assert.equal(meet(shown(), { from: long }).at, 'answer');
  });
});

describe('the pair', () => {
  const paired = (nodeId: string, generation: number): Paired => ({
    secret: new Uint8Array(32),
    kind: 'paired',
    peer: identity(nodeId),
    generation,
  });
  const withPeer = () => {
    const taken = takePeer(unpairedState, paired('b', 3), { replace: false });
    assert.ok(taken.kind === 'done');
    return taken.state;
  };

  test('only the pinned key is the peer', () => {
    const state = withPeer();
    assert.equal(judgePeer(state, identity('b')).kind, 'peer');
    assert.equal(judgePeer(state, identity('c')).kind, 'unpaired');
    const other = { nodeId: 'b', publicKey: Buffer.from('another key') };
    assert.equal(judgePeer(state, other).kind, 'cloned');
    const renamed = { nodeId: 'c', publicKey: identity('b').publicKey };
    assert.equal(judgePeer(state, renamed).kind, 'cloned');
  });

  test('a second peer needs the first to be replaced, and then the first is refused', () => {
    const state = withPeer();
    assert.equal(takePeer(state, paired('c', 4), { replace: false }).kind, 'refused');
    const replaced = takePeer(state, paired('c', 4), { replace: true });
    assert.ok(replaced.kind === 'done');
    assert.equal(judgePeer(replaced.state, identity('b')).kind, 'unpaired');
    assert.equal(replaced.state.generation, 4);
  });

  test('unpaired, nobody is the peer, and the generation goes on growing', () => {
    const state = unpair(withPeer());
    assert.equal(judgePeer(state, identity('b')).kind, 'unpaired');
    const again = takePeer(state, paired('b', 1), { replace: false });
    assert.ok(again.kind === 'done' && again.state.generation === 4);
  });
});
