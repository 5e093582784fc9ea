// The responder of multicast DNS as a pure function: state, event and time in, state and effects
// out.
import { dnsNameKey, type DnsRecord } from '../../../monitors/wire/dns/message.ts';
import { discoveryLimits as limits } from '../../limits/discovery-limits.ts';
import { hostLabel, instanceLabel, nameKey, nextName } from '../names.ts';
import { mdnsPort } from '../links.ts';
import { packAnswers } from '../packets.ts';
import { answerQuery } from './answering.ts';
import { announceAnew, hearResponse } from './conflicts.ts';
import { alignInstances, beginOn, breakTies, probeAndAnnounce } from './probing.ts';
import { recordKey, recordsOf, setKey, uniqueNamesOf } from './records.ts';
import { flushOutbox, unrepeated } from './sending.ts';
import {
  dropPhase,
  isSaid,
  namesTaken,
  openDraft,
  phaseOf,
  setClaim,
  type Claim,
  type Draft,
  type Link,
  type ResponderEffect,
  type ResponderEvent,
  type ResponderState,
  type Wish,
} from './state.ts';

/** `draw` gives numbers in [0, 1). Effects are to be carried out in their order. */
export function stepResponder(
  state: ResponderState,
  event: ResponderEvent,
  nowMs: number,
  draw: () => number,
): { readonly state: ResponderState; readonly effects: readonly ResponderEffect[] } {
  const draft = openDraft(state, nowMs, draw);
  take(draft, event);
  alignInstances(draft);
  // Announcing a host lets its instances begin, and what begins may be due at once.
  probeAndAnnounce(draft);
  probeAndAnnounce(draft);
  flushOutbox(draft);
  forgetOldTimes(draft);
  const { distinction, links, claims, phases, outbox, multicastMs, effects } = draft;
  return { state: { distinction, links, claims, phases, outbox, multicastMs }, effects };
}

/** When the next tick is due; undefined: nothing waits. */
export function nextTickMs(state: ResponderState): number | undefined {
  const phases = [...state.phases.values()].flatMap((phase) =>
    phase.kind === 'probing' || phase.kind === 'announcing' ? [phase.dueMs] : [],
  );
  const pending = [...state.outbox.values()].flat().map(({ dueMs }) => dueMs);
  const all = [...phases, ...pending];
  return all.length === 0 ? undefined : Math.min(...all);
}

function take(draft: Draft, event: ResponderEvent): void {
  switch (event.kind) {
    case 'links':
      return takeLinks(draft, event.links);
    case 'wishes':
      return takeWishes(draft, event.wishes);
    case 'datagram': {
      const link = draft.links.get(event.linkId);
      if (link === undefined) return;
      const { message, from } = event;
      // RFC 6762 18.3, 18.11.
      if (message.opcode !== 0 || message.responseCode !== 0) return;
      if (!message.response) {
        breakTies(draft, link, message);
        return answerQuery(draft, link, from, message);
      }
      // RFC 6762 6: an answer from another port is no multicast DNS.
      return from.port === mdnsPort ? hearResponse(draft, link, from.address, message) : undefined;
    }
    case 'tick':
      return;
  }
}

function takeLinks(draft: Draft, links: readonly Link[]): void {
  const kept = new Set(links.map(({ id }) => id));
  for (const id of draft.links.keys()) if (!kept.has(id)) dropLink(draft, id);
  for (const link of links.slice(0, limits.links)) {
    const isNew = !draft.links.has(link.id);
    draft.links.set(link.id, link);
    draft.own.delete(link.id);
    if (isNew) for (const claim of hostsFirst(draft)) beginOn(draft, claim, link);
  }
}

function dropLink(draft: Draft, linkId: string): void {
  draft.links.delete(linkId);
  draft.outbox.delete(linkId);
  for (const id of draft.claims.keys()) dropPhase(draft, id, linkId);
}

