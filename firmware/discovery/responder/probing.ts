// Probing and announcing: how a name becomes ours on a link (RFC 6762 8).
import { dnsDataOctets } from '../../../monitors/wire/dns/encode.ts';
import {
  dnsClasses,
  dnsNameKey,
  dnsTypeNumber,
  dnsTypes,
  type DnsMessage,
  type DnsRecord,
} from '../../../monitors/wire/dns/message.ts';
import { discoveryLimits as limits } from '../../limits/discovery-limits.ts';
import { packProbes } from '../packets.ts';
import { keysAnywhere, recordKey, recordsOf, uniqueNamesOf } from './records.ts';
import { multicast } from './sending.ts';
import {
  dropPhase,
  isSaid,
  phaseOf,
  setClaim,
  setPhase,
  type Claim,
  type Draft,
  type Link,
  type Phase,
} from './state.ts';

/** A claim begins on a link; without an address or with nothing to say it has no phase there. */
export function beginOn(draft: Draft, claim: Claim, link: Link, next?: Phase['kind']): void {
  const { wish } = claim;
  const first = next === 'announcing' || !wish.probe ? 'announcing' : 'probing';
  if (wish.kind === 'host') {
    if (recordsOf(draft, claim, link).length === 0) return dropPhase(draft, wish.id, link.id);
    return setPhase(draft, wish.id, link.id, firstPhase(draft, link, first));
  }
  const hostPhase = phaseOf(draft, wish.hostId, link.id);
  if (hostPhase === undefined) return dropPhase(draft, wish.id, link.id);
  const phase: Phase = isSaid(hostPhase)
    ? firstPhase(draft, link, first)
    : { kind: 'waiting', next: first };
  setPhase(draft, wish.id, link.id, phase);
}

/**
 * Instances name their host: while it has no name on a link, there is nothing true to say of them.
 */
export function alignInstances(draft: Draft): void {
  for (const { wish } of draft.claims.values()) {
    if (wish.kind !== 'instance') continue;
    for (const link of draft.links.values()) {
      const phase = phaseOf(draft, wish.id, link.id);
      const hostPhase = phaseOf(draft, wish.hostId, link.id);
      if (phase === undefined || isSaid(hostPhase)) continue;
      if (hostPhase === undefined) dropPhase(draft, wish.id, link.id);
      else if (phase.kind !== 'waiting') {
        const next = isSaid(phase) ? 'announcing' : 'probing';
        setPhase(draft, wish.id, link.id, { kind: 'waiting', next });
      }
    }
  }
}

/** Starts over with probing: at once, or after a pause where conflicts come thick and fast. */
export function probeAgain(draft: Draft, claim: Claim, link: Link): void {
  const paused = claim.conflictsMs.length >= limits.conflictsBeforePause;
  const dueMs = draft.nowMs + (paused ? limits.conflictPauseMs : 0) + startDelayMs(draft);
  setPhase(draft, claim.wish.id, link.id, { kind: 'probing', sent: 0, dueMs });
}

/** Sends the probes and announcements that are due, and moves phases on. */
export function probeAndAnnounce(draft: Draft): void {
  for (const link of draft.links.values()) {
    const due = dueClaims(draft, link);
    sendProbes(
      draft,
      link,
      due.filter(({ phase }) => phase.kind === 'probing'),
    );
    const announced = dueClaims(draft, link).filter(({ phase }) => phase.kind === 'announcing');
    if (announced.length > 0)
      announce(
        draft,
        link,
        announced.map(({ claim }) => claim),
      );
  }
}

/**
 * Two probe for one name at a time (RFC 6762 8.2): the records that come later in the order win,
 * and the loser waits, then finds the name taken.
 */
export function breakTies(draft: Draft, link: Link, message: DnsMessage): void {
  if (message.authorities.length === 0) return;
  for (const claim of draft.claims.values()) {
    if (phaseOf(draft, claim.wish.id, link.id)?.kind !== 'probing') continue;
    const lost = uniqueNamesOf(claim).some((name) => {
      const key = dnsNameKey(name);
      const isHere = (record: DnsRecord) => dnsNameKey(record.name) === key;
      const theirs = message.authorities.filter(isHere);
      if (theirs.length === 0) return false;
      const anywhere = keysAnywhere(draft, claim);
      if (theirs.every((record) => anywhere.has(recordKey(record)))) return false;
      const ours = recordsOf(draft, claim, link).filter(isHere);
      return compareSets(ours, theirs) < 0;
    });
    if (!lost) continue;
    const dueMs = draft.nowMs + limits.tieLostPauseMs;
    setPhase(draft, claim.wish.id, link.id, { kind: 'probing', sent: 0, dueMs });
  }
}

interface Due {
  readonly claim: Claim;
  readonly phase: Exclude<Phase, { kind: 'waiting' | 'settled' }>;
}

