// What the bench's processes write, one JSON line each; times are CLOCK_MONOTONIC in milliseconds,
// as every process of the machine reads it.
import { z } from 'zod';

export const printerLine = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  /** Payload of one sender came from the wire. */
  z.object({ kind: z.literal('bytes'), atMs: z.number(), mac: z.string() }),
  /** An announcement of an address: gratuitous ARP. */
  z.object({
    kind: z.literal('announced'),
    atMs: z.number(),
    mac: z.string(),
    address: z.string(),
  }),
  z.object({
    kind: z.literal('document'),
    firstByteAtMs: z.number(),
    endedAtMs: z.number(),
    mac: z.string(),
    head: z.string(),
    bytes: z.int(),
    whole: z.boolean(),
  }),
]);

export type PrinterLine = z.infer<typeof printerLine>;

export const clientLine = z.object({
  id: z.string(),
  startedAtMs: z.number(),
  endedAtMs: z.number(),
  /**
   * `accepted`: an IPP success. `refused`: an IPP or HTTP error. `broken`: no answer came, and
   * nobody knows of the job. `unreached`: there was no connection, and so no job.
   */
  outcome: z.enum(['accepted', 'refused', 'broken', 'unreached']),
  detail: z.string(),
});

export type ClientLine = z.infer<typeof clientLine>;
