// Takes secrets out of what is written down.

/** Names of members whose values nobody may read later. */
const secretName = /pass|secret|token|code|community|credential|private|key$/i;

const hidden = '***';

/** The same value, with each member hidden whose name says that it is a secret. */
export function redact(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]: [string, unknown]) => [
      name,
      secretName.test(name) && (typeof member === 'string' || typeof member === 'number')
        ? hidden
        : redact(member),
    ]),
  );
}