function dueClaims(draft: Draft, link: Link): readonly Due[] {
  return [...draft.claims.values()].flatMap((claim) => {
    const phase = phaseOf(draft, claim.wish.id, link.id);
    if (phase === undefined || phase.kind === 'waiting' || phase.kind === 'settled') return [];
    return phase.dueMs <= draft.nowMs ? [{ claim, phase }] : [];
  });
}

function sendProbes(draft: Draft, link: Link, due: readonly Due[]): void {
  const probes = due.flatMap(({ claim, phase }) => {
    const { id } = claim.wish;
    if (phase.sent === limits.probes) {
      setPhase(draft, id, link.id, { kind: 'announcing', sent: 0, dueMs: draft.nowMs });
      return [];
    }
    const dueMs = draft.nowMs + limits.probePauseMs;
    setPhase(draft, id, link.id, { kind: 'probing', sent: phase.sent + 1, dueMs });
    const records = recordsOf(draft, claim, link).filter(({ cacheFlush }) => cacheFlush);
    return uniqueNamesOf(claim).map((name) => {
      const key = dnsNameKey(name);
      return {
        // Our sockets hear the group only, so no unicast answer is asked for.
        question: { name, type: dnsTypes.ANY, class: dnsClasses.IN, unicastResponse: false },
        records: records
          .filter((record) => dnsNameKey(record.name) === key)
          .map((record) => ({ ...record, cacheFlush: false })),
      };
    });
  });
  if (probes.length === 0) return;
  for (const message of packProbes(probes)) {
    draft.effects.push({ kind: 'send', linkId: link.id, message });
  }
}

function announce(draft: Draft, link: Link, claims: readonly Claim[]): void {
  const records = claims.flatMap((claim) => recordsOf(draft, claim, link));
  multicast(draft, link, records);
  for (const claim of claims) {
    const { id } = claim.wish;
    const phase = phaseOf(draft, id, link.id);
    const sent = (phase?.kind === 'announcing' ? phase.sent : 0) + 1;
    const dueMs = draft.nowMs + limits.announcePauseMs;
    const next: Phase =
      sent >= limits.announcements ? { kind: 'settled' } : { kind: 'announcing', sent, dueMs };
    setPhase(draft, id, link.id, next);
    tell(draft, claim);
    if (claim.wish.kind === 'host') wakeInstances(draft, claim, link);
  }
}

function tell(draft: Draft, claim: Claim): void {
  if (claim.told) return;
  setClaim(draft, { ...claim, told: true });
  const { id, wanted } = claim.wish;
  draft.effects.push({ kind: 'named', claimId: id, kept: { wanted, name: claim.name } });
}

/** The host has its name: what runs on it can be announced. */
function wakeInstances(draft: Draft, host: Claim, link: Link): void {
  for (const claim of draft.claims.values()) {
    if (claim.wish.kind !== 'instance' || claim.wish.hostId !== host.wish.id) continue;
    const phase = phaseOf(draft, claim.wish.id, link.id);
    if (phase === undefined) beginOn(draft, claim, link);
    else if (phase.kind === 'waiting') beginOn(draft, claim, link, phase.next);
  }
}

/** Claims that begin together probe together, in one packet. */
function firstPhase(draft: Draft, link: Link, kind: 'probing' | 'announcing'): Phase {
  if (kind === 'announcing') return { kind, sent: 0, dueMs: draft.nowMs };
  for (const claim of draft.claims.values()) {
    const phase = phaseOf(draft, claim.wish.id, link.id);
    if (phase?.kind === 'probing' && phase.sent === 0 && phase.dueMs > draft.nowMs) return phase;
  }
  return { kind, sent: 0, dueMs: draft.nowMs + startDelayMs(draft) };
}

function startDelayMs(draft: Draft): number {
  return draft.draw() * limits.probeStartMs;
}

/** RFC 6762 8.2.1: sorted, then pairwise by class, type and octets; the shorter set is earlier. */
function compareSets(ours: readonly DnsRecord[], theirs: readonly DnsRecord[]): number {
  const mine = ours.map(sortable).toSorted(compareRecords);
  const other = theirs.map(sortable).toSorted(compareRecords);
  for (const [at, record] of mine.entries()) {
    const against = other[at];
    if (against === undefined) return 1;
    const order = compareRecords(record, against);
    if (order !== 0) return order;
  }
  return mine.length - other.length;
}

interface Sortable {
  readonly class: number;
  readonly type: number;
  readonly octets: Uint8Array;
}

function sortable(record: DnsRecord): Sortable {
  return {
    class: record.class,
    type: dnsTypeNumber(record.data),
    octets: dnsDataOctets(record.data),
  };
}

function compareRecords(a: Sortable, b: Sortable): number {
  return a.class - b.class || a.type - b.type || Buffer.compare(a.octets, b.octets);
}
