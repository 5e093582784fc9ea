// Terms and places in a log: how they compare, and who owns a term.
import type { Term } from '../store/contract.ts';
import type { Position } from './contract/message.ts';

/** The term of a group that was never owned. */
export function firstTerm(generation: number): Term {
  return { generation, counter: 0, node: '' };
}

/** Negative, 0 or positive, by generation, counter, node. */
export function compareTerms(a: Term, b: Term): number {
  if (a.generation !== b.generation) return a.generation - b.generation;
  if (a.counter !== b.counter) return a.counter - b.counter;
  if (a.node === b.node) return 0;
  return a.node < b.node ? -1 : 1;
}

export function sameTerm(a: Term, b: Term): boolean {
  return compareTerms(a, b) === 0;
}

/**
 * A log without records comes before every other: the term of its end is that of no record, and in
 * a new pairing it would be higher than all terms of the one before.
 */
export function comparePositions(a: Position, b: Position): number {
  if (a.seq === 0 || b.seq === 0) return a.seq - b.seq;
  const byTerm = compareTerms(a.term, b.term);
  return byTerm === 0 ? a.seq - b.seq : byTerm;
}

export function samePosition(a: Position, b: Position): boolean {
  return a.seq === b.seq && (a.seq === 0 || sameTerm(a.term, b.term));
}

export function formatTerm(term: Term): string {
  return `${term.generation}.${term.counter}.${term.node}`;
}
