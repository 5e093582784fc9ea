// The shapes of the appliance as a whole.
import { z } from 'zod';
import { urgencies } from '../../../hal/priority.ts';

export const health = z.object({
  status: z.enum(['ok', 'failed']),
  problems: z.array(z.string()).readonly(),
  /** One for each spooler of this node. */
  spoolers: z
    .array(
      z.object({ id: z.string(), alive: z.boolean(), problems: z.array(z.string()).readonly() }),
    )
    .readonly(),
  /** Of a paired appliance: how soon its heartbeats are served, and why not sooner. */
  heartbeats: z.object({ urgency: z.enum(urgencies), why: z.string().optional() }).optional(),
});

export const appliance = z.object({
  product: z.literal('Platen'),
  version: z.string(),
  nodeId: z.string(),
  uptimeSeconds: z.number(),
  time: z.string(),
  timeTrusted: z.boolean(),
  /** The machine is the appliance's own: it can be switched off through it. */
  ownMachine: z.boolean(),
  addresses: z
    .array(
      z.object({
        what: z.enum(['http', 'https', 'lpd', 'snmp', 'raw', 'socket']),
        /** An URI, or the path of the socket. */
        address: z.string(),
        /** The printer of a raw port. */
        printer: z.string().optional(),
      }),
    )
    .readonly(),
  health,
});
