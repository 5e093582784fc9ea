// Who is logged in, and whether anybody can be yet.
import { signal } from '@preact/signals';
import type { SessionView, SetupView } from '../../firmware/api/types.ts';
import { goTo } from './route.ts';
import { ApiProblem, ask, useCsrfToken } from '../wire/api.ts';

export type SessionState =
  | { readonly kind: 'unknown' }
  /** Nobody administers this box yet. */
  | { readonly kind: 'new' }
  | { readonly kind: 'logged-out' }
  | ({ readonly kind: 'logged-in' } & SessionView);

export const session = signal<SessionState>({ kind: 'unknown' });

export function isAdministrator(): boolean {
  return session.value.kind === 'logged-in' && session.value.role === 'administrator';
}

export function isOperator(): boolean {
  return session.value.kind === 'logged-in' && session.value.role !== 'viewer';
}

/** Rejects with a TypeError where the appliance is away. */
export async function findSession(): Promise<void> {
  try {
    enter(await ask<SessionView>('/session'));
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    const { needed } = await ask<SetupView>('/setup');
    session.value = { kind: needed ? 'new' : 'logged-out' };
  }
}

export async function logIn(name: string, password: string): Promise<void> {
  enter(await ask<SessionView>('/session', { json: { name, password } }));
}

export async function setUp(code: string, name: string, password: string): Promise<void> {
  enter(await ask<SessionView>('/setup', { json: { code, name, password } }));
}

export async function logOut(): Promise<void> {
  await ask('/session', { method: 'DELETE' });
  session.value = { kind: 'logged-out' };
  // Whoever comes next begins at the beginning.
  goTo();
}

function enter(view: SessionView): void {
  useCsrfToken(view.csrfToken);
  session.value = { kind: 'logged-in', ...view };
}
