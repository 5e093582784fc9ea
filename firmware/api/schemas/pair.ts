// The shapes of the pair: who the peer is, what the link says, the pairing code, the witness.
import { z } from 'zod';
import { job } from './job.ts';
import { printerStatus } from './printer.ts';

const port = z.int().min(1).max(65_535);

export const pairView = z.object({
  nodeId: z.string(),
  paired: z.boolean(),
  /** Of this pair or the last one. */
  generation: z.int(),
  peer: z
    .object({
      nodeId: z.string(),
      name: z.string(),
      address: z.string(),
      beatPort: z.int(),
      channelPort: z.int(),
      pin: z.string(),
      connected: z.boolean(),
      version: z.string().optional(),
      /** What it says that this appliance is to it. */
      relation: z.enum(['peer', 'unpaired', 'cloned']).optional(),
    })
    .optional(),
  link: z.object({
    outgoing: z.boolean(),
    incoming: z.boolean(),
    datagrams: z.boolean(),
    witness: z.enum(['none', 'connected', 'lost']),
    /** Round trips of heartbeats in the last second that had any. */
    echoMs: z.object({ median: z.number(), worst: z.number() }).optional(),
  }),
  witness: z.object({ address: z.string(), port, tls: z.boolean() }).optional(),
  code: z.object({ secondsLeft: z.int(), attemptsLeft: z.int() }).optional(),
});

/** The printers of the other appliance, as it said last. */
export const peerPrinters = z.object({
  /** False: it does not answer now, and how its printers are is not known. */
  known: z.boolean(),
  /** Where its own page is; left out where it did not say. */
  page: z.string().optional(),
  items: z
    .array(
      z.object({
        id: z.string(),
        name: z.string(),
        /** `local`, or the name of a group that it owns. */
        owner: z.string(),
        location: z.string(),
        status: printerStatus.optional(),
      }),
    )
    .readonly(),
});

/** A job of this appliance, of a group, or of the other appliance. */
export const pairJob = job.extend({
  /** `local`, or the name of a group. */
  owner: z.string(),
  /** Who answers for it: this appliance or the other one. */
  at: z.enum(['here', 'peer']),
});

export const pairJobs = z.object({
  /** False: the other appliance does not answer, and its jobs are missing. */
  known: z.boolean(),
  items: z.array(pairJob).readonly(),
  next: z.string().optional(),
});

export const pairingCode = z.object({
  code: z.string(),
  secondsLeft: z.int(),
  attemptsLeft: z.int(),
});

export const showCodeInput = z.strictObject({
  /** The peer that comes takes the place of a dead one. */
  replace: z.boolean().default(false),
});

export const joinInput = z.strictObject({
  host: z.string().min(1).max(255),
  port: port.default(8_884),
  code: z.string().min(1).max(32),
  replace: z.boolean().default(false),
});

export const unpairInput = z.strictObject({ force: z.boolean().default(false) });

export const witnessInput = z.strictObject({
  address: z.union([z.ipv4(), z.ipv6()]),
  port: port.default(1_883),
  /** SHA-256 of the broker's key (SubjectPublicKeyInfo); without it there is no TLS. */
  tlsPin: z
    .string()
    .regex(/^[0-9a-f]{64}$/i)
    .optional(),
  userName: z.string().max(255).optional(),
  password: z.string().max(1_024).optional(),
});
