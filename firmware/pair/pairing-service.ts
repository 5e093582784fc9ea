// Pairing at run time: this appliance shows a code and answers whoever has it, or joins the one
// that shows it; what comes of it is pinned durably.
import type { TLSSocket } from 'node:tls';
import { canonicalAddress } from '../../hal/address.ts';
import type { Addresses, Clock, NetworkInterface, Random } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { startDeadline } from '../../hal/time.ts';
import { createPairingCode } from '../cluster/pairing/code.ts';
import { judgePeer, takePeer } from '../cluster/pairing/pair-state.ts';
import {
  answerHello,
  beginPairing,
  checkProof,
  finishPairing,
  type Paired,
  type PairingIdentity,
  type ShownCode,
  showCode,
  takeAnswer,
} from '../cluster/pairing/pairing.ts';
import { refused, type Refusal } from '../errors/codes.ts';
import type { Identity } from '../identity/contract.ts';
import { peerKeyOf, PinError } from '../identity/pinned-tls.ts';
import { pinOfSpki } from '../identity/self-signed.ts';
import { pairLimits } from '../limits/pair-limits.ts';
import { pairingLimits } from '../limits/pairing-limits.ts';
import type { Log } from '../log/log.ts';
import type { Peer } from './contract.ts';
import { dialPinned } from './dial.ts';
import type { MembershipStore } from './membership.ts';
import { createPairingLine, type PairingLine, pairingProtocol } from './pairing-wire.ts';
import type { PairingMessage } from './pairing-wire.ts';
import { sharesSegment } from './segment.ts';

export interface PairingOptions {
  readonly identity: Identity;
  readonly membership: MembershipStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly addresses: Addresses;
  readonly interfaces: () => readonly NetworkInterface[];
  /** Where this appliance listens, told to the other one. */
  readonly ports: () => { readonly beatPort: number; readonly channelPort: number };
  readonly log: Log;
}

export interface CodeView {
  readonly secondsLeft: number;
  readonly attemptsLeft: number;
}

export interface ShowRequest {
  readonly replace: boolean;
  /** Agreed on beforehand, in the form that a code has. */
  readonly code?: string;
}

export interface JoinRequest {
  /** Name or address of the appliance that shows the code. */
  readonly host: string;
  readonly port: number;
  readonly code: string;
  /** Takes the place of a dead peer, whose groups go on with the new one. */
  readonly replace: boolean;
}

export interface Pairing {
  /** A new code, or the given one; one that was shown before is over. */
  show(options: ShowRequest): { readonly code: string } & CodeView;
  hide(): void;
  /** The code that is shown; never the code itself. */
  readonly shown: CodeView | undefined;
  join(
    request: JoinRequest,
    signal: AbortSignal,
  ): Promise<{ readonly kind: 'done'; readonly peer: Peer } | Refusal>;
  /** Somebody connected to pair, or to ask what it is to us; owns the socket. */
  serve(socket: TLSSocket, from: string): void;
  /** Asks the peer what we are to it. Undefined: it could not be asked. */
  relation(
    peer: Peer,
    signal: AbortSignal,
  ): Promise<Extract<PairingMessage, { kind: 'relation' }>['relation'] | undefined>;
}

type About = Pick<
  Extract<PairingMessage, { kind: 'answer' }>,
  'nodeId' | 'generation' | 'name' | 'beatPort' | 'channelPort'
>;

export function createPairing(options: PairingOptions): Pairing {
  return new PairingRoom(options);
}

class PairingRoom implements Pairing {
  readonly #options: PairingOptions;
  #shown: ShownCode | undefined;
  #replace = false;
  #serving = 0;

  constructor(options: PairingOptions) {
    this.#options = options;
  }

  show(request: ShowRequest): { readonly code: string } & CodeView {
    const { random, clock } = this.#options;
    const { replace, code = createPairingCode(random) } = request;
    this.#shown = showCode(code, clock.monotonicMs());
    this.#replace = replace;
    const { codeLifeMs, attemptsPerCode } = pairingLimits;
    return { code, secondsLeft: codeLifeMs / 1_000, attemptsLeft: attemptsPerCode };
  }

  hide(): void {
    this.#shown = undefined;
  }