function takeWishes(draft: Draft, wishes: readonly Wish[]): void {
  const wanted = new Map(wishes.map((wish) => [wish.id, wish]));
  const before = [...draft.claims.values()];
  // Whoever goes, says so while its host is still known.
  const saidBefore = saidRecords(draft);
  for (const { wish } of before) {
    if (wanted.get(wish.id)?.wanted !== wish.wanted) removeClaim(draft, wish.id);
  }
  for (const wish of [...wishes].toSorted(hostFirst)) takeWish(draft, wish);
  sayGoodbye(draft, saidBefore);
}

function takeWish(draft: Draft, wish: Wish): void {
  const before = draft.claims.get(wish.id);
  if (before === undefined) {
    const claim = newClaim(draft, wish);
    setClaim(draft, claim);
    for (const link of draft.links.values()) beginOn(draft, claim, link);
    return;
  }
  const changed = { ...before, wish };
  setClaim(draft, changed);
  const oldNames = new Set(uniqueNamesOf(before).map(dnsNameKey));
  const hasNewName = uniqueNamesOf(changed).some((name) => !oldNames.has(dnsNameKey(name)));
  for (const link of draft.links.values()) {
    const old = recordsOf(draft, before, link).map(recordKey).join();
    const records = recordsOf(draft, changed, link);
    if (records.length === 0) dropPhase(draft, wish.id, link.id);
    else if (hasNewName) beginOn(draft, changed, link);
    else if (old !== records.map(recordKey).join()) announceAnew(draft, changed, link);
  }
}

function newClaim(draft: Draft, wish: Wish): Claim {
  const { kind, wanted, kept } = wish;
  const own = kind === 'host' ? hostLabel(wanted) : instanceLabel(wanted);
  const first = kept?.wanted === wanted ? kept.name : own;
  const taken = namesTaken(draft, wish);
  const name = taken.has(nameKey(first)) ? nextName(kind, own, draft.distinction, taken) : first;
  return { wish, name, told: kept?.name === name, tried: new Set(), conflictsMs: [] };
}

function removeClaim(draft: Draft, id: string): void {
  draft.claims.delete(id);
  for (const link of draft.links.values()) dropPhase(draft, id, link.id);
}

function hostFirst(a: Wish, b: Wish): number {
  return Number(b.kind === 'host') - Number(a.kind === 'host');
}

function hostsFirst(draft: Draft): readonly Claim[] {
  return [...draft.claims.values()].toSorted((a, b) => hostFirst(a.wish, b.wish));
}

/** What each link was told so far. */
function saidRecords(draft: Draft): ReadonlyMap<string, readonly DnsRecord[]> {
  return new Map(
    [...draft.links.values()].map((link) => [
      link.id,
      [...draft.claims.values()]
        .filter(({ wish }) => isSaid(phaseOf(draft, wish.id, link.id)))
        .flatMap((claim) => recordsOf(draft, claim, link)),
    ]),
  );
}

/**
 * RFC 6762 10.1: goodbye to what nobody will say again. Record sets that go on with other data need
 * none: their next announcement flushes the old (10.2). Nor do service types that others have too.
 */
function sayGoodbye(draft: Draft, before: ReadonlyMap<string, readonly DnsRecord[]>): void {
  for (const link of draft.links.values()) {
    const after = [...draft.claims.values()]
      .filter(({ wish }) => phaseOf(draft, wish.id, link.id) !== undefined)
      .flatMap((claim) => recordsOf(draft, claim, link));
    const stays = new Set(after.flatMap((record) => [recordKey(record), setKey(record)]));
    const gone = unrepeated(before.get(link.id) ?? []).filter(
      (record) =>
        !stays.has(recordKey(record)) &&
        !(record.cacheFlush && stays.has(setKey(record))) &&
        record.name[0] !== '_services',
    );
    if (gone.length === 0) continue;
    for (const message of packAnswers(gone.map((record) => ({ ...record, ttlSeconds: 0 })))) {
      draft.effects.push({ kind: 'send', linkId: link.id, message });
    }
  }
}

/** Beyond a quarter of the longest time it no longer matters when a record was said. */
function forgetOldTimes(draft: Draft): void {
  const sinceMs = draft.nowMs - (limits.otherTtlSeconds * 1000) / 4;
  for (const [key, atMs] of draft.multicastMs) {
    if (atMs < sinceMs) draft.multicastMs.delete(key);
  }
}
