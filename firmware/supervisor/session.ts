// One served process as its supervisor sees it: its lines are done by the hands, its silence ends
// it.
import type { Clock, Timer } from '../../hal/contract.ts';
import type { NetworkAbilities } from '../../hal/network.ts';
import { supervisorLimits } from '../limits/supervisor-limits.ts';
import type { Term } from '../store/contract.ts';
import type { Hands } from './hands.ts';
import type { LineChannel } from './line-channel.ts';
import type { Fencing, FromSupervisor, ToSupervisor } from './messages.ts';

export interface SessionOptions {
  readonly clock: Clock;
  readonly hands: Hands;
  readonly abilities: NetworkAbilities;
  readonly channel: LineChannel<FromSupervisor, ToSupervisor>;
  /** The process said nothing for too long, or wrote what is no message. */
  readonly onBroken: (why: string) => void;
}

export interface Session {
  /** What the peer is told once this process is gone; undefined: nothing is known to tell. */
  readonly fencing: Fencing | undefined;
  /** The highest term in which each group's addresses were taken. */
  readonly terms: ReadonlyMap<string, Term>;
  end(): void;
}

export function startSession(options: SessionOptions): Session {
  const { clock, hands, channel, onBroken } = options;
  const terms = new Map<string, Term>();
  let fencing: Fencing | undefined;
  let silence: Timer | undefined;
  let ended = false;

  const heard = (nextMs: number) => {
    silence?.cancel();
    silence = clock.startTimer(nextMs, () => onBroken('it said nothing for too long'));
  };

  const answer = (id: number, work: Promise<void>): void => {
    void work.then(
      () => channel.send({ kind: 'done', id }),
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        channel.send({ kind: 'failed', id, message });
      },
    );
  };

  channel.onMessage((message) => {
    if (ended) return;
    heard(supervisorLimits.silentMs);
    switch (message.kind) {
      case 'pat':
        return;
      case 'set-up': {
        const { link, peerAddress, ...rest } = message.setup;
        answer(message.id, hands.setUp({ ...rest, link, peerAddress }));
        return;
      }
      case 'fencing':
        ({ fencing } = message);
        return;
      case 'renew':
        terms.set(message.group, message.term);
        answer(message.id, hands.renew(message.group, message.untilMs));
        return;
      case 'hold':
        answer(message.id, hands.hold(message.group));
        return;
      case 'fence':
        answer(message.id, hands.fence(message.group));
        return;
      case 'probe':
        hands.probe(message.group);
        return;
      case 'ask-arbiters':
        hands.askArbiters();
        return;
    }
  });
  const watchChannel = async (): Promise<void> => {
    const why = await channel.ended;
    if (!ended) onBroken(why);
  };
  void watchChannel();
  heard(supervisorLimits.firstPatMs);
  channel.send({ kind: 'hello', abilities: options.abilities });

  return {
    get fencing() {
      return fencing;
    },
    terms,
    end() {
      ended = true;
      silence?.cancel();
      channel.close();
    },
  };
}
