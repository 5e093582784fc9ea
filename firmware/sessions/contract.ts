// Sessions of the page: who logged in with name and password, and until when that counts.
//
// They live in memory: a restart logs everybody out, and a stolen card holds none. The cookie is
// the secret; the CSRF token is what a page of another origin can not know.
import type { Role } from '../api/principal.ts';

export interface SessionUser {
  readonly name: string;
  readonly role: Role;
}

export interface Session {
  readonly user: SessionUser;
  /** What every change within this session has to carry. */
  readonly csrfToken: string;
}

export interface Sessions {
  /** A new secret each time, whatever the client showed: nobody can fix a session beforehand. */
  open(user: SessionUser): { readonly secret: string; readonly session: Session };
  /** Undefined: never opened, ended, or too old. Seeing it keeps it alive. */
  find(secret: string): Session | undefined;
  end(secret: string): void;
  /** All sessions of a user whose password, role or existence changed. */
  endAllOf(name: string): void;
}
