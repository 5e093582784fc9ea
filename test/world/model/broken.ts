// Each rule of PAIR.md taken out: what it does without the rule, and a seed that shows why it is
// there.
import type { Rules, Turn } from '../../../firmware/cluster/contract/rules.ts';
import { takeOver } from '../../../firmware/cluster/fence.ts';
import { expose } from '../../../firmware/cluster/rules/in-step.ts';
import { rules } from '../../../firmware/cluster/rules/table.ts';
import { extendLease } from '../../../firmware/cluster/rules/terms.ts';
import { noteOwner, send } from '../../../firmware/cluster/turn.ts';
import { clusterLimits } from '../../../firmware/limits/cluster-limits.ts';
import type { BrokenPart } from './spooler.ts';

export interface BrokenRule {
  readonly rule: string;
  readonly without: string;
  readonly witness: boolean;
  readonly rules?: Partial<Rules>;
  readonly parts?: readonly BrokenPart[];
  /** The first seed that shows it. */
  readonly seed: number;
}

const owns = ({ role }: { readonly role: string }) => role === 'owner' || role === 'draining';

export const brokenRules: readonly BrokenRule[] = [
  {
    rule: 'live',
    without: 'an owner acts without a lease',
    witness: true,
    rules: { live: (state, now) => owns(state) && now >= state.writeFromMs },
    seed: 9,
  },
  {
    rule: 'fence',
    without: 'a lost lease leaves sockets and addresses to the kernel',
    witness: true,
    rules: {
      fence({ state }) {
        state.leaseUntilMs = 0;
      },
    },
    seed: 35,
  },
  {
    rule: 'D',
    without: 'another lease is waited for by the own clock, without a margin',
    witness: true,
    rules: { D: (leaseMs) => leaseMs },
    seed: 56,
  },
  {
    rule: 'D',
    without: 'no lease is waited for',
    witness: true,
    rules: { D: () => 0 },
    seed: 1,
  },
  {
    rule: 'nextTerm',
    without: 'two nodes may name the same term',
    witness: true,
    rules: {
      nextTerm(state) {
        const term = rules.nextTerm(state);
        return term === undefined ? undefined : { ...term, node: 'either' };
      },
    },
    seed: 207,
  },
  {
    rule: 'mayLead',
    without: 'a node that promised to leave the group takes it over',
    witness: true,
    rules: { mayLead: ({ fencing }) => fencing === undefined },
    seed: 63,
  },
  {
    rule: 'mayLead',
    without: 'a node takes over while its disk still changes its log',
    witness: false,
    rules: {
      mayLead: ({ fencing, durable }) => fencing === undefined && !durable.promised,
    },
    seed: 609,
  },
  {
    rule: 'T1',
    without: 'an owner that sees a higher term goes on',
    witness: true,
    rules: {
      T1(turn, term) {
        if (!owns(turn.state)) rules.T1(turn, term);
      },
    },
    seed: 138,
  },
  {
    rule: 'T2',
    without: 'a heartbeat is no sign of an owner',
    witness: true,
    rules: {
      T2(turn, header, beat, path) {
        const { quietMs, ownerUntilMs } = turn.state;
        rules.T2(turn, header, beat, path);
        Object.assign(turn.state, { quietMs, ownerUntilMs });
      },
    },
    seed: 1,
  },
  {
    rule: 'T3',
    without: 'the old owner’s heartbeats during a claim are not waited for',
    witness: true,
    rules: { T3: () => undefined },
    seed: 112,
  },
  {
    rule: 'T4',
    without: 'the lease runs from the arrival of the echo',
    witness: true,
    rules: {
      T4(turn, echo) {
        const before = turn.state.leaseUntilMs;
        rules.T4(turn, echo);
        if (turn.state.leaseUntilMs !== before || owns(turn.state)) {
          extendLease(turn, turn.now + turn.state.leaseMs, 'echo');
        }
      },
    },
    seed: 56,
  },
  {
    rule: 'T5',
    without: 'the in-step lease runs from the arrival of the confirmation',
    witness: false,
    rules: {
      T5(turn, beat) {
        rules.T5(turn, beat);
        const { following } = turn.state;
        if (following.confirmedSentAtMs !== undefined && beat.confirms > 0) {
          turn.state.following = { ...following, confirmedSentAtMs: turn.now };
        }
      },
    },
    seed: 612,
  },
  {
    rule: 'T6',
    without: 'a closed connection counts as the end of the owner',
    witness: true,
    rules: {
      T6(turn) {
        turn.state.ownerUntilMs = turn.now;
        turn.rules.W3(turn);
      },
    },
    seed: 9,
  },
  {
    rule: 'W1',
    without: 'no quarantine after a new connection or a gap',
    witness: true,
    rules: { W1: notQuarantined },
    seed: 218,
  },
  {
    rule: 'W2',
    without: 'a heartbeat sent within the wait renews the lease when it comes back',
    witness: true,
    rules: {
      W2(turn, header) {
        rules.W2(turn, header);
        if (owns(turn.state)) extendLease(turn, turn.now + turn.state.leaseMs / 2, 'witness');
      },
    },
    seed: 152,
  },
  {
    rule: 'W3',
    without: 'a claim is made at once',
    witness: true,
    rules: {
      W3(turn) {
        turn.state.ownerUntilMs = Math.min(turn.state.ownerUntilMs, turn.now);
        rules.W3(turn);
      },
    },
    seed: 1,
  },
  {
    rule: 'W4',
    without: 'a claim counts before it came back through the witness',
    witness: true,
    rules: {
      W3(turn) {
        rules.W3(turn);
        const { claim } = turn.state;
        if (claim?.of !== 'witness') return;
        takeOver(turn, {
          term: claim.term,
          leaseUntilMs: turn.now + turn.state.leaseMs,
          leaseBy: 'witness',
          writeFromMs: turn.state.ownerUntilMs,
          peerEnd: undefined,
          mayBeBelieved: false,
        });
      },
    },
    seed: 26,
  },
  {
    rule: 'W5',
    without: 'an owner that was without a lease for long keeps its role',
    witness: true,
    rules: { W5: () => undefined },
    seed: 36,
  },
  {
    // Either of the two is enough: the wire's tail in each wait covers the address as well.
    rule: 'W6',
    without: 'neither is the owner’s address asked for, nor the end of its bytes waited for',
    witness: true,
    rules: {
      W6: () => false,
      T2: (turn, header, beat, path) => rules.T2(turn, header, { ...beat, wireTailMs: 0 }, path),
      T3: (turn, sign) => rules.T3(turn, { ...sign, wireTailMs: 0 }),
    },
    seed: 124,
  },
  {
    rule: 'N1',
    without: 'an arbiter helps an owner whose peer speaks but does not echo',
    witness: false,
    rules: {
      N1(turn, askedAtMs) {
        if (owns(turn.state)) extendLease(turn, askedAtMs + turn.state.leaseMs, 'arbiter');
      },
    },
    seed: 117,
  },
  {
    rule: 'N2',
    without: 'the owner’s addresses are not probed',
    witness: false,
    rules: {
      N2(turn) {
        const { probing } = turn.state;
        const sentAtMs = Array.from({ length: clusterLimits.probes }, () => turn.now - 60);
        turn.state.probing = { ...probing, unansweredFromMs: -Infinity, sentAtMs };
        rules.N2(turn);
        turn.state.probing = probing;
      },
    },
    seed: 367,
  },
  {
    rule: 'R1',
    without: 'a commit is told of before the standby has it',
    witness: true,
    rules: {
      R1(turn) {
        const { stepping } = turn.state;
        turn.state.stepping = { ...stepping, phase: 'exposed', durable: true };
        rules.R1(turn);
        turn.state.stepping = stepping;
      },
    },
    seed: 19,
  },
  {
    rule: 'R1',
    without: 'the start is not committed before the first byte',
    witness: true,
    parts: ['uncommitted-start'],
    seed: 1,
  },
  {
    rule: 'R2',
    without: 'a standby says that it has records before they are durable',
    witness: true,
    rules: {
      R2(turn, message) {
        rules.R2(turn, message);
        const { state } = turn;
        const last = message.records.at(-1);
        if (!state.following.storing || last === undefined) return;
        const end = { term: last.term, seq: last.seq };
        send(turn, 'direct', { kind: 'stored', term: state.durable.term, end });
      },
    },
    seed: 148,
  },
  {
    rule: 'R2',
    without: 'an owner goes on alone where its standby is slow, and does not ask it',
    witness: true,
    rules: {
      R2slow(turn) {
        const { stepping, commits } = turn.state;
        if (stepping.phase !== 'in-step' && stepping.phase !== 'waiting') return;
        const waits = commits.some(({ seq }) => seq !== undefined);
        if (waits && turn.now >= stepping.progressAtMs + 500) expose(turn);
      },
    },
    seed: 25,
  },
  {
    rule: 'R3',
    without: 'an owner goes on alone at once, without the in-step lease',
    witness: false,
    rules: { R3: () => true },
    seed: 86,
  },
  {
    rule: 'R4',
    without: 'a standby stays in step for ever',
    witness: false,
    rules: { R4: ({ following }) => following.inStep },
    seed: 393,
  },
  {
    rule: 'R6',
    without: 'an outdated node prints the jobs it knows',
    witness: true,
    rules: { R6: () => true },
    seed: 11,
  },
  {
    rule: 'J1',
    without: 'nothing after the fork is handed over',
    witness: true,
    rules: {
      J1(turn, message) {
        const { term, end } = message;
        send(turn, 'direct', { kind: 'compared', term, fork: end, end });
      },
    },
    seed: 1,
  },
  {
    rule: 'J2',
    without: 'completions after the fork do not count',
    witness: true,
    parts: ['no-handed-completions'],
    seed: 11,
  },
  {
    rule: 'B1',
    without: 'the greater node leads without the peer’s answer',
    witness: true,
    rules: {
      B1(turn, beat) {
        rules.B1(turn, beat);
        const { claim } = turn.state;
        if (claim?.of === 'peer') {
          takeOver(turn, {
            term: claim.term,
            leaseUntilMs: turn.now + turn.state.leaseMs,
            leaseBy: 'grant',
            writeFromMs: turn.now,
            peerEnd: undefined,
            mayBeBelieved: false,
          });
        }
      },
    },
    seed: 21,
  },
  {
    rule: 'B2',
    without: 'a node that starts owns the group at once',
    witness: true,
    rules: {
      B2(turn) {
        const { state, now } = turn;
        const term = state.role === 'boot' ? rules.nextTerm(state) : undefined;
        if (term === undefined) return;
        takeOver(turn, {
          term,
          leaseUntilMs: now + state.leaseMs,
          leaseBy: 'none',
          writeFromMs: now,
          peerEnd: undefined,
          mayBeBelieved: false,
        });
      },
    },
    seed: 49,
  },
  {
    rule: 'M1',
    without: 'a promise of the peer is kept although it is in step again',
    witness: true,
    rules: {
      R5(turn) {
        const { peerPromised } = turn.state.durable;
        rules.R5(turn);
        turn.state.durable = { ...turn.state.durable, peerPromised };
      },
    },
    seed: 56,
  },
  {
    rule: 'X1',
    without: 'a dead process is believed dead without its supervisor’s word',
    witness: false,
    rules: {
      T6(turn) {
        const { state, now } = turn;
        const term = state.role === 'standby' ? rules.nextTerm(state) : undefined;
        if (term === undefined) return;
        takeOver(turn, {
          term,
          leaseUntilMs: now + state.leaseMs,
          leaseBy: 'fenced',
          writeFromMs: now,
          peerEnd: undefined,
          mayBeBelieved: false,
        });
      },
    },
    seed: 9,
  },
  {
    rule: 'fence at the wire',
    without: 'sockets to printers are not bound to the group’s address',
    witness: true,
    parts: ['unbound'],
    seed: 77,
  },
  {
    rule: 'first connection of a survivor',
    without: 'it comes from a port of its own',
    witness: true,
    parts: ['own-ports'],
    seed: 3,
  },
];

function notQuarantined(turn: Turn): void {
  const { state } = turn;
  state.witness = { ...state.witness, usableFromMs: -Infinity };
  noteOwner(turn, 0, 0);
}
