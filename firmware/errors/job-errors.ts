// Error codes of jobs and documents.
import type { ErrorRow } from './row.ts';

export const jobErrors = {
  'job-not-found': {
    http: 404,
    ipp: 'client-error-not-found',
    title: 'There is no such job',
    next: 'List the jobs of the printer; old ones are removed from the history.',
  },
  'job-not-possible': {
    http: 409,
    ipp: 'client-error-not-possible',
    title: 'The job is not in a state for that',
    next: 'Look at the state of the job first.',
  },
  'job-incoming-closed': {
    http: 409,
    ipp: 'client-error-not-possible',
    title: 'The job takes no more documents',
    next: 'Send the document as a new job.',
  },
  'job-too-large': {
    http: 413,
    ipp: 'client-error-request-entity-too-large',
    title: 'The document is larger than this printer accepts',
    next: 'Raise the limit of the printer, or send a smaller document.',
  },
  'queue-full': {
    http: 429,
    ipp: 'server-error-too-many-jobs',
    title: 'The printer has all the jobs that it takes at once',
    next: 'Wait until some are printed, or raise the quota of the printer.',
  },
  'user-quota': {
    http: 429,
    ipp: 'client-error-account-limit-reached',
    title: 'The user has all the jobs that one may have in this printer',
    next: 'Wait until some are printed, cancel some, or raise the quota of the printer.',
  },
  'job-not-retained': {
    http: 410,
    ipp: 'client-error-gone',
    title: 'The documents of the job are not kept any more',
    next: 'Send the document again; the retention of the printer says how long it is kept.',
  },
  'document-incomplete': {
    http: 400,
    ipp: 'client-error-bad-request',
    title: 'The document broke off before its end',
    next: 'Send it again; nothing of it was printed.',
  },
  'document-format-not-supported': {
    http: 415,
    ipp: 'client-error-document-format-not-supported',
    title: 'The printer does not take this document format',
    next: 'Choose one of document-format-supported.',
  },
  'compression-not-supported': {
    http: 415,
    ipp: 'client-error-compression-not-supported',
    title: 'The document is compressed in a way that is not known here',
    next: 'Choose one of compression-supported.',
  },
} as const satisfies Record<string, ErrorRow>;
