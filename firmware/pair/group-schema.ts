// The form of a group's definition as the registry keeps it and the peer sends it; members that
// came later have defaults, unknown ones are left out.
import { z } from 'zod';
import { defaultPolicy, type GroupDefinition } from '../cluster/group-definition.ts';
import { groupLimits } from '../limits/group-limits.ts';

const count = z.int().min(0).max(1_000);
const ms = z.int().min(0).max(groupLimits.longestTimeMs);
const hour = z.int().min(0).max(23);

export const failbackSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('prevent') }),
  z.object({ kind: z.literal('at-once') }),
  z.object({ kind: z.literal('window'), fromHour: hour, toHour: hour }),
]);

const policyMembers = {
  restartAction: z.enum(['none', 'restart', 'restart-then-fail-over']),
  restartThreshold: count,
  restartPeriodMs: ms,
  failoverThreshold: count,
  failoverPeriodMs: ms,
  looksAliveMs: ms,
  isAliveMs: ms,
  pendingMs: ms,
  jobCompletionMs: ms,
  exposed: z.enum(['accept', 'refuse']),
  failback: failbackSchema,
};

/** Policies as people change them: what is left out stays. */
export const policyChanges = z.strictObject({
  restartAction: policyMembers.restartAction.exactOptional(),
  restartThreshold: count.exactOptional(),
  restartPeriodMs: ms.exactOptional(),
  failoverThreshold: count.exactOptional(),
  failoverPeriodMs: ms.exactOptional(),
  looksAliveMs: ms.exactOptional(),
  isAliveMs: ms.exactOptional(),
  pendingMs: ms.exactOptional(),
  jobCompletionMs: ms.exactOptional(),
  exposed: policyMembers.exposed.exactOptional(),
  failback: failbackSchema.exactOptional(),
});

const policySchema = z.object({
  restartAction: policyMembers.restartAction.default(defaultPolicy.restartAction),
  restartThreshold: policyMembers.restartThreshold.default(defaultPolicy.restartThreshold),
  restartPeriodMs: policyMembers.restartPeriodMs.default(defaultPolicy.restartPeriodMs),
  failoverThreshold: policyMembers.failoverThreshold.default(defaultPolicy.failoverThreshold),
  failoverPeriodMs: policyMembers.failoverPeriodMs.default(defaultPolicy.failoverPeriodMs),
  looksAliveMs: policyMembers.looksAliveMs.default(defaultPolicy.looksAliveMs),
  isAliveMs: policyMembers.isAliveMs.default(defaultPolicy.isAliveMs),
  pendingMs: policyMembers.pendingMs.default(defaultPolicy.pendingMs),
  jobCompletionMs: policyMembers.jobCompletionMs.default(defaultPolicy.jobCompletionMs),
  exposed: policyMembers.exposed.default(defaultPolicy.exposed),
  failback: policyMembers.failback.default(defaultPolicy.failback),
});

export const definitionSchema = z
  .object({
    id: z.uuid(),
    name: z.string().min(1).max(groupLimits.nameOctets),
    addresses: z.array(z.string().max(64)).max(groupLimits.addressesPerGroup).readonly(),
    spoolers: z.array(z.string().max(100)).max(16).readonly(),
    preferredOwner: z.string().max(100).optional(),
    policy: policySchema,
  })
  .transform((given): GroupDefinition => ({ ...given, preferredOwner: given.preferredOwner }));
