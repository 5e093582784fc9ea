// What is multicast, and when: answers wait their turn, and no record is repeated too soon (RFC
// 6762 6, 7).
import {
  dnsNameKey,
  dnsTypeNumber,
  type DnsName,
  type DnsRecord,
} from '../../../monitors/wire/dns/message.ts';
import { discoveryLimits as limits } from '../../limits/discovery-limits.ts';
import { packAnswers } from '../packets.ts';
import { isAddressType, nsecFor, ownRecordsOn, recordKey } from './records.ts';
import type { Draft, Link, OwnRecords, Pending } from './state.ts';

export function multicast(draft: Draft, link: Link, records: readonly DnsRecord[]): void {
  const answers = unrepeated(records);
  if (answers.length === 0) return;
  const additionals = additionalsFor(ownRecordsOn(draft, link), answers);
  for (const message of packAnswers(answers, additionals)) {
    draft.effects.push({ kind: 'send', linkId: link.id, message });
    for (const record of [...message.answers, ...message.additionals]) {
      draft.multicastMs.set(multicastKey(link, record), draft.nowMs);
    }
  }
}

/** How long ago the record was multicast on this link; Infinity: never. */
export function multicastAgoMs(draft: Draft, link: Link, record: DnsRecord): number {
  const atMs = draft.multicastMs.get(multicastKey(link, record));
  return atMs === undefined ? Infinity : draft.nowMs - atMs;
}

function multicastKey(link: Link, record: DnsRecord): string {
  return `${link.id} ${recordKey(record)}`;
}

/** Puts answers into the outbox, each record at least `pauseMs` after its last time. */
export function answerLater(
  draft: Draft,
  link: Link,
  answer: { readonly records: readonly DnsRecord[]; readonly from: string },
  times: { readonly delayMs: number; readonly pauseMs: number },
): void {
  const byDue = new Map<number, DnsRecord[]>();
  for (const record of answer.records) {
    const againMs = draft.nowMs + times.pauseMs - multicastAgoMs(draft, link, record);
    const dueMs = Math.max(draft.nowMs + times.delayMs, againMs);
    byDue.set(dueMs, [...(byDue.get(dueMs) ?? []), record]);
  }
  const waiting = draft.outbox.get(link.id) ?? [];
  const soonestMs = new Map<string, number>();
  for (const { dueMs, records } of waiting) {
    for (const key of records.map(recordKey)) {
      soonestMs.set(key, Math.min(dueMs, soonestMs.get(key) ?? Infinity));
    }
  }
  const added = [...byDue].map(([dueMs, records]): Pending => {
    // What will be said by then anyway is not said twice.
    const fresh = records.filter(
      (record) => (soonestMs.get(recordKey(record)) ?? Infinity) > dueMs,
    );
    return { dueMs, records: fresh, from: answer.from };
  });
  const all = [...waiting, ...added.filter(({ records }) => records.length > 0)];
  draft.outbox.set(link.id, all.slice(0, limits.pendingAnswers));
}

/** Sends all answers whose moment has come, in one go. */
export function flushOutbox(draft: Draft): void {
  for (const link of draft.links.values()) {
    const waiting = draft.outbox.get(link.id) ?? [];
    const due = waiting.filter(({ dueMs }) => dueMs <= draft.nowMs);
    if (due.length === 0) continue;
    draft.outbox.set(
      link.id,
      waiting.filter(({ dueMs }) => dueMs > draft.nowMs),
    );
    // Only what is still ours is said: a name may have been lost since it was asked for.
    const own = ownRecordsOn(draft, link);
    const records = due
      .flatMap((pending) => pending.records)
      .filter((record) => isOurs(own, record));
    multicast(draft, link, records);
  }
}

/** Drops from what waits the records that `unwanted` names. */
export function dropFromOutbox(
  draft: Draft,
  link: Link,
  unwanted: (record: DnsRecord, pending: Pending) => boolean,
): void {
  const waiting = draft.outbox.get(link.id);
  if (waiting === undefined) return;
  const left = waiting.map((pending) => ({
    ...pending,
    records: pending.records.filter((record) => !unwanted(record, pending)),
  }));
  draft.outbox.set(
    link.id,
    left.filter(({ records }) => records.length > 0),
  );
}

/** What a client will ask for next (RFC 6762 6.1, 6.2; RFC 6763 12). */
export function additionalsFor(
  own: OwnRecords,
  answers: readonly DnsRecord[],
): readonly DnsRecord[] {
  const given = new Set(answers.map(recordKey));
  const added: DnsRecord[] = [];
  const add = (name: DnsName, wanted: (record: DnsRecord) => boolean) => {
    const records = own.get(dnsNameKey(name)) ?? [];
    const all = records.filter(wanted);
    if (isHalfAHost(all)) all.push(...nsecFor(name, records));
    for (const record of all) {
      const key = recordKey(record);
      if (given.has(key)) continue;
      given.add(key);
      added.push(record);
    }
    return all;
  };
  for (const { name, data } of answers) {
    if (data.type === 'PTR') {
      const found = add(data.target, ({ cacheFlush }) => cacheFlush);
      for (const record of found) {
        if (record.data.type === 'SRV') add(record.data.target, isAddress);
      }
    } else if (data.type === 'SRV') add(data.target, isAddress);
    else if (data.type === 'A' || data.type === 'AAAA') add(name, isAddress);
  }
  return added;
}

/** Addresses of one family only: that there are none of the other is worth saying. */
function isHalfAHost(records: readonly DnsRecord[]): boolean {
  const types = new Set(records.filter(isAddress).map(({ data }) => data.type));
  return types.size === 1;
}

function isAddress({ data }: DnsRecord): boolean {
  return isAddressType(dnsTypeNumber(data));
}

export function unrepeated(records: readonly DnsRecord[]): readonly DnsRecord[] {
  return [...new Map(records.map((record) => [recordKey(record), record])).values()];
}

function isOurs(own: OwnRecords, record: DnsRecord): boolean {
  const here = own.get(dnsNameKey(record.name)) ?? [];
  const key = recordKey(record);
  return [...here, ...nsecFor(record.name, here)].some((each) => recordKey(each) === key);
}
