// Targets: what the other appliance, or whoever poses as it, sends: messages of the pair with the
// machine and the records behind them, sealed datagrams, pairing, the peer channel, ARP.
import { deepStrictEqual } from 'node:assert/strict';
import type { Body } from '../../../firmware/cluster/contract/message.ts';
import { firstTerm } from '../../../firmware/cluster/term.ts';
import {
  answerHello,
  beginPairing,
  checkProof,
  finishPairing,
  type PairingIdentity,
  showCode,
  takeAnswer,
} from '../../../firmware/cluster/pairing/pairing.ts';
import { encodeHead, readHead } from '../../../firmware/pair/channel-wire.ts';
import { PeerError } from '../../../firmware/pair/contract.ts';
import { decodeMessage, encodeMessage } from '../../../firmware/pair/message-codec.ts';
import { readPairingLine } from '../../../firmware/pair/pairing-wire.ts';
import { createOpener, createSealer } from '../../../firmware/pair/seal.ts';
import { applyChange } from '../../../firmware/store/records/table.ts';
import { type ApplyContext, ChangeError } from '../../../firmware/store/records/row.ts';
import type { LogRecord } from '../../../firmware/store/contract.ts';
import { readArpReply } from '../../../hal/linux/network/frames.ts';
import {
  heartbeat,
  owner,
  ownerInStep,
  peer,
  record,
  standby,
  term,
} from '../../cluster/rules/subject.ts';
import { SeededRandom } from '../../world/random.ts';
import { bentJson } from '../bend.ts';
import { pick } from '../mutate.ts';
import { ascii, type Chance, cut, type FuzzTarget, must, pureTarget } from '../target.ts';

const at = { ms: 1_700_000_000_000, trusted: true };
const end = { term: firstTerm(1), seq: 0 };

const bodies: readonly Body[] = [
  heartbeat(),
  heartbeat({ role: 'standby', yields: true }),
  { kind: 'echo', boot: 3, term: term(7, 'n'), seq: 1, number: 1, logEnd: end },
  { kind: 'claim', term: term(9) },
  { kind: 'exposed', term: term(7), number: 1 },
  { kind: 'ask', term: term(9), knows: term(7) },
  { kind: 'grant', term: term(9), boot: 3, seq: 1, logEnd: end },
  { kind: 'fenced', boot: 5, term: term(7), toBoot: 3, seq: 1 },
  { kind: 'compare', term: term(7), history: [{ term: term(7), firstSeq: 1 }], end },
  { kind: 'compared', term: term(7), fork: end, end },
  { kind: 'pull-tail', term: term(7), afterSeq: 0 },
  { kind: 'tail', term: term(7), records: [record(1, term(7))] },
  { kind: 'tail-taken', term: term(7), fork: end },
  { kind: 'records', term: term(7), after: end, records: [record(1, term(7))] },
  { kind: 'stored', term: term(7), end },
  { kind: 'step', term: term(7), epoch: 4, seq: 0 },
  { kind: 'stepped', term: term(7), epoch: 4 },
  { kind: 'mark-outdated', term: term(7), epoch: 4 },
  { kind: 'outdated', term: term(7), epoch: 4 },
  { kind: 'promise', term: term(7), epoch: 4 },
  { kind: 'promise-kept', term: term(7), epoch: 4 },
];

/** What one message may make a machine do. */
const effectsMost = 200;

const messageTarget = pureTarget({
  name: 'pair-message',
  seeds: bodies.map((body, seq) =>
    encodeMessage('group', {
      header: { generation: 1, node: peer, boot: 5, connection: 0, seq: 2_000 + seq },
      body,
    }),
  ),
  words: ['"kind":"', '"heartbeat"', '"records":[', '"seq":', '-1', '1e999', 'null', '{}', '"v":0'],
  judge(input, chance) {
    const bent = bentJson(input, chance);
    const bytes = bent === undefined ? input : Buffer.from(JSON.stringify(bent));
    const decoded = decodeMessage(bytes);
    if (decoded === undefined) return 'none';
    const { group, message } = decoded;
    deepStrictEqual(decodeMessage(encodeMessage(group, message)), decoded);
    const make = pick([standby, owner, ownerInStep], chance) ?? standby;
    const subject = make({}, chance.chance(0.5));
    const path = chance.chance(0.8) ? 'direct' : 'witness';
    const said: string[] = [];
    // As often as a peer may send it, with time between.
    for (let time = 0; time < chance.integer(1, 4); time += 1) {
      const event = { kind: 'message', path, retained: false, message } as const;
      const effects = [...subject.feed(event)];
      subject.wait(chance.integer(0, 500));
      effects.push(...subject.tick());
      must(effects.length <= effectsMost, `${effects.length} effects of one message`);
      must(Number.isFinite(subject.state.leaseMs), 'the lease has no end');
      said.push(...effects.map(({ kind }) => kind));
    }
    const { body } = message;
    const carried = 'records' in body ? [...new Set(body.records.map(applied))] : [];
    const kinds = [...new Set(said)].toSorted();
    return `${body.kind} ${subject.state.role} ${kinds.join()} ${carried.join()}`;
  },
});

