// The form of a record's row: its type, the schema of its payload, and the one function that
// applies it.
import type { z } from 'zod';
import type { Refusal } from '../../errors/codes.ts';
import type { EventDraft } from '../../events/event.ts';
import type { Sql } from '../sql.ts';

/**
 * What applying a record may use: the tables of its spooler, and nothing of clock, chance or disk.
 */
export interface ApplyContext {
  readonly sql: Sql;
  readonly spooler: string;
  /** The record's own number in the log. */
  readonly seq: number;
  /** IPP's job-id: the next of this spooler, never given twice. */
  readonly nextJobNumber: () => number;
  /** Adds an event to the ring, in the same transaction. */
  readonly emit: (event: EventDraft) => void;
  /** Names a job or printer that the commit's outcome shall show as it is afterwards. */
  readonly touchJob: (id: string) => void;
  readonly touchPrinter: (id: string) => void;
  /** Nobody needs the bytes of this job's documents any more: this node forgets where they are. */
  readonly dropDocuments: (jobId: string) => void;
}

/**
 * One type of record. `apply` changes the tables or refuses; a refusal rolls back its whole unit. A
 * payload that was once written must stay readable: schemas only grow, by optional members.
 */
interface RecordRowDraft<Type extends string, Payload extends z.ZodType> {
  readonly type: Type;
  readonly payload: Payload;
  readonly apply: (context: ApplyContext, payload: z.output<Payload>) => Refusal | undefined;
}

export interface RecordRow<Type extends string, Payload extends z.ZodType> {
  readonly type: Type;
  readonly payload: Payload;
  /**
   * Checks a payload that came from a caller, a log or a peer, and applies it; throws a
   * ChangeError.
   */
  readonly perform: (context: ApplyContext, payload: unknown) => Refusal | undefined;
}

export function recordRow<const Type extends string, Payload extends z.ZodType>(
  draft: RecordRowDraft<Type, Payload>,
): RecordRow<Type, Payload> {
  return {
    type: draft.type,
    payload: draft.payload,
    perform(context, payload) {
      const checked = draft.payload.safeParse(payload);
      if (!checked.success) throw new ChangeError(draft.type, checked.error.message);
      return draft.apply(context, checked.data);
    },
  };
}

/** What was handed in is no record: a bug of ours, a damaged log or a bad peer. */
export class ChangeError extends Error {
  constructor(type: string, why: string) {
    super(`not a record of type ${type}: ${why}`);
    this.name = 'ChangeError';
  }
}
