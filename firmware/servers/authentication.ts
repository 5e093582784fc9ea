// Who a client is, where it logs in: basic authentication (RFC 7617), over TLS alone, slowed down
// for those who guess.
import type { Clock } from '../../hal/contract.ts';
import type { Role } from '../api/principal.ts';
import { serverLimits } from '../limits/server-limits.ts';
import type { HttpRequest } from './http/contract.ts';

/** Someone whose name and password are right; without a role it prints, and no more. */
export interface KnownClient {
  readonly name: string;
  readonly role: Role | undefined;
}

export type ClientIdentity =
  /** It did not log in. */
  | { readonly kind: 'anonymous' }
  | ({ readonly kind: 'known' } & KnownClient)
  /** Name or password is wrong, or too many were before. */
  | { readonly kind: 'refused' };

export interface Authentication {
  identify(request: Pick<HttpRequest, 'header' | 'secure' | 'remote'>): Promise<ClientIdentity>;
}

/** Where nobody can log in, everyone is anonymous. */
export const noAuthentication: Authentication = {
  identify: async () => ({ kind: 'anonymous' }),
};

export interface AuthenticationOptions {
  /** Undefined: no such user, or not this password. */
  readonly check: (name: string, password: string) => Promise<KnownClient | undefined>;
  readonly clock: Clock;
}

interface Failures {
  count: number;
  sinceMs: number;
}

const { logins: limits } = serverLimits;

export function createAuthentication({ check, clock }: AuthenticationOptions): Authentication {
  const failures = new Map<string, Failures>();

  const recent = (address: string): number => {
    const known = failures.get(address);
    if (known === undefined) return 0;
    if (clock.monotonicMs() - known.sinceMs < limits.failureWindowMs) return known.count;
    failures.delete(address);
    return 0;
  };

  const fail = (address: string): ClientIdentity => {
    const count = recent(address) + 1;
    const sinceMs = failures.get(address)?.sinceMs ?? clock.monotonicMs();
    failures.delete(address);
    failures.set(address, { count, sinceMs });
    const [oldest] = failures.keys();
    if (failures.size > limits.rememberedAddresses && oldest !== undefined) failures.delete(oldest);
    return { kind: 'refused' };
  };

  return {
    async identify({ header, secure, remote }) {
      const field = header('authorization');
      // A password that came in the clear proves nothing: who reads along could send it too.
      if (field === undefined || !secure) return { kind: 'anonymous' };
      if (recent(remote.address) >= limits.failures) return { kind: 'refused' };
      const given = parseBasic(field);
      const known = given && (await check(given.name, given.password));
      if (known === undefined) return fail(remote.address);
      return { kind: 'known', ...known };
    },
  };
}

const basicForm = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i;

/** `Basic` and base64 of `name:password` in UTF-8; undefined for any other field. */
export function parseBasic(
  field: string,
): { readonly name: string; readonly password: string } | undefined {
  const [, token] = field.length <= limits.fieldOctets ? (basicForm.exec(field) ?? []) : [];
  if (token === undefined) return undefined;
  const text = Buffer.from(token, 'base64').toString('utf8');
  const at = text.indexOf(':');
  if (at < 1 || /[\p{Cc}\uFFFD]/u.test(text)) return undefined;
  return { name: text.slice(0, at), password: text.slice(at + 1) };
}

/** The challenge (RFC 7617 2); names are UTF-8. */
export const challenge = { 'www-authenticate': 'Basic realm="Platen", charset="UTF-8"' } as const;
