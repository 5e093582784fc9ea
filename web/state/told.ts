// What the page tells its reader in passing: done, with a way back, or a problem.
import { signal } from '@preact/signals';
import { problemText } from '../wire/api.ts';

export interface Told {
  readonly kind: 'done' | 'problem';
  readonly text: string;
  /** A second button, such as undo. */
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** The newest; a screen reader says it. */
export const told = signal<Told | undefined>(undefined);

export function tell(text: string, action?: Told['action']): void {
  told.value = { kind: 'done', text, ...(action === undefined ? {} : { action }) };
}

export function tellProblem(error: unknown): void {
  told.value = { kind: 'problem', text: problemText(error) };
}

/** Runs what a person asked for; what goes wrong is told, and undefined comes back. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    tellProblem(error);
    return undefined;
  }
}
