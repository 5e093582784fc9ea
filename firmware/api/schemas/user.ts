// The shapes of users and tokens.
import { z } from 'zod';
import { userLimits } from '../../limits/user-limits.ts';
import { tokenScopes } from '../../users/contract.ts';
import { moment } from './job.ts';

export const userRole = z.enum(['administrator', 'operator', 'viewer', 'print']);

const name = z.string().min(1).max(userLimits.nameOctets);
const password = z.string().min(1).max(userLimits.passwordOctets);
const scopes = z.array(z.enum(tokenScopes)).min(1).readonly();

export const user = z.object({ name: z.string(), role: userRole, createdAt: moment });
export const newUser = z.strictObject({ name, role: userRole, password });
export const userChanges = z.strictObject({
  role: userRole.exactOptional(),
  password: password.exactOptional(),
});
export const passwordChange = z.strictObject({ old: password, new: password });

export const token = z.object({
  name: z.string(),
  scopes: z.array(z.enum(tokenScopes)).readonly(),
  createdAt: moment,
});
export const newToken = z.strictObject({ name, scopes });
/** `secret` is told this once. */
export const madeToken = token.extend({ secret: z.string() });
