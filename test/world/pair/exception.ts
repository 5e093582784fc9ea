// The one exception that PAIR.md names to "one node's bytes at a time", told from what the two
// nodes heard.
import type { GroupState } from '../../../firmware/cluster/contract/state.ts';
import { sameTerm } from '../../../firmware/cluster/term.ts';
import { clusterLimits } from '../../../firmware/limits/cluster-limits.ts';
import type { Term } from '../../../firmware/store/contract.ts';

/** A moment, and when the peer had last been heard. */
export interface Hearing {
  readonly atMs: number;
  readonly heardAtMs: number;
  /** When its kernel last answered. */
  readonly answeredAtMs: number;
}

/** An ownership, and how it began. */
export interface Takeover extends Hearing {
  readonly term: Term;
  readonly by: GroupState['leaseBy'];
  /** When its last lease by an arbiter was asked for; undefined: it had none. */
  arbiter: Hearing | undefined;
}

export function takeoverBy(term: Term, by: GroupState['leaseBy'], hearing: Hearing): Takeover {
  return { term, by, ...hearing, arbiter: by === 'arbiter' ? hearing : undefined };
}

export function takeoverOf(
  { takeovers }: { readonly takeovers: readonly Takeover[] },
  term: Term,
): Takeover | undefined {
  return takeovers.find((each) => sameTerm(each.term, term));
}

const probedMs = (clusterLimits.probes - 1) * clusterLimits.probeEveryMs;
/** What an arbiter's answer lets out at the most, on the slowest clock, and the wire after it. */
const longestMs =
  clusterLimits.leaseStepsMs[2] * (1 + clusterLimits.marginShare) +
  clusterLimits.addressLifetimeMs +
  clusterLimits.addressExpirySlackMs;
/** A node's clock may run faster than the one by which its waits are judged. */
const drift = 0.98;

/**
 * Without a witness: each reached an arbiter, and neither heard the other by any path, messages or
 * ARP, for as long as the rules ask. The later one took over (N2) while an arbiter let the earlier
 * one act: as an owner (N1), or by its own takeover at about the same time. True where that is so
 * at this moment.
 */
export function isException(a: Takeover, b: Takeover, atMs: number): boolean {
  const [older, newer] = a.atMs > b.atMs ? [b, a] : [a, b];
  if (newer.by !== 'arbiter' || older.arbiter === undefined) return false;
  const newerHeard =
    newer.atMs - newer.heardAtMs < clusterLimits.leaseStepsMs[0] ||
    newer.atMs - newer.answeredAtMs < probedMs * drift;
  const { arbiter } = older;
  const olderHeard = arbiter.atMs - arbiter.heardAtMs < clusterLimits.arbiterAfterMs * drift;
  const bothAct = atMs >= newer.atMs && atMs < arbiter.atMs + longestMs;
  return !newerHeard && !olderHeard && bothAct;
}
