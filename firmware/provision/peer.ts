// Pairs a new box with the other one that its provision.toml means: one of the two shows the code
// that both were given, the other one joins it, again and again until that one is there.
import type { Clock } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { sleep, startDeadline } from '../../hal/time.ts';
import { pairLimits } from '../limits/pair-limits.ts';
import { pairingLimits } from '../limits/pairing-limits.ts';
import { provisionLimits } from '../limits/provision-limits.ts';
import type { Log } from '../log/log.ts';
import type { PairRoom } from '../pair/room-contract.ts';
import type { Provision } from './contract.ts';

export interface PeerOptions {
  readonly pair: Pick<PairRoom, 'membership' | 'showCode' | 'join'>;
  readonly clock: Clock;
  readonly log: Log;
  /** One sentence for the page. */
  readonly onProblem: (problem: string) => void;
}

/** Ends when both are paired, when the code is over, or when `signal` aborts. Never rejects. */
export async function pairAsProvisioned(
  { host, port, code }: NonNullable<Provision['peer']>,
  { pair, clock, log, onProblem }: PeerOptions,
  signal: AbortSignal,
): Promise<void> {
  if (pair.membership().peer !== undefined) return;
  if (host === undefined) {
    const shown = await pair.showCode({ replace: false, code });
    if (shown.kind === 'refused') onProblem(`provision.toml: peer: ${shown.message}`);
    return;
  }
  const untilMs = clock.monotonicMs() + pairingLimits.codeLifeMs;
  let why = 'it does not answer';
  while (!signal.aborted && clock.monotonicMs() < untilMs) {
    using deadline = startDeadline(clock, pairLimits.pairingMs, signal);
    const joined = await pair.join({ host, port, code, replace: false }, deadline.signal);
    if (joined.kind === 'done') return;
    log.debug('the other box of provision.toml does not pair yet', { why: joined.message });
    why = joined.message;
    try {
      await sleep(clock, provisionLimits.joinEveryMs, signal);
    } catch (error) {
      if (!isHalError(error, 'aborted')) throw error;
    }
  }
  if (!signal.aborted) onProblem(`provision.toml: peer: ${why}`);
}
