// What a group is: its name, addresses and policies; and which definitions are refused.
import { parseIpAddress } from '../../hal/address.ts';
import { refused, type Refusal } from '../errors/codes.ts';
import { groupLimits } from '../limits/group-limits.ts';

/** A resource of a group; each depends on those before it: address → name → spooler. */
export const resourceKinds = ['address', 'name', 'spooler'] as const;

export type ResourceKind = (typeof resourceKinds)[number];

export type Failback =
  | { readonly kind: 'prevent' }
  | { readonly kind: 'at-once' }
  /** Hours of the day, local time; a window may pass midnight. */
  | { readonly kind: 'window'; readonly fromHour: number; readonly toHour: number };

export interface GroupPolicy {
  readonly restartAction: 'none' | 'restart' | 'restart-then-fail-over';
  readonly restartThreshold: number;
  readonly restartPeriodMs: number;
  readonly failoverThreshold: number;
  readonly failoverPeriodMs: number;
  readonly looksAliveMs: number;
  readonly isAliveMs: number;
  readonly pendingMs: number;
  /** How long a move or offline waits for jobs that print and uploads that run. */
  readonly jobCompletionMs: number;
  /** Whether jobs are accepted while the standby is away. */
  readonly exposed: 'accept' | 'refuse';
  readonly failback: Failback;
}

export const defaultPolicy: GroupPolicy = {
  restartAction: 'restart-then-fail-over',
  restartThreshold: groupLimits.restartThreshold,
  restartPeriodMs: groupLimits.restartPeriodMs,
  failoverThreshold: groupLimits.failoverThreshold,
  failoverPeriodMs: groupLimits.failoverPeriodMs,
  looksAliveMs: groupLimits.looksAliveMs,
  isAliveMs: groupLimits.isAliveMs,
  pendingMs: groupLimits.pendingMs,
  jobCompletionMs: groupLimits.jobCompletionMs,
  exposed: 'accept',
  failback: { kind: 'prevent' },
};

export interface GroupDefinition {
  /** UUID; also the id of the group's spooler. */
  readonly id: string;
  /** The network name by which clients know it; unique in the pair without regard to case. */
  readonly name: string;
  readonly addresses: readonly string[];
  /** Its Print Spooler resources: exactly one. */
  readonly spoolers: readonly string[];
  /** Node id; undefined: it stays where it is. */
  readonly preferredOwner: string | undefined;
  readonly policy: GroupPolicy;
}

/** Checks a definition against the others of the pair; `nodes` are the two that may own it. */
export function refuseGroup(
  group: GroupDefinition,
  others: readonly GroupDefinition[],
  nodes: readonly string[],
): Refusal | undefined {
  const reason =
    countReason(group, others) ?? nameReason(group, others) ?? addressReason(group, others);
  if (reason !== undefined)
    return refused('value-not-supported', `group "${group.name}" ${reason}`);
  const { preferredOwner, policy } = group;
  if (preferredOwner !== undefined && !nodes.includes(preferredOwner)) {
    const message = `group "${group.name}" prefers "${preferredOwner}", which is not in the pair`;
    return refused('value-not-supported', message);
  }
  if (policy.failback.kind !== 'prevent' && preferredOwner === undefined) {
    const message = `group "${group.name}" can fail back only with a preferred owner`;
    return refused('value-not-supported', message);
  }
  return undefined;
}

function countReason(group: GroupDefinition, others: readonly GroupDefinition[]) {
  if (others.length >= groupLimits.groupsPerPair) {
    return `is one more than the ${groupLimits.groupsPerPair} that a pair may have`;
  }
  if (group.spoolers.length !== 1) {
    return `has ${group.spoolers.length} Print Spooler resources: a group has exactly one`;
  }
  return undefined;
}

/** RFC 1123 2.1: letters, digits and hyphens, as hosts are called. */
const hostName = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i;

function nameReason({ name }: GroupDefinition, others: readonly GroupDefinition[]) {
  if (name.length > groupLimits.nameOctets || !hostName.test(name)) {
    return 'needs a name of letters, digits and hyphens, at most 63';
  }
  const taken = others.some((other) => other.name.toLowerCase() === name.toLowerCase());
  return taken ? 'has the name of another group' : undefined;
}

function addressReason({ addresses }: GroupDefinition, others: readonly GroupDefinition[]) {
  if (addresses.length > groupLimits.addressesPerGroup) {
    return `has more than ${groupLimits.addressesPerGroup} addresses`;
  }
  const wrong = addresses.find((address) => parseIpAddress(address) === undefined);
  if (wrong !== undefined) return `has "${wrong}", which is no IP address`;
  const taken = new Set(others.flatMap((other) => other.addresses));
  const twice = addresses.find((address) => taken.has(address));
  return twice === undefined ? undefined : `has the address ${twice} of another group`;
}
