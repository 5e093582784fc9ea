// Users and tokens: who may do what on this appliance, and how they prove who they are.
//
// Both live in the registry of the node's own spooler, so that they are in the log, the keepsake
// and a backup; nothing of a password or token is there but what checks it.
import type { Role } from '../api/principal.ts';
import type { Refusal } from '../errors/codes.ts';
import type { Moment } from '../jobs/job.ts';

/** `print`: may print where a printer asks for a log-in, and nothing else. */
export type UserRole = Role | 'print';

export interface User {
  /** Compared without regard to case. */
  readonly name: string;
  readonly role: UserRole;
  readonly createdAt: Moment;
}

export interface UserChanges {
  readonly role?: UserRole;
  readonly password?: string;
}

export type UserAnswer = { readonly kind: 'done'; readonly user: User } | Refusal;

export interface Users {
  list(): Promise<readonly User[]>;
  hasAdministrator(): Promise<boolean>;
  /** Undefined: no such user, or not this password; both take as long. */
  check(name: string, password: string): Promise<User | undefined>;
  create(name: string, role: UserRole, password: string): Promise<UserAnswer>;
  /** As `create`, with a hash of the password (PHC string form) that was made elsewhere. */
  provide(name: string, role: UserRole, hash: string): Promise<UserAnswer>;
  /** Refused where no administrator would be left. */
  change(name: string, changes: UserChanges): Promise<UserAnswer>;
  remove(name: string): Promise<{ readonly kind: 'done' } | Refusal>;
}

/** What a token may do, as the role that may do the same. */
export const tokenScopes = ['read', 'operate', 'administer'] as const;

export type TokenScope = (typeof tokenScopes)[number];

export interface Token {
  readonly name: string;
  readonly scopes: readonly TokenScope[];
  readonly createdAt: Moment;
}

export interface Tokens {
  list(): Promise<readonly Token[]>;
  /** The secret is told once, here. */
  create(
    name: string,
    scopes: readonly TokenScope[],
  ): Promise<{ readonly kind: 'done'; readonly token: Token; readonly secret: string } | Refusal>;
  check(secret: string): Promise<Token | undefined>;
  remove(name: string): Promise<{ readonly kind: 'done' } | Refusal>;
}

/** Makes and checks what is kept of a password. */
export interface Passwords {
  /** In PHC string form; refused where it is too short or too long. */
  hash(password: string): Promise<string>;
  /** `undefined` kept: takes as long as a real check, and is false. */
  matches(password: string, kept: string | undefined): Promise<boolean>;
}
