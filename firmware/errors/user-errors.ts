// Error codes of users and tokens.
import type { ErrorRow } from './row.ts';

export const userErrors = {
  'user-not-found': {
    http: 404,
    ipp: 'client-error-not-found',
    title: 'There is no such user or token',
    next: 'List them, and look at the spelling.',
  },
  'user-exists': {
    http: 409,
    ipp: 'client-error-not-possible',
    title: 'The name is taken',
    next: 'Choose another name, or change what is there.',
  },
  'last-administrator': {
    http: 409,
    ipp: 'client-error-not-possible',
    title: 'An administrator has to be left',
    next: 'Make another administrator first.',
  },
  'too-many-attempts': {
    http: 429,
    ipp: 'client-error-not-authenticated',
    title: 'Too many wrong passwords came lately',
    next: 'Wait a quarter of an hour, then try once more.',
  },
} as const satisfies Readonly<Record<string, ErrorRow>>;
