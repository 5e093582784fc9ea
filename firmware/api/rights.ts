// Who may what: a row names its roles, a principal has at most one, and everything else is denied.
import { type Refusal, refused } from '../errors/codes.ts';
import { roleOf } from '../spooler/rights.ts';
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
