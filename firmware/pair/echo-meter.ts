// How long the echoes of a group's heartbeats take: for people, and for the bench.
import type { Message } from '../cluster/contract/message.ts';
import { pairLimits } from '../limits/pair-limits.ts';

export interface EchoMeter {
  sent(message: Message, nowMs: number): void;
  /** Only the first echo of a heartbeat counts; it comes by several paths. */
  received(message: Message, nowMs: number): void;
  /** The round trips since the last call, in milliseconds. */
  take(): readonly number[];
}

export function createEchoMeter(): EchoMeter {
  /** Sending times by sequence number, oldest first. */
  const waiting = new Map<number, number>();
  let roundTripsMs: number[] = [];
  return {
    sent({ header, body }, nowMs) {
      if (body.kind !== 'heartbeat') return;
      waiting.set(header.seq, nowMs);
      const [oldest] = waiting.keys();
      if (waiting.size > pairLimits.meteredHeartbeats && oldest !== undefined) {
        waiting.delete(oldest);
      }
    },
    received({ body }, nowMs) {
      if (body.kind !== 'echo') return;
      const sentAtMs = waiting.get(body.seq);
      if (sentAtMs === undefined) return;
      waiting.delete(body.seq);
      if (roundTripsMs.length < pairLimits.meteredHeartbeats) roundTripsMs.push(nowMs - sentAtMs);
    },
    take() {
      const taken = roundTripsMs;
      roundTripsMs = [];
      return taken;
    },
  };
}