/** Behind the schema of a record nothing is looked at here: reaching it is enough. */
class ReachedError extends Error {}

const nothingBehind: ApplyContext = new Proxy(Object.create(null), {
  get() {
    throw new ReachedError();
  },
});

function applied({ change }: LogRecord): string {
  try {
    applyChange(nothingBehind, change);
    return 'applied';
  } catch (error) {
    if (error instanceof ReachedError) return 'taken';
    if (error instanceof ChangeError) return 'refused';
    throw error;
  }
}

const records: readonly LogRecord['change'][] = [
  { type: 'job.closed', payload: { jobId: 'job-1', at } },
  { type: 'job.removed', payload: { jobId: 'job-1', at } },
  { type: 'registry.key-created', payload: { path: ['Ports', 'lp'] } },
  {
    type: 'registry.values-set',
    payload: { path: ['Ports'], values: [{ name: 'x', value: { type: 'dword', data: 1 } }] },
  },
];

const recordTarget = pureTarget({
  name: 'pair-record',
  seeds: records.map((change) => Buffer.from(JSON.stringify(change))),
  words: ['"type":"', '"payload":', 'job.', 'printer.', 'registry.', 'null', '-1', '1e308'],
  judge(input, chance) {
    const bent = bentJson(input, chance);
    if (typeof bent !== 'object' || bent === null) return 'none';
    // As it comes inside of a message, whose codec looks at type and payload only.
    const body = { kind: 'records', term: term(7), after: end };
    const header = { generation: 1, node: peer, boot: 5, connection: 0, seq: 1 };
    const whole = { spooler: 'group', term: term(7), seq: 1, change: bent };
    const json = { v: 1, group: 'group', header, body: { ...body, records: [whole] } };
    const decoded = decodeMessage(Buffer.from(JSON.stringify(json)));
    if (decoded?.message.body.kind !== 'records') return 'no change';
    return decoded.message.body.records
      .map((each) => {
        const became = applied(each);
        return became === 'taken' ? each.change.type : became;
      })
      .join();
  },
});

const secret = Buffer.alloc(32, 7);
const sealedOf = { secret, sender: 'm', purpose: 'datagram' } as const;
const sealedSeeds = (() => {
  const sealer = createSealer(sealedOf, new SeededRandom(1));
  return [ascii('{"v":1}'), new Uint8Array(), Buffer.alloc(900, 1)].map((each) =>
    sealer.seal(each),
  );
})();

const sealTarget = pureTarget({
  name: 'sealed',
  seeds: sealedSeeds,
  words: ['\x01', '\x00'.repeat(16), '\xff'.repeat(8)],
  judge(input) {
    const opened = createOpener(sealedOf).open(input);
    if (opened === undefined) return 'none';
    must(
      sealedSeeds.some((each) => Buffer.from(each).equals(input)),
      'what was not sealed was opened',
    );
    return `${opened.plain.length}`;
  },
});

const identity = (nodeId: string): PairingIdentity => ({
  nodeId,
  publicKey: Buffer.alloc(44, nodeId),
  generation: 1,
});
const [here, there] = [
  identity('6f1c2a90-52ab-4c8e-9d6e-1f0c8f1b7a01'),
  identity('6f1c2a90-52ab-4c8e-9d6e-1f0c8f1b7a02'),
];
const code = 'ABCD-2345';

