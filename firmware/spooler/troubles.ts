// What is wrong with the machine under a spooler: told when it begins, tried again by itself, told
// when it ends.
import type { Clock, Timer } from '../../hal/contract.ts';
import { type HalErrorCode, isHalError } from '../../hal/errors.ts';
import type { MonitorLog } from '../../monitors/contract.ts';
import type { EventDraft, Events } from '../events/event.ts';
import { nextBackoffMs } from '../printers/decisions.ts';
import type { SpoolCondition } from '../spool/probe.ts';
import { faultIn } from '../store/contract.ts';

interface KindRow {
  /** printer-state-reasons (RFC 8011 5.4.12) of every printer meanwhile. */
  readonly reason: string;
  /** Nothing can be accepted or started: the spooler does not count as alive. */
  readonly stops: boolean;
  /** For people: what is wrong, what it means, what to do. */
  readonly text: string;
}

const goesOn = 'Everything goes on by itself afterwards.';

export const troubleKinds = {
  'spool-full': {
    reason: 'spool-area-full-warning',
    stops: false,
    text: `The spool is full: documents are refused until there is room. ${goesOn}`,
  },
  'disk-full': {
    reason: 'spool-area-full-error',
    stops: true,
    text: `The disk has no space left: make some; until then nothing is accepted. ${goesOn}`,
  },
  'disk-read-only': {
    reason: 'other-error',
    stops: true,
    text: `The disk is read-only: look at it; until then nothing is accepted. ${goesOn}`,
  },
  'disk-failing': {
    reason: 'other-error',
    stops: true,
    text: `The disk fails: look at it; until then nothing is accepted. ${goesOn}`,
  },
  'no-descriptors': {
    reason: 'other-warning',
    stops: false,
    text: `There are no descriptors left: too much is open at once; raise the limit. ${goesOn}`,
  },
} as const satisfies Record<string, KindRow>;

export type TroubleKind = keyof typeof troubleKinds;

const kindOfFault: Readonly<Partial<Record<HalErrorCode, TroubleKind>>> = {
  'no-space': 'disk-full',
  'read-only': 'disk-read-only',
  'no-descriptors': 'no-descriptors',
};

export interface Troubles {
  /** Something could not be done for this reason; looks whether the machine is to blame. */
  noted(where: 'spool' | 'store', fault: HalErrorCode): void;
  /** Undefined while all is well. */
  readonly kind: TroubleKind | undefined;
  stop(): void;
}

export interface TroublesOptions {
  readonly spooler: string;
  readonly clock: Clock;
  readonly log: MonitorLog;
  readonly events: Pick<Events, 'report'>;
  /** Writes, syncs and removes a small file of the spool; rejects with a HalError. */
  readonly probeSpool: () => Promise<SpoolCondition>;
  /** Resolves once the event is durable: the store's own proof. */
  readonly commitEvent: (event: EventDraft) => Promise<void>;
  readonly onChange: () => void;
  /** What waited may go on. */
  readonly onEnded: () => void;
  readonly limits: { readonly troubleFirstMs: number; readonly troubleLastMs: number };
}

export function createTroubles(options: TroublesOptions): Troubles {
  const { spooler, clock, log, limits } = options;
  let kind: TroubleKind | undefined;
  let storeFault: HalErrorCode | undefined;
  let looking: Promise<void> | undefined;
  let backoffMs = 0;
  let timer: Timer | undefined;
  let stopped = false;

  const eventOf = (type: 'trouble-began' | 'trouble-ended', what: TroubleKind): EventDraft => ({
    type,
    at: clock.wall(),
    spooler,
    facts: { kind: what, message: troubleKinds[what].text },
  });

  const begin = (found: TroubleKind) => {
    if (found === kind) return;
    kind = found;
    log.warn(troubleKinds[found].text, { kind: found });
    options.events.report(eventOf('trouble-began', found));
    options.onChange();
  };

  const end = (what: TroubleKind) => {
    [kind, storeFault, backoffMs] = [undefined, undefined, 0];
    log.info('the machine works again', { kind: what });
    options.onChange();
    options.onEnded();
  };

  const spoolTrouble = async (): Promise<TroubleKind | undefined> => {
    try {
      return (await options.probeSpool()) === 'full' ? 'spool-full' : undefined;
    } catch (error) {
      if (!isHalError(error)) throw error;
      return kindOf(error.code);
    }
  };

  const look = async () => {
    const found = await spoolTrouble();
    if (stopped) return;
    if (found !== undefined) return begin(found);
    if (kind === undefined && storeFault !== undefined) return begin(kindOf(storeFault));
    if (kind === undefined) return;
    try {
      await options.commitEvent(eventOf('trouble-ended', kind));
    } catch (error) {
      return begin(kindOf(faultIn(error) ?? 'other'));
    }
    end(kind);
  };

  const lookAgain = () => {
    timer?.cancel();
    timer = undefined;
    looking ??= look()
      .catch((error: unknown) =>
        log.warn('the machine could not be looked at', { error: String(error) }),
      )
      .finally(() => {
        looking = undefined;
        if (kind === undefined || stopped) return;
        const { troubleFirstMs: backoffFirstMs, troubleLastMs: backoffLastMs } = limits;
        backoffMs = nextBackoffMs(backoffMs, { backoffFirstMs, backoffLastMs });
        timer = clock.startTimer(backoffMs, lookAgain);
      });
  };

  return {
    get kind() {
      return kind;
    },
    noted(where, fault) {
      if (where === 'store') storeFault = fault;
      // While something is known to be wrong, its own timer asks.
      if (kind === undefined && !stopped) lookAgain();
    },
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}

function kindOf(fault: HalErrorCode): TroubleKind {
  return kindOfFault[fault] ?? 'disk-failing';
}
