// The command of an appliance that is killed right before one step in its data folder.
import { type PlatenCommand, platenFromSources } from '../up/processes.ts';

export interface KillAt {
  /** The data folder. */
  readonly folder: string;
  /** As kill-at.ts calls a step: `rename A B`, `write spool/segments/N.seg`. */
  readonly at: string;
  /** Which of them, from 1. */
  readonly count?: number;
  /** Counted once this file is there. */
  readonly armedBy?: string;
}

export function killedAt({ folder, at, count = 1, armedBy }: KillAt): PlatenCommand {
  const hook = new URL('./kill-at.ts', import.meta.url);
  const asked = { folder, at, count: String(count), ...(armedBy === undefined ? {} : { armedBy }) };
  hook.search = new URLSearchParams(asked).toString();
  const [program, ...words] = platenFromSources;
  return [program, '--import', hook.href, ...words];
}