/** What an honest one says; its share and session are those of the seed. */
function honestLines(): readonly Uint8Array[] {
  const begun = beginPairing(code, there, new SeededRandom(1));
  if (begun.kind !== 'begun') throw new Error('the code is none');
  const { sessionId, share } = begun.begun.hello;
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const about = {
    nodeId: there.nodeId,
    generation: 1,
    name: 'b',
    beatPort: 8883,
    channelPort: 8884,
  };
  return [
    { kind: 'hello', sessionId: base64(sessionId), share: base64(share), ...about },
    { kind: 'answer', share: base64(share), ...about },
    { kind: 'proof', proof: base64(Buffer.alloc(32)) },
    { kind: 'paired', proof: base64(Buffer.alloc(32)) },
    { kind: 'refused', message: 'no' },
    { kind: 'who', nodeId: there.nodeId },
    { kind: 'relation', relation: 'peer' },
  ].map((line) => Buffer.from(JSON.stringify(line)));
}

const pairingTarget = pureTarget({
  name: 'pairing',
  seeds: honestLines(),
  words: ['"kind":"hello"', '"share":"', 'AAAA', '=', '"generation":', '1e308', '"nodeId":"'],
  judge(input, chance) {
    const bent = bentJson(input, chance);
    const line = bent === undefined ? Buffer.from(input).toString('utf8') : JSON.stringify(bent);
    const message = readPairingLine(line);
    if (message === undefined) return 'none';
    return `${message.kind} ${heard(message, chance)}`;
  },
});

type Heard = NonNullable<ReturnType<typeof readPairingLine>>;

function heard(message: Heard, chance: Chance): string {
  const random = new SeededRandom(chance.integer(0, 1_000));
  if (message.kind === 'hello') return helloHeard(message, random);
  return message.kind === 'answer' ? answerHeard(message, random) : '';
}

function helloHeard(message: Extract<Heard, { kind: 'hello' }>, random: SeededRandom): string {
  const { nodeId, generation, sessionId, share } = message;
  const hello = { sessionId, share, identity: { ...there, nodeId, generation } };
  const shown = showCode(code, 0);
  const { shown: after, result } = answerHello({ shown, hello, self: here, random, now: 1 });
  // Whoever does not know the code has no proof.
  const proved = checkProof(after, Buffer.alloc(32), 2).result;
  must(proved.kind === 'refused', 'a proof of nothing was taken');
  return result.kind;
}

function answerHeard(message: Extract<Heard, { kind: 'answer' }>, random: SeededRandom): string {
  const { nodeId, generation, share } = message;
  const begun = beginPairing(code, here, random);
  if (begun.kind !== 'begun') return begun.kind;
  const taken = takeAnswer(begun.begun, { share, identity: { ...there, nodeId, generation } });
  if (taken.kind !== 'proving') return taken.kind;
  const finished = finishPairing(taken, Buffer.alloc(32));
  must(finished.kind === 'refused', 'a proof of nothing was taken');
  return taken.kind;
}

const peerHeadTarget: FuzzTarget = {
  name: 'peer-head',
  words: ['\x00\x00\x00\x02{}', '\xff\xff\xff\xff', '{"', '"}', '\x00\x00\x00\x00'],
  seeds: async () => [
    Buffer.concat([encodeHead({ service: 'documents', digest: 'sha256:x' }), ascii('the body')]),
    encodeHead([1, 'x', null]),
  ],
  open: async () => ({
    async try(input, chance) {
      try {
        const { head, body } = await readHead(incoming(cut(input, chance)));
        let sizeBytes = 0;
        for await (const chunk of body) sizeBytes += chunk.length;
        must(sizeBytes <= input.length, 'the body has more than came');
        return `${typeof head} ${sizeBytes > 0}`;
      } catch (error) {
        if (error instanceof PeerError) return error.message;
        throw error;
      }
    },
    close: async () => undefined,
  }),
};

function incoming(parts: readonly Uint8Array[]) {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield* parts;
  }
  return { [Symbol.asyncIterator]: chunks, aborted: false, rstCode: 0 };
}

const arpTarget = pureTarget({
  name: 'arp',
  seeds: [
    Buffer.from(
      '02000000000102000000000208060001080006040002020000000002c0000202020000000001c0000201',
      'hex',
    ),
  ],
  words: ['\x08\x06', '\x00\x02', '\x00\x01\x08\x00\x06\x04'],
  judge(input) {
    const reply = readArpReply(input);
    if (reply === undefined) return 'none';
    must(/^(\d{1,3}\.){3}\d{1,3}$/.test(reply.address), reply.address);
    must(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(reply.mac), reply.mac);
    return 'reply';
  },
});

export const pairTargets = [
  messageTarget,
  recordTarget,
  sealTarget,
  pairingTarget,
  peerHeadTarget,
  arpTarget,
];
