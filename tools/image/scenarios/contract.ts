// What is shown on a booted image: rows of scenarios/table.ts.
import type { Booth } from '../booth.ts';

export interface Rounds {
  readonly replug: number;
  readonly kill: number;
}

export interface Scenario {
  readonly what: string;
  /** Left out where the machine has no such port. */
  readonly images?: readonly string[];
  /** Of the short form too. */
  readonly short?: true;
  /** The box need not run before: its disk is damaged, or will be. */
  readonly fromOff?: true;
  /** Finds the box running, its administrator made; may leave it off. */
  readonly run: (booth: Booth, rounds: Rounds) => Promise<string>;
}
