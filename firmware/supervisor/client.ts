// The served process's end of the pipe to its supervisor; and what stands in where there is none.
import type { Clock, Timer } from '../../hal/contract.ts';
import type { NetworkAbilities } from '../../hal/network.ts';
import { startDeadline, abortable } from '../../hal/time.ts';
import { supervisorLimits } from '../limits/supervisor-limits.ts';
import { type Wire, WireError, type WireEvent } from './contract.ts';
import type { LineChannel } from './line-channel.ts';
import type { Fencing, FromSupervisor, ToSupervisor } from './messages.ts';

/** A Wire that can say beforehand what the peer is told after this process has ended. */
export interface SupervisedWire extends Wire {
  tellFencing(fencing: Fencing | undefined): void;
}

export interface WireClientOptions {
  readonly clock: Clock;
  readonly channel: LineChannel<ToSupervisor, FromSupervisor>;
}

/** Resolves once the supervisor has said what it can; rejects with a WireError. */
export async function connectWire({ clock, channel }: WireClientOptions): Promise<SupervisedWire> {
  const listeners = new Set<(event: WireEvent) => void>();
  const waiting = new Map<number, { resolve: () => void; reject: (error: WireError) => void }>();
  const hello = Promise.withResolvers<NetworkAbilities>();
  let nextId = 1;
  let pats: Timer | undefined;

  channel.onMessage((message) => {
    switch (message.kind) {
      case 'hello':
        hello.resolve(message.abilities);
        return;
      case 'done':
        waiting.get(message.id)?.resolve();
        waiting.delete(message.id);
        return;
      case 'failed':
        waiting.get(message.id)?.reject(new WireError(message.message));
        waiting.delete(message.id);
        return;
      case 'probe-answered':
      case 'arbiter-replied':
      case 'carrier':
      case 'taken-down':
        for (const listener of listeners) listener(message);
        return;
    }
  });
  const watchChannel = async (): Promise<void> => {
    const why = await channel.ended;
    pats?.cancel();
    for (const each of waiting.values()) each.reject(new WireError(gone(why)));
    waiting.clear();
    hello.reject(new WireError(gone(why)));
  };
  void watchChannel();

  const ask = (message: (id: number) => ToSupervisor): Promise<void> => {
    if (waiting.size >= supervisorLimits.waiting) {
      return Promise.reject(new WireError('the supervisor does not keep up'));
    }
    const id = nextId;
    nextId += 1;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      channel.send(message(id));
    });
  };
  const pat = () => {
    channel.send({ kind: 'pat' });
    pats = clock.startTimer(supervisorLimits.patMs, pat);
  };
  pat();
  using deadline = startDeadline(clock, supervisorLimits.stopMs);
  const abilities = await abortable(hello.promise, deadline.signal);

  return {
    abilities,
    setUp: (setup) =>
      ask((id) => ({
        kind: 'set-up',
        id,
        setup: {
          groups: setup.groups.map((group) => ({ ...group, addresses: [...group.addresses] })),
          arbiters: [...setup.arbiters],
          link: setup.link,
          peerAddress: setup.peerAddress,
        },
      })),
    renew: (group, { untilMs, term }) => ask((id) => ({ kind: 'renew', id, group, untilMs, term })),
    async hold(group) {
      await ask((id) => ({ kind: 'hold', id, group })).catch(() => undefined);
    },
    async fence(group) {
      // A supervisor that is gone took everything with it, or the kernel will.
      await ask((id) => ({ kind: 'fence', id, group })).catch(() => undefined);
    },
    probe: (group) => channel.send({ kind: 'probe', group }),
    askArbiters: () => channel.send({ kind: 'ask-arbiters' }),
    tellFencing: (fencing) => channel.send({ kind: 'fencing', fencing }),
    onEvent(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    ended: channel.ended,
    close() {
      pats?.cancel();
      channel.close();
    },
  };
}

function gone(why: string): string {
  return `the supervisor is gone: ${why}`;
}

/** Without a supervisor groups work without addresses; nothing is asked, nothing answers. */
export function createNoWire(): SupervisedWire {
  const done = () => Promise.resolve();
  return {
    abilities: undefined,
    setUp: done,
    renew: done,
    hold: done,
    fence: done,
    probe: () => undefined,
    askArbiters: () => undefined,
    tellFencing: () => undefined,
    onEvent: () => () => undefined,
    ended: new Promise(() => undefined),
    close: () => undefined,
  };
}
