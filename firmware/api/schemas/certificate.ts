// The shapes of certificates.
import { z } from 'zod';
import { identityLimits } from '../../limits/identity-limits.ts';

const pem = z.string().max(identityLimits.pemBytes);

export const certificate = z.object({
  owner: z.string(),
  source: z.enum(['own', 'administrator']),
  /** SHA-256 of the key: what `--pin` of the command line takes. */
  pin: z.string(),
  names: z.array(z.string()).readonly(),
  notBeforeMs: z.number(),
  notAfterMs: z.number(),
  state: z.enum(['good', 'ends-soon', 'over', 'unknown']),
});

/** A certificate with those that vouch for it, and its key, both PEM. */
export const newCertificate = z.strictObject({ chainPem: pem, privateKeyPem: pem });
