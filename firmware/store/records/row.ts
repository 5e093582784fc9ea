// The form of a record's row: its type, the schema of its payload, and the one function that applies it.
import type { z } from 'zod';
import type { Refusal } from '../../errors/codes.ts';
import type { EventDraft } from '../../events/event.ts';
import type { Sql } from '../sql.ts';

/** What applying a record may use: the tables of its spooler, and nothing of clock, chance or disk. */
export interface ApplyContext {
  readonly sql: Sql;
  readonly spooler: string;
  /** Adds an event to the ring, in the same transaction. */
  readonly emit: (event: EventDraft) => void;
  /** Names a job or printer that the commit's outcome shall show as it is afterwards. */
  readonly touchJob: (id: string) => void;
  readonly touchPrinter: (id: string) => void;
}

/**
 * One type of record. `apply` changes the tables or refuses; a refusal rolls back its whole unit. A
 * payload that was once written must stay readable: schemas only grow, by optional members.
 */
export interface RecordRow<Type extends string, Payload extends z.ZodType> {
  readonly type: Type;
  readonly payload: Payload;
  readonly apply: (context: ApplyContext, payload: z.output<Payload>) => Refusal | undefined;
}

/** Gives a row its types; adds nothing. */
export function recordRow<const Type extends string, Payload extends z.ZodType>(
  row: RecordRow<Type, Payload>,
): RecordRow<Type, Payload> {
  return row;
}
