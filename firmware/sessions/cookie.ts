// The session's cookie (RFC 6265): of this host alone, over TLS alone, out of reach of scripts, and
// never sent along with a request that another site made.

/** The prefix makes browsers refuse it without Secure, or with a Domain. */
export const cookieName = '__Host-platen';

/** 32 bytes in base64url; anything else was not made here. */
const secretForm = /^[A-Za-z0-9_-]{43}$/;

export function sessionCookie(secret: string): string {
  return `${cookieName}=${secret}; Path=/; Secure; HttpOnly; SameSite=Strict`;
}

export const endedCookie = `${cookieName}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0`;

/** The secret in a Cookie field; undefined where there is none of ours, or two. */
export function readSessionCookie(field: string | undefined): string | undefined {
  const values = (field ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${cookieName}=`))
    .map((pair) => pair.slice(cookieName.length + 1));
  const [secret, second] = values;
  if (secret === undefined || second !== undefined) return undefined;
  return secretForm.test(secret) ? secret : undefined;
}
