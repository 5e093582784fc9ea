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
});

export function encodeMemory(durable: Durable): string {
  return JSON.stringify(durable);
}

/** Throws where it is none: a node that forgot its terms must not guess them. */
export function decodeMemory(memory: string | undefined, generation: number): Durable {
  if (memory === undefined) return freshDurable(generation);
  return durableSchema.parse(JSON.parse(memory));
}

export function shapeOf({ end, terms }: LogHistory, generation: number): LogShape {
  return { end: end ?? { term: firstTerm(generation), seq: 0 }, history: terms };
}
