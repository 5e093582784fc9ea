// Who asks the API over TLS: by a program's token, or by the page's session.
import { timingSafeEqual } from 'node:crypto';
import { type Refusal, refused } from '../errors/codes.ts';
import { apiLimits } from '../limits/api-limits.ts';
import type { HttpRequest } from '../servers/http/contract.ts';
import type { Sessions } from '../sessions/contract.ts';
import { readSessionCookie } from '../sessions/cookie.ts';
import type { Tokens } from '../users/contract.ts';
import type { Principal } from './principal.ts';

export interface AuthenticateOptions {
  readonly sessions: Pick<Sessions, 'find'>;
  readonly tokens: Pick<Tokens, 'check'>;
}

type Asking = Pick<HttpRequest, 'method' | 'header' | 'secure'>;

export type Authenticate = (request: Asking) => Promise<Principal | Refusal>;

/** The header field that carries a session's CSRF token. */
export const csrfField = 'x-platen-csrf';

const bearerForm = /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i;

/**
 * A wrong token is refused, rather than taken for nobody, so that its owner hears of it. A session
 * alone may look; a change carries its CSRF token too.
 */
export function createAuthenticate({ sessions, tokens }: AuthenticateOptions): Authenticate {
  return async (request) => {
    if (!request.secure) return { kind: 'nobody' };
    const field = request.header('authorization');
    if (field !== undefined) return byToken(tokens, field);
    const secret = readSessionCookie(request.header('cookie'));
    const session = secret === undefined ? undefined : sessions.find(secret);
    if (session === undefined) return { kind: 'nobody' };
    const looks = request.method === 'GET' || request.method === 'HEAD';
    if (!looks && !isSame(request.header(csrfField) ?? '', session.csrfToken)) {
      return refused('forbidden', `A change within a session carries its token in ${csrfField}.`);
    }
    return { kind: 'user', ...session.user };
  };
}

async function byToken(tokens: Pick<Tokens, 'check'>, field: string): Promise<Principal | Refusal> {
  const [, secret] = field.length <= apiLimits.authorizationOctets ? bearerOf(field) : [];
  if (secret === undefined) return refused('unauthorized', 'Send a token: Bearer TOKEN.');
  const token = await tokens.check(secret);
  if (token === undefined) return refused('unauthorized', 'There is no such token.');
  return { kind: 'token', name: token.name, scopes: token.scopes };
}

function bearerOf(field: string): readonly (string | undefined)[] {
  return bearerForm.exec(field) ?? [];
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
