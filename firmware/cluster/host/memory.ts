// What a group's machine remembers over a restart: its durable state as JSON, and the shape of its
// log.
import { z } from 'zod';
import type { LogHistory } from '../../store/contract.ts';
import type { Durable, LogShape } from '../contract/state.ts';
import { freshDurable } from '../start.ts';
import { firstTerm } from '../term.ts';

const termSchema = z.object({
  generation: z.int().min(0),
  counter: z.int().min(0),
  node: z.string(),
});

const durableSchema = z.object({
  term: termSchema,
  reservedCounter: z.int().min(0),
  mode: z.enum(['in-step', 'exposed', 'outdated']),
  waitFromSeq: z.int().min(0),
  peerPromised: z.boolean(),
  promised: z.boolean(),
  // A release before this one does not say, and its boxes had the group.
  joined: z.boolean().default(true),
});

export function encodeMemory(durable: Durable): string {
  return JSON.stringify(durable);
}

/** Throws where it is none: a node that forgot its terms must not guess them. */
export function decodeMemory(memory: string | undefined, generation: number): Durable {
  if (memory === undefined) return freshDurable(generation);
  const durable = durableSchema.parse(JSON.parse(memory));
  return durable.term.generation < generation ? carriedOver(durable, generation) : durable;
}

/**
 * Into another pairing: promises were made to another peer, and counters go on. So a box that has
 * the group's log comes before one that is new to the pair, which would else lead, with nothing.
 * Who had gone on alone still knows all that its peer of then could know (R6).
 */
function carriedOver(before: Durable, generation: number): Durable {
  const { reservedCounter, joined } = before;
  const term = { ...before.term, generation };
  const mode = before.mode === 'exposed' ? before.mode : 'outdated';
  return { ...freshDurable(generation), term, reservedCounter, joined, mode };
}

export function shapeOf({ begin, end, terms }: LogHistory, generation: number): LogShape {
  return { begin, end: end ?? { term: firstTerm(generation), seq: 0 }, history: terms };
}