  get shown(): CodeView | undefined {
    if (this.#shown === undefined) return undefined;
    const leftMs = this.#shown.untilMs - this.#options.clock.monotonicMs();
    const attemptsLeft = pairingLimits.attemptsPerCode - this.#shown.attempts;
    const waits = this.#shown.pending !== undefined;
    if (leftMs <= 0 || (attemptsLeft <= 0 && !waits)) return undefined;
    return { secondsLeft: Math.ceil(leftMs / 1_000), attemptsLeft };
  }

  async join(request: JoinRequest, signal: AbortSignal) {
    const { clock, addresses } = this.#options;
    const begin = beginPairing(request.code, this.#self(), this.#options.random);
    if (begin.kind === 'refused') return begin;
    using deadline = startDeadline(clock, pairLimits.pairingMs, signal);
    try {
      const [address] = await addresses.resolve(request.host, deadline.signal);
      if (address === undefined) return unreachable(request);
      const socket = await this.#dial({ address, port: request.port }, 'any', deadline.signal);
      const line = createPairingLine(socket);
      try {
        return await this.#joinOn({ socket, line, begun: begin.begun, request, address }, deadline);
      } finally {
        line.close();
      }
    } catch (error) {
      if (isHalError(error) || error instanceof PinError) return unreachable(request, error);
      throw error;
    }
  }

  serve(socket: TLSSocket, from: string): void {
    if (this.#serving >= pairLimits.pairingConnections) {
      socket.destroy();
      return;
    }
    this.#serving += 1;
    const line = createPairingLine(socket);
    void this.#serve(line, socket, from)
      .catch((error: unknown) => this.#options.log.warn('a pairing failed', { error }))
      .finally(() => {
        this.#serving -= 1;
        line.close();
      });
  }

  async relation(peer: Peer, signal: AbortSignal) {
    const { identity, clock } = this.#options;
    using deadline = startDeadline(clock, pairLimits.pairingMs, signal);
    const { address, channelPort } = peer.place;
    try {
      const pins = new Set([peer.pin]);
      const socket = await this.#dial({ address, port: channelPort }, pins, deadline.signal);
      const line = createPairingLine(socket);
      line.send({ kind: 'who', nodeId: identity.nodeId });
      const answer = await line.receive(deadline.signal);
      line.close();
      return answer?.kind === 'relation' ? answer.relation : undefined;
    } catch (error) {
      if (isHalError(error) || error instanceof PinError) return undefined;
      throw error;
    }
  }

  #self(): PairingIdentity {
    const { identity, membership } = this.#options;
    const { generation } = membership.current;
    return { nodeId: identity.nodeId, publicKey: identity.nodeKey.publicKey, generation };
  }

  #about(): About {
    const { nodeId, generation } = this.#self();
    const name = this.#options.addresses.own().hostName;
    return { nodeId, generation, name, ...this.#options.ports() };
  }

  #dial(
    { address, port }: { readonly address: string; readonly port: number },
    pins: ReadonlySet<string> | 'any',
    signal: AbortSignal,
  ): Promise<TLSSocket> {
    const { clock, identity } = this.#options;
    const credentials = identity.peerCredentials;
    const protocols = [pairingProtocol];
    return dialPinned({ address, port, clock, credentials, pins, protocols, signal });
  }

  // ---- the side where the code is typed

  async #joinOn(
    joining: {
      readonly socket: TLSSocket;
      readonly line: PairingLine;
      readonly begun: Extract<ReturnType<typeof beginPairing>, { kind: 'begun' }>['begun'];
      readonly request: JoinRequest;
      readonly address: string;
    },
    { signal }: { readonly signal: AbortSignal },
  ): Promise<{ readonly kind: 'done'; readonly peer: Peer } | Refusal> {
    const { socket, line, begun, request, address } = joining;
    const apart = this.#refuseApart(socket, request.host);
    if (apart !== undefined) return apart;
    const { sessionId, share } = begun.hello;
    line.send({ kind: 'hello', sessionId, share, ...this.#about() });
    const answer = await line.receive(signal);
    if (answer?.kind === 'refused') return refused('forbidden', answer.message);
    if (answer?.kind !== 'answer') return unreachable(request);
    const proving = takeAnswer(begun, { share: answer.share, identity: proven(answer, socket) });
    if (proving.kind === 'refused') return proving;
    const taken = this.#take(proving.paired, request.replace);
    if (taken.kind === 'refused') return taken;
    line.send({ kind: 'proof', proof: proving.proof });
    const last = await line.receive(signal);
    if (last?.kind === 'refused') return refused('forbidden', last.message);
    if (last?.kind !== 'paired') return unreachable(request);
    const paired = finishPairing(proving, last.proof);
    if (paired.kind === 'refused') return paired;
    return this.#pin(paired, answer, address, request.replace);
  }

  // ---- the side that shows it

  async #serve(line: PairingLine, socket: TLSSocket, from: string): Promise<void> {
    const { clock, log } = this.#options;
    using deadline = startDeadline(clock, pairLimits.pairingMs);
    const first = await line.receive(deadline.signal);
    if (first?.kind === 'who') {
      line.send({ kind: 'relation', relation: this.#relationOf(first.nodeId, socket) });
      return;
    }
    if (first?.kind !== 'hello') return;
    const refuse = ({ message }: Refusal) => {
      log.warn('a pairing was refused', { from, why: message });
      line.send({ kind: 'refused', message });
    };
    if (this.#shown === undefined) {
      refuse(refused('forbidden', 'no pairing code is shown: platen pair show-code shows one'));
      return;
    }
    const apart = this.#refuseApart(socket, from);
    if (apart !== undefined) return refuse(apart);
    const { sessionId, share } = first;
    const answered = answerHello({
      shown: this.#shown,
      hello: { sessionId, share, identity: proven(first, socket) },
      self: this.#self(),
      random: this.#options.random,
      now: clock.monotonicMs(),
    });
    this.#shown = answered.shown;
    if (answered.result.kind === 'refused') return refuse(answered.result);
    const own = answered.shown;
    line.send({ kind: 'answer', share: answered.result.answer.share, ...this.#about() });
    const second = await line.receive(deadline.signal);
    // Another exchange was begun meanwhile: this one's proof is not waited for any more.
    if (second?.kind !== 'proof' || this.#shown !== own) return;
    const checked = checkProof(own, second.proof, clock.monotonicMs());
    this.#shown = checked.shown;
    if (checked.result.kind === 'refused') return refuse(checked.result);
    const pinned = await this.#pin(checked.result, first, from, this.#replace);
    if (pinned.kind === 'refused') return refuse(pinned);
    this.#shown = undefined;
    line.send({ kind: 'paired', proof: checked.result.proof });
  }

  #relationOf(nodeId: string, socket: TLSSocket) {
    const { peer, generation } = this.#options.membership.current;
    const publicKey = peerKeyOf(socket) ?? new Uint8Array();
    return judgePeer({ peer, generation }, { nodeId, publicKey }).kind;
  }

  /** Both ends look, each at its own. */
  #refuseApart(socket: TLSSocket, host: string): Refusal | undefined {
    const local = canonicalAddress(socket.localAddress ?? '');
    const remote = canonicalAddress(socket.remoteAddress ?? '');
    if (sharesSegment(local, remote, this.#options.interfaces())) return undefined;
    return refused(
      'not-clusterable',
      `${host} (${remote}) is behind a router: the two of a pair share an Ethernet segment`,
    );
  }

  #take(paired: Paired, replace: boolean) {
    const { peer, generation } = this.#options.membership.current;
    return takePeer({ peer, generation }, paired, { replace });
  }

  async #pin(
    paired: Paired,
    { name, beatPort, channelPort }: About,
    address: string,
    replace: boolean,
  ): Promise<{ readonly kind: 'done'; readonly peer: Peer } | Refusal> {
    const { membership, log } = this.#options;
    const taken = this.#take(paired, replace);
    if (taken.kind === 'refused') return taken;
    const { nodeId, publicKey } = paired.peer;
    const pin = pinOfSpki(publicKey);
    const place = { address: canonicalAddress(address), beatPort, channelPort };
    const peer: Peer = { nodeId, publicKey, pin, name, place };
    const { generation } = taken.state;
    const { secret } = paired;
    await membership.change(({ witness }) => ({ generation, peer, secret, witness }));
    log.info('paired', { peer: nodeId, name, address, generation });
    return { kind: 'done', peer };
  }
}

/** Who the other end is, by the key that it has proven; what it says is bound to it. */
function proven({ nodeId, generation }: About, socket: TLSSocket): PairingIdentity {
  return { nodeId, generation, publicKey: peerKeyOf(socket) ?? new Uint8Array() };
}

function unreachable({ host, port }: JoinRequest, error?: unknown): Refusal {
  const why = error instanceof Error ? `: ${error.message}` : '';
  return refused('bad-request', `${host}:${port} does not pair${why}. Is its code shown?`);
}
