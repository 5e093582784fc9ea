// Error codes of backup and restore.
import type { ErrorRow } from './row.ts';

export const backupErrors = {
  'backup-missing': {
    http: 404,
    ipp: 'client-error-not-found',
    title: 'No backup file was handed in',
    next: 'Send the file first: POST /api/v1/restore.',
  },
  'backup-passphrase': {
    http: 422,
    ipp: 'client-error-not-possible',
    title: 'The passphrase does not open the backup',
    next: 'Enter the passphrase with which this very file was made.',
  },
  'backup-damaged': {
    http: 422,
    ipp: 'client-error-bad-request',
    title: 'The backup can not be read whole',
    next: 'Use another copy of the file; nothing was changed.',
  },
  'backup-refused': {
    http: 409,
    ipp: 'client-error-not-possible',
    title: 'This backup can not be restored here',
    next: 'The detail says what stands against it; nothing was changed.',
  },
} as const satisfies Record<string, ErrorRow>;
