// Whether the two appliances are connected and go by the same witness: what needs both waits for
// that a little, and says otherwise what is wrong.
import type { Clock } from '../../hal/contract.ts';
import { abortable, startDeadline } from '../../hal/time.ts';
import { refused, type Refusal } from '../errors/codes.ts';
import { pairLimits } from '../limits/pair-limits.ts';
import type { WitnessPlace } from './contract.ts';

export interface Meeting {
  /** What the peer said of its witness; a release before this one says nothing. */
  heard(theirs: string | undefined, own: WitnessPlace | undefined): void;
  /** The connection ended, or the membership is another one. */
  parted(): void;
  /** Resolves once both are connected and agree, or says why they do not in time. */
  ready(signal: AbortSignal): Promise<Refusal | undefined>;
}

export function createMeeting(options: {
  readonly clock: Clock;
  readonly connected: () => boolean;
}): Meeting {
  const { clock, connected } = options;
  const waiting = new Set<() => void>();
  let agreed = false;
  return {
    heard(theirs, own) {
      agreed = theirs === undefined || theirs === witnessName(own);
      for (const look of waiting) look();
    },
    parted() {
      agreed = false;
    },
    async ready(signal) {
      using deadline = startDeadline(clock, pairLimits.meetMs, signal);
      const met = Promise.withResolvers<void>();
      const look = () => {
        if (agreed && connected()) met.resolve();
      };
      waiting.add(look);
      look();
      try {
        await abortable(met.promise, deadline.signal);
        return undefined;
      } catch {
        return refused('busy', connected() ? disagree : away);
      } finally {
        waiting.delete(look);
      }
    },
  };
}

const disagree =
  'the two appliances name different witnesses, or one has just changed it: ' +
  'set it again with `pair witness`';
const away =
  'both appliances are needed for this, and the other one is not connected: look at `pair status`';

/** One name for one witness, so that two appliances see whether they mean the same. */
export function witnessName(witness: WitnessPlace | undefined): string {
  return witness === undefined ? 'none' : `${witness.address} ${witness.port}`;
}
