// Who may what: a row names its roles, a principal has at most one, and everything else is denied.
import { type Refusal, refused } from '../errors/codes.ts';
import type { Principal, Role } from './principal.ts';

/** Whoever may look. */
export const viewers = ['viewer', 'operator', 'administrator'] as const satisfies readonly Role[];
/** Whoever looks after jobs and paper. */
export const operators = ['operator', 'administrator'] as const satisfies readonly Role[];
/** Whoever sets the appliance up. */
export const administrators = ['administrator'] as const satisfies readonly Role[];

/** `anyone`: logging in itself, and whether there is anybody to log in. */
export type Who = readonly Role[] | 'anyone';

/** Undefined: allowed. A row without roles answers nobody. */
export function deny(principal: Principal, who: Who): Refusal | undefined {
  if (who === 'anyone') return undefined;
  if (principal.kind === 'nobody') {
    return refused('unauthorized', 'Nobody may do this without saying who they are.');
  }
  const role = roleOf(principal);
  if (role !== undefined && who.includes(role)) return undefined;
  return refused('forbidden', 'This principal has no right to do this.');
}

function roleOf(principal: Principal): Role | undefined {
  switch (principal.kind) {
    case 'local-administrator':
      return 'administrator';
    case 'user':
      return principal.role;
    case 'token':
      return tokenRole(principal.scopes);
    case 'print-client':
    case 'peer':
    case 'nobody':
      return undefined;
  }
}

/** The most that its scopes allow. */
function tokenRole(scopes: readonly string[]): Role | undefined {
  if (scopes.includes('administer')) return 'administrator';
  if (scopes.includes('operate')) return 'operator';
  return scopes.includes('read') ? 'viewer' : undefined;
}
