// The supervisor: starts the served process, lends it hands, and when it ends makes it mute, says
// so to the peer, and starts it again.
import type { Clock, Timer } from '../../hal/contract.ts';
import type { NetworkAdmin, OpenWatchdog, Watchdog } from '../../hal/network.ts';
import { sleep, startDeadline } from '../../hal/time.ts';
import { supervisorLimits } from '../limits/supervisor-limits.ts';
import type { Log } from '../log/log.ts';
import { servedEnds } from './ends.ts';
import { createHands, type Hands } from './hands.ts';
import type { LineChannel } from './line-channel.ts';
import type { FromSupervisor, ToSupervisor } from './messages.ts';
import { type Session, startSession } from './session.ts';

/** The served process; made anew for each start. */
export interface ServedProcess {
  readonly channel: LineChannel<FromSupervisor, ToSupervisor>;
  /** How it ended; never rejects. */
  readonly ended: Promise<ProcessEnd>;
  signal(signal: 'SIGTERM' | 'SIGKILL'): void;
}

export type ProcessEnd = {
  readonly code: number | undefined;
  readonly signal: string | undefined;
};

export interface SupervisorOptions {
  readonly clock: Clock;
  readonly network: NetworkAdmin;
  readonly watchdog: Watchdog;
  readonly log: Log;
  readonly startProcess: () => ServedProcess;
  /** Tells the peer that the process of this session acts no more. Ends within `signal`. */
  readonly sayFenced: (session: Session, signal: AbortSignal) => Promise<void>;
}

/**
 * Runs until `stop` aborts, then ends the process in order; resolves with the exit status of the
 * last one. A process that ends as one of servedEnds is not started again.
 */
export async function supervise(options: SupervisorOptions, stop: AbortSignal): Promise<number> {
  const { clock, network, log } = options;
  let startedAtMs = clock.monotonicMs();
  // Beside it: a process takes long to start, and does nothing before it knows what it may ask for.
  let started: ServedProcess | undefined = options.startProcess();
  const abilities = await network.abilities();
  for (const [what, ability] of Object.entries(abilities)) {
    if (!ability.can) log.warn('groups work without this', { what, why: ability.why });
  }
  let session: Session | undefined;
  let live: LineChannel<FromSupervisor, ToSupervisor> | undefined;
  const hands = createHands({
    clock,
    network,
    abilities,
    log,
    onEvent: (event) => live?.send(event),
  });
  const watchdog = await startWatchdog(options);
  let backoffMs: number = supervisorLimits.restartFirstMs;
  try {
    for (;;) {
      const served = started ?? options.startProcess();
      started = undefined;
      live = served.channel;
      session = startSession({
        clock,
        hands,
        abilities,
        channel: served.channel,
        onBroken(why) {
          log.debug('the served process is ended', { why });
          served.signal('SIGKILL');
        },
      });
      const end = await watch(options, served, stop);
      session.end();
      live = undefined;
      await fence(options, hands, session);
      if (stop.aborted || last.has(end.code)) return end.code ?? 1;
      log.warn('the served process ended; it is started again', { ...end });
      const livedMs = clock.monotonicMs() - startedAtMs;
      if (livedMs >= supervisorLimits.livedWellMs) backoffMs = supervisorLimits.restartFirstMs;
      await sleep(clock, backoffMs, stop).catch(() => undefined);
      backoffMs = Math.min(backoffMs * 2, supervisorLimits.restartLastMs);
      if (stop.aborted) return end.code ?? 1;
      startedAtMs = clock.monotonicMs();
    }
  } finally {
    await hands.close();
    await watchdog.stop();
  }
}

const last: ReadonlySet<number | undefined> = new Set(Object.values(servedEnds));

/** A process that does not end in order in its time is ended as it is. */
async function watch(
  { clock, log }: SupervisorOptions,
  served: ServedProcess,
  stop: AbortSignal,
): Promise<ProcessEnd> {
  let patience: Timer | undefined;
  const onStop = () => {
    served.signal('SIGTERM');
    patience = clock.startTimer(supervisorLimits.stopMs, () => {
      log.error('the served process did not end in time');
      served.signal('SIGKILL');
    });
  };
  if (stop.aborted) onStop();
  else stop.addEventListener('abort', onStop, { once: true });
  const end = await served.ended;
  stop.removeEventListener('abort', onStop);
  patience?.cancel();
  return end;
}

/** Mute first: only then it is true, and the peer need not wait. */
async function fence(options: SupervisorOptions, hands: Hands, session: Session): Promise<void> {
  await hands.mute();
  using deadline = startDeadline(options.clock, supervisorLimits.fencedMs);
  try {
    await options.sayFenced(session, deadline.signal);
  } catch (error) {
    options.log.warn('the peer was not told that the process ended', { error });
  }
}

async function startWatchdog({ clock, watchdog, log }: SupervisorOptions) {
  const open = await watchdog.open();
  let timer: Timer | undefined;
  const pat = async (opened: OpenWatchdog): Promise<void> => {
    await opened.pat().catch((error: unknown) => log.warn('the watchdog took no pat', { error }));
    timer = clock.startTimer(supervisorLimits.watchdogPatMs, () => void pat(opened));
  };
  if (open !== undefined) await pat(open);
  return {
    async stop() {
      timer?.cancel();
      await open?.close();
    },
  };
}
