// What happened, once for all readers: SSE, IPP notifications, traps, webhooks and printer events
// read this one type.
import type { Moment } from '../jobs/job.ts';

/** Kinds of event; later features add rows. `spooler` and ids say to what it happened. */
export type EventBody =
  | { readonly type: 'job-created' | 'job-state-changed' | 'job-removed'; readonly jobId: string }
  | {
      readonly type:
        | 'printer-created'
        | 'printer-config-changed'
        | 'printer-state-changed'
        | 'printer-deleted';
    }
  /**
   * Printer data, queue-specific files, and who is connected to the queue. Facts: `name`, and what
   * it was: `keys`, `files`, `client`, `user`. `printerEvents` says it in Windows's words, as it
   * does in the events of printers.
   */
  | {
      readonly type:
        | 'queue-data-changed'
        | 'queue-files-changed'
        | 'queue-connected'
        | 'queue-disconnected';
    }
  | { readonly type: 'port-status-changed'; readonly portName: string }
  | { readonly type: 'appliance-started' | 'appliance-stopping' }
  /** The disk of the spool is nearly full, or has room again. */
  | { readonly type: 'spool-low' | 'spool-has-room' }
  /** Somebody asked by SNMP who may not; told a few times a minute at most. */
  | { readonly type: 'snmp-refused' }
  /**
   * A group has an owner, or another one, for whatever reason; that was no move in order; it goes
   * on alone; both nodes hold everything again. The facts are `group`, `owner` and `term`.
   */
  | {
      readonly type:
        | 'group-owner-changed'
        | 'group-failed-over'
        | 'group-exposed'
        | 'group-in-step';
    }
  /**
   * Its spooler serves, does not by somebody's wish, or failed (fact `reason`). Facts as before.
   */
  | { readonly type: 'group-online' | 'group-offline' | 'group-failed' }
  /**
   * Jobs that the other appliance may have printed wait for its word, or a person's (fact `jobs`);
   * its word came. Facts as before.
   */
  | { readonly type: 'group-jobs-held' | 'group-jobs-released' }
  /** The database was damaged or gone, and was built anew from the spool. */
  | { readonly type: 'registry-rebuilt' }
  /** Something is wrong with the machine itself, and over again: facts say kind and message. */
  | { readonly type: 'trouble-began' | 'trouble-ended' }
  /** The wall clock jumped; facts say by how many milliseconds. */
  | { readonly type: 'clock-jumped' };

export type PlatenEvent = EventBody & {
  /** Only grows, also over restarts; gaps are possible. */
  readonly id: number;
  readonly at: Moment;
  readonly spooler: string;
  readonly printerId?: string;
  /** State, reasons, message: what a reader needs without asking again. */
  readonly facts: Readonly<Record<string, string | number | boolean | readonly string[]>>;
};

/** An event before the store gave it its id. */
export type EventDraft = EventBody & Omit<PlatenEvent, 'id' | 'type' | 'jobId' | 'portName'>;

/** The bounded, persisted ring and its live end. */
export interface Events {
  /**
   * Events with an id above `afterId`, oldest first; `gap` says that older ones are gone already.
   */
  since(
    afterId: number,
    limit: number,
  ): Promise<{ readonly events: readonly PlatenEvent[]; readonly gap: boolean }>;
  /** Calls for each event from now on, in order, after it is durable. Returns the way to stop. */
  subscribe(listener: (event: PlatenEvent) => void): () => void;
  /**
   * Adds an event that belongs to no record (a device's state). Never fails; durable with the next
   * commit.
   */
  report(draft: EventDraft): void;
}
