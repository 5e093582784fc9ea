// The shapes of groups.
import { z } from 'zod';
import { failbackSchema, policyChanges } from '../../pair/group-schema.ts';

const resource = z.object({ state: z.string(), reason: z.string() });

export const group = z.object({
  id: z.string(),
  name: z.string(),
  addresses: z.array(z.string()).readonly(),
  preferredOwner: z.string().optional(),
  /** Node id of whoever owns it, as far as is known here. */
  owner: z.string().optional(),
  ownedHere: z.boolean(),
  /** in-step, exposed, outdated; unknown where nothing runs here. */
  mode: z.enum(['in-step', 'exposed', 'outdated', 'unknown']),
  term: z.int().optional(),
  /** The owner knows it. */
  state: z.string().optional(),
  resources: z.object({ address: resource, name: resource, spooler: resource }).optional(),
  policy: z.object({
    restartAction: z.string(),
    restartThreshold: z.int(),
    restartPeriodMs: z.int(),
    failoverThreshold: z.int(),
    failoverPeriodMs: z.int(),
    looksAliveMs: z.int(),
    isAliveMs: z.int(),
    pendingMs: z.int(),
    jobCompletionMs: z.int(),
    exposed: z.enum(['accept', 'refuse']),
    failback: failbackSchema,
  }),
});

const name = z.string().min(1).max(255);
const addresses = z.array(z.string().min(1).max(64)).max(64).readonly();
/** Its Print Spooler resources: a group has exactly one, and says so to whoever brings another. */
const spoolers = z.array(z.string().min(1).max(100)).max(16).readonly();

export const newGroup = z.strictObject({
  name,
  addresses: addresses.default([]),
  spoolers: spoolers.exactOptional(),
  preferredOwner: z.string().max(100).exactOptional(),
  policy: policyChanges.exactOptional(),
});

export const groupChanges = z.strictObject({
  name: name.exactOptional(),
  addresses: addresses.exactOptional(),
  spoolers: spoolers.exactOptional(),
  /** `null`: it stays where it is. */
  preferredOwner: z.string().max(100).nullable().exactOptional(),
  policy: policyChanges.exactOptional(),
});

/** Left out: all of them. */
export const heldJobsRequest = z.strictObject({
  jobs: z.array(z.string().max(128)).max(10_000).readonly().exactOptional(),
});

export const settledJobs = z.object({ count: z.int() });
