// The lines between supervisor and served process: JSON, one message each, checked on both ends.
import { z } from 'zod';
import { supervisorLimits } from '../limits/supervisor-limits.ts';

const address = z.string().max(64);
const name = z.string().min(1).max(128);
const interfaceName = z.string().regex(/^[^\s/]{1,15}$/);
const timeMs = z.number();

const term = z.object({
  generation: z.int().nonnegative(),
  counter: z.int().nonnegative(),
  node: name,
});

const placed = z.object({ address, prefixBits: z.int().min(0).max(128), interfaceName });

const ability = z.discriminatedUnion('can', [
  z.object({ can: z.literal(true) }),
  z.object({ can: z.literal(false), why: z.string() }),
]);

const abilities = z.object({ addresses: ability, link: ability, gate: ability });

const setup = z.object({
  groups: z
    .array(
      z.object({
        id: name,
        addresses: z.array(placed).max(supervisorLimits.addressesPerGroup),
      }),
    )
    .max(supervisorLimits.groups),
  link: z.object({ interfaceName, address }).optional(),
  peerAddress: address.optional(),
  arbiters: z.array(address).max(supervisorLimits.arbiters),
});

/**
 * What a box says after its process ended (`fenced` of the cluster), and with what it is sealed.
 */
const fencing = z.object({
  generation: z.int().nonnegative(),
  node: name,
  boot: z.int().nonnegative(),
  secret: z.base64(),
  listen: z.object({ address, port: z.int().min(1).max(65_535) }),
  peer: z.object({ node: name, address, port: z.int().min(1).max(65_535) }),
});

/** From the served process. */
export const toSupervisor = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('pat') }),
  z.object({ kind: z.literal('set-up'), id: z.int(), setup }),
  z.object({ kind: z.literal('fencing'), fencing: fencing.optional() }),
  z.object({ kind: z.literal('renew'), id: z.int(), group: name, untilMs: timeMs, term }),
  z.object({ kind: z.literal('hold'), id: z.int(), group: name }),
  z.object({ kind: z.literal('fence'), id: z.int(), group: name }),
  z.object({ kind: z.literal('probe'), group: name }),
  z.object({ kind: z.literal('ask-arbiters') }),
]);

export type ToSupervisor = z.infer<typeof toSupervisor>;

/** To the served process. */
export const fromSupervisor = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hello'), abilities }),
  z.object({ kind: z.literal('done'), id: z.int() }),
  z.object({ kind: z.literal('failed'), id: z.int(), message: z.string() }),
  z.object({
    kind: z.literal('probe-answered'),
    group: name,
    askedAtMs: timeMs,
    by: z.enum(['owner', 'conflict']),
    of: z.enum(['group', 'node']),
  }),
  z.object({ kind: z.literal('arbiter-replied'), askedAtMs: timeMs }),
  z.object({ kind: z.literal('carrier'), up: z.boolean() }),
  z.object({ kind: z.literal('taken-down'), group: name }),
]);

export type FromSupervisor = z.infer<typeof fromSupervisor>;

/** What `fenced` is made of; told ahead, since its process is dead when it is sent. */
export type Fencing = z.infer<typeof fencing>;
