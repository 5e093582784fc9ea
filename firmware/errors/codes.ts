// The one table of error codes, made of the files beside it; a door translates a code, it never
// invents one.
import { backupErrors } from './backup-errors.ts';
import { fileErrors } from './file-errors.ts';
import { jobErrors } from './job-errors.ts';
import { printerErrors } from './printer-errors.ts';
import { snmpErrors } from './snmp-errors.ts';
import { systemErrors } from './system-errors.ts';
import { userErrors } from './user-errors.ts';

export const errorCodes = {
  ...backupErrors,
  ...fileErrors,
  ...jobErrors,
  ...printerErrors,
  ...snmpErrors,
  ...systemErrors,
  ...userErrors,
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** An expected refusal, as a value: what happened, to what, in words for people. */
export interface Refusal {
  readonly kind: 'refused';
  readonly code: ErrorCode;
  readonly message: string;
}

export function refused(code: ErrorCode, message: string): Refusal {
  return { kind: 'refused', code, message };
}

/** A refusal on its way through code that can only throw (an HTTP handler, a stream). */
export class RefusedError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal, options?: ErrorOptions) {
    super(refusal.message, options);
    this.name = 'RefusedError';
    this.refusal = refusal;
  }
}
