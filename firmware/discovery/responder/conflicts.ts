// What others say about names of ours: conflicts, defence, and records that must be said again (RFC
// 6762 7.4, 8.1, 9, 10.1).
import { dnsNameKey, type DnsMessage, type DnsRecord } from '../../../monitors/wire/dns/message.ts';
import { discoveryLimits as limits } from '../../limits/discovery-limits.ts';
import { hostLabel, instanceLabel, nameKey, nextName } from '../names.ts';
import { beginOn, probeAgain } from './probing.ts';
import { keysAnywhere, recordKey, recordsOf, setKey, uniqueNamesOf } from './records.ts';
import { dropFromOutbox, multicastAgoMs } from './sending.ts';
import {
  delayMs,
  isSaid,
  namesTaken,
  phaseOf,
  setClaim,
  setPhase,
  type Claim,
  type Draft,
  type Link,
} from './state.ts';

export function hearResponse(draft: Draft, link: Link, by: string, message: DnsMessage): void {
  const heard = [...message.answers, ...message.additionals];
  const spoken = new Map(heard.map((record) => [recordKey(record), record.ttlSeconds]));
  dropFromOutbox(
    draft,
    link,
    (record) => (spoken.get(recordKey(record)) ?? -1) >= record.ttlSeconds,
  );
  const byName = Map.groupBy(heard, ({ name }) => dnsNameKey(name));
  for (const claim of draft.claims.values()) {
    const phase = phaseOf(draft, claim.wish.id, link.id);
    if (phase === undefined || phase.kind === 'waiting') continue;
    const here = uniqueNamesOf(claim).flatMap((name) => byName.get(dnsNameKey(name)) ?? []);
    if (here.length > 0 && saysOtherwise(draft, claim, link, here)) {
      takeConflict(draft, claim, link, by);
    } else if (isSaid(phase) && isFading(draft, claim, link, spoken)) {
      sayAgain(draft, claim, link);
    }
  }
}

/**
 * While we probe, whatever another says of the name makes it the other's; later only a record of a
 * type of ours that says something else. A goodbye takes no name.
 */
function saysOtherwise(
  draft: Draft,
  claim: Claim,
  link: Link,
  heard: readonly DnsRecord[],
): boolean {
  const anywhere = keysAnywhere(draft, claim);
  const isProbing = phaseOf(draft, claim.wish.id, link.id)?.kind === 'probing';
  const ourSets = new Set(recordsOf(draft, claim, link).map(setKey));
  return heard.some(
    (record) =>
      record.ttlSeconds > 0 &&
      !anywhere.has(recordKey(record)) &&
      (isProbing || ourSets.has(setKey(record))),
  );
}

/** An established name is defended by probing for it again; one that is probed for is given up. */
function takeConflict(draft: Draft, claim: Claim, link: Link, by: string): void {
  const sinceMs = draft.nowMs - limits.conflictWindowMs;
  const recent = claim.conflictsMs.filter((atMs) => atMs > sinceMs);
  const conflictsMs = [...recent, draft.nowMs].slice(-limits.conflictsBeforePause);
  const counted = { ...claim, conflictsMs };
  const { id } = claim.wish;
  if (phaseOf(draft, id, link.id)?.kind === 'probing') return rename(draft, counted, by);
  setClaim(draft, counted);
  probeAgain(draft, counted, link);
  if (recent.length > 0) return;
  const { name } = claim;
  draft.effects.push({ kind: 'conflict', claimId: id, name, by, renamedTo: undefined });
}

function rename(draft: Draft, claim: Claim, by: string): void {
  const { wish } = claim;
  const tried = new Set([...[...claim.tried].slice(-limits.triedNames), nameKey(claim.name)]);
  const plain = wish.kind === 'host' ? hostLabel(wish.wanted) : instanceLabel(wish.wanted);
  const taken = namesTaken(draft, wish, tried);
  const name = nextName(wish.kind, plain, draft.distinction, taken);
  const renamed = { ...claim, name, tried, told: false };
  setClaim(draft, renamed);
  draft.effects.push({
    kind: 'conflict',
    claimId: wish.id,
    name: claim.name,
    by,
    renamedTo: name,
  });
  for (const link of draft.links.values()) {
    const phase = phaseOf(draft, wish.id, link.id);
    if (phase !== undefined && phase.kind !== 'waiting') probeAgain(draft, renamed, link);
  }
}

/**
 * Somebody says a record of ours with less than half its time, or goodbye to it: as the other
 * appliance does that had the group before (RFC 6762 6.6, 10.1).
 */
function isFading(
  draft: Draft,
  claim: Claim,
  link: Link,
  spoken: ReadonlyMap<string, number>,
): boolean {
  return recordsOf(draft, claim, link).some((record) => {
    const ttlSeconds = spoken.get(recordKey(record));
    return ttlSeconds !== undefined && ttlSeconds * 2 < record.ttlSeconds;
  });
}

function sayAgain(draft: Draft, claim: Claim, link: Link): void {
  const phase = phaseOf(draft, claim.wish.id, link.id);
  if (phase?.kind === 'announcing') return;
  const agoMs = recordsOf(draft, claim, link).map((record) => multicastAgoMs(draft, link, record));
  const pauseMs = Math.max(0, limits.repeatPauseMs - Math.min(...agoMs));
  const dueMs = draft.nowMs + pauseMs + delayMs(limits.sharedDelayMs, draft);
  const sent = limits.announcements - 1;
  setPhase(draft, claim.wish.id, link.id, { kind: 'announcing', sent, dueMs });
}

/** For claims whose records changed while their names stayed. */
export function announceAnew(draft: Draft, claim: Claim, link: Link): void {
  const phase = phaseOf(draft, claim.wish.id, link.id);
  if (phase === undefined) beginOn(draft, claim, link);
  else if (isSaid(phase)) {
    setPhase(draft, claim.wish.id, link.id, { kind: 'announcing', sent: 0, dueMs: draft.nowMs });
  }
}
