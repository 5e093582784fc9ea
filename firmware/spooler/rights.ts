// What a principal may do in a spooler: the one place where rights are decided; what is not granted
// is denied.
import type { Principal, Role } from '../api/principal.ts';
import { refused, type Refusal } from '../errors/codes.ts';
import type { Job } from '../jobs/job.ts';
import type { TokenScope } from '../users/contract.ts';
import type { XcvAccess } from '../../monitors/contract.ts';

const rank = { viewer: 1, operator: 2, administrator: 3 } as const satisfies Record<Role, number>;

/** The greatest role that the principal acts in; undefined: none. */
export function roleOf(principal: Principal): Role | undefined {
  switch (principal.kind) {
    case 'local-administrator':
      return 'administrator';
    case 'user':
      return principal.role;
    case 'token':
      return greatestRole(principal.scopes);
    case 'print-client':
    case 'peer':
    case 'nobody':
      return undefined;
  }
}

/** What a token may do, as the role that may do the same. */
const roleOfScope = {
  administer: 'administrator',
  operate: 'operator',
  read: 'viewer',
} as const satisfies Record<TokenScope, Role>;

function greatestRole(scopes: readonly string[]): Role | undefined {
  const greatest = (['administer', 'operate', 'read'] as const).find((each) =>
    scopes.includes(each),
  );
  return greatest === undefined ? undefined : roleOfScope[greatest];
}

/** Undefined: allowed. `what` completes the sentence "… needs an administrator". */
export function needRole(principal: Principal, role: Role, what: string): Refusal | undefined {
  const has = roleOf(principal);
  if (has !== undefined && rank[has] >= rank[role]) return undefined;
  return refused('forbidden', `${what} needs the role ${role}`);
}

/**
 * Operators manage every job; a print client its own, by the name it proved or, where nobody
 * proves, claims.
 */
export function needJobRight(principal: Principal, job: Job, what: string): Refusal | undefined {
  if (principal.kind !== 'print-client') return needRole(principal, 'operator', what);
  const own =
    principal.userName === job.origin.userName &&
    (principal.authenticated || !job.origin.authenticated);
  if (own) return undefined;
  return refused('forbidden', `${what} is for the owner of job ${job.number} and for operators`);
}

/** The access an Xcv handle is opened with; empty: it is not opened. */
export function xcvAccessOf(principal: Principal): ReadonlySet<XcvAccess> {
  switch (roleOf(principal)) {
    case 'administrator':
      return new Set(['SERVER_ACCESS_ADMINISTER', 'SERVER_ACCESS_ENUMERATE', 'PORT_ACCESS_USE']);
    case 'operator':
      return new Set(['SERVER_ACCESS_ENUMERATE', 'PORT_ACCESS_USE']);
    case 'viewer':
      return new Set(['SERVER_ACCESS_ENUMERATE']);
    case undefined:
      return new Set();
  }
}
