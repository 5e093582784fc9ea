// Error codes of printer data, queue-specific files and connections.
import type { ErrorRow } from './row.ts';

export const fileErrors = {
  'file-not-found': {
    http: 404,
    ipp: 'client-error-not-found',
    title: 'The printer has no such file',
    next: 'List the files of the printer, and mind the directory.',
  },
  'file-refused': {
    http: 422,
    ipp: 'client-error-attributes-or-values-not-supported',
    title: 'The file can not be kept for the printer',
    next: 'The detail says what is wrong with its name or its content.',
  },
  'data-not-found': {
    http: 404,
    ipp: 'client-error-not-found',
    title: 'The printer has no such key or value',
    next: 'List the keys of the printer first.',
  },
  'connection-not-found': {
    http: 404,
    ipp: 'client-error-not-found',
    title: 'There is no such connection',
    next: 'List the connections of the printer.',
  },
} as const satisfies Record<string, ErrorRow>;
