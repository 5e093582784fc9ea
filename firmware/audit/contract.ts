// The audit trail: every change that somebody asked for, with who, from where, what, and how it was
// before and after.
import type { Moment } from '../jobs/job.ts';

export interface AuditEntry {
  /** From 1; only grows. */
  readonly id: number;
  readonly at: Moment;
  /** The principal's name. */
  readonly who: string;
  /** Where the client is; '' on the box's own socket. */
  readonly address: string;
  /** Method and path of the API: `PATCH /api/v1/printers/office`. */
  readonly what: string;
  /** `done`, or the code with which it was refused. */
  readonly outcome: string;
  /** What was asked, without secrets. */
  readonly asked?: unknown;
  /** What was there before and after, where the API shows it under the same path. */
  readonly before?: unknown;
  readonly after?: unknown;
}

export type AuditDraft = Omit<AuditEntry, 'id' | 'at'>;

export interface AuditTrail {
  /** Never fails: what can't be written is told by the log, and kept in memory. */
  add(draft: AuditDraft): void;
  /** Newest first, those with a lower id than `before`. */
  list(options: { readonly before?: number; readonly limit: number }): readonly AuditEntry[];
  /** Ends after what was added is on disk. */
  close(): Promise<void>;
}
