// The shapes of logging in and of the first set-up.
import { z } from 'zod';

export const role = z.enum(['administrator', 'operator', 'viewer']);

export const session = z.object({
  name: z.string(),
  role,
  /** What every change by this session carries in `x-platen-csrf`. */
  csrfToken: z.string(),
});

/** Whether the box waits for its first administrator. */
export const setup = z.object({ needed: z.boolean() });

export const loggedOut = z.object({ loggedOut: z.boolean() });

const name = z.string().min(1).max(255);
const password = z.string().min(1).max(1_024);

export const logIn = z.strictObject({ name, password });
export const firstAdministrator = z.strictObject({ code: z.string().max(64), name, password });
