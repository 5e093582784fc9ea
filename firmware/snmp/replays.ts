// Messages of version 3 that were taken already: whoever recorded one and sends it again within the
// time window is not answered. RFC 3414 leaves that to the window alone (1.2, 11.4), in which the
// same question would be answered again and again.
import { snmpLimits } from '../limits/snmp-limits.ts';

/**
 * What makes a message one of its own: the user's MAC over all its octets, and when it was made.
 */
export interface TakenMessage {
  readonly userName: string;
  readonly mac: Uint8Array;
  /** By this engine's time. */
  readonly timeSeconds: number;
}

export interface Replays {
  /**
   * Takes in an authentic message that is in time, and says what it is. `too-old`: what came at its
   * time is not remembered any more, so many came since; its sender asks again with a later time.
   */
  take(message: TakenMessage, nowSeconds: number): 'new' | 'repeated' | 'too-old';
}

/** Of one user: MACs by the second in which their messages were made. */
interface Memory {
  readonly bySecond: Map<number, Set<string>>;
  count: number;
  /** Everything up to here is forgotten. */
  floorSeconds: number;
}

export function createReplays(): Replays {
  const memories = new Map<string, Memory>();
  return {
    take({ userName, mac, timeSeconds }, nowSeconds) {
      const memory = memories.get(userName) ?? newMemory();
      memories.set(userName, memory);
      forgetBefore(memory, nowSeconds - snmpLimits.timeWindowSeconds);
      if (timeSeconds <= memory.floorSeconds) return 'too-old';
      const key = Buffer.from(mac).toString('latin1');
      const seen = memory.bySecond.get(timeSeconds) ?? new Set();
      if (seen.has(key)) return 'repeated';
      memory.bySecond.set(timeSeconds, seen.add(key));
      memory.count += 1;
      if (memory.count > snmpLimits.rememberedMessages) forgetOldest(memory);
      return 'new';
    },
  };
}

function newMemory(): Memory {
  return { bySecond: new Map(), count: 0, floorSeconds: Number.NEGATIVE_INFINITY };
}

function forget(memory: Memory, second: number): void {
  memory.count -= memory.bySecond.get(second)?.size ?? 0;
  memory.bySecond.delete(second);
}

/** Messages of then are refused by their time anyway. */
function forgetBefore(memory: Memory, firstSecond: number): void {
  for (const second of memory.bySecond.keys()) if (second < firstSecond) forget(memory, second);
}

function forgetOldest(memory: Memory): void {
  const oldest = Math.min(...memory.bySecond.keys());
  forget(memory, oldest);
  memory.floorSeconds = oldest;
}
