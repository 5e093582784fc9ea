// Answers to the questions of others (RFC 6762 6, 7).
import type { SocketAddress } from '../../../hal/contract.ts';
import {
  dnsClasses,
  dnsNameKey,
  dnsTypeNumber,
  dnsTypes,
  type DnsMessage,
  type DnsQuestion,
  type DnsRecord,
} from '../../../monitors/wire/dns/message.ts';
import { discoveryLimits as limits } from '../../limits/discovery-limits.ts';
import { mdnsPort } from '../links.ts';
import { packAnswers } from '../packets.ts';
import { nsecFor, ownRecordsOn, recordKey } from './records.ts';
import {
  additionalsFor,
  answerLater,
  dropFromOutbox,
  multicastAgoMs,
  unrepeated,
} from './sending.ts';
import { delayMs, type Draft, type Link, type OwnRecords } from './state.ts';

export function answerQuery(
  draft: Draft,
  link: Link,
  from: SocketAddress,
  message: DnsMessage,
): void {
  const own = ownRecordsOn(draft, link);
  if (message.questions.length === 0) return takeKnownAnswers(draft, link, from, message);
  const known = knownAnswers(message);
  const asked = message.questions.map((question) => ({
    question,
    records: answersTo(own, question).filter((record) => !isKnown(known, record)),
  }));
  if (from.port !== mdnsPort) return answerPlainResolver(draft, link, from, message, asked);
  const here: DnsRecord[] = [];
  const there: DnsRecord[] = [];
  for (const { question, records } of asked) {
    for (const record of records) {
      (question.unicastResponse && isFresh(draft, link, record) ? there : here).push(record);
    }
  }
  answerByUnicast(draft, link, from, own, unrepeated(there));
  if (here.length === 0) return;
  const isProbe = message.authorities.length > 0;
  answerLater(
    draft,
    link,
    { records: unrepeated(here), from: from.address },
    {
      delayMs: delayFor(draft, message, here),
      pauseMs: isProbe ? limits.defencePauseMs : limits.repeatPauseMs,
    },
  );
}

interface Asked {
  readonly question: DnsQuestion;
  readonly records: readonly DnsRecord[];
}

function answersTo(
  own: OwnRecords,
  { name, type, class: number }: DnsQuestion,
): readonly DnsRecord[] {
  if (number !== dnsClasses.IN && number !== dnsClasses.ANY) return [];
  const here = own.get(dnsNameKey(name)) ?? [];
  const answers = here.filter(({ data }) => type === dnsTypes.ANY || dnsTypeNumber(data) === type);
  return answers.length > 0 ? answers : nsecFor(name, here);
}

function knownAnswers({ answers }: DnsMessage): ReadonlyMap<string, number> {
  return new Map(answers.map((record) => [recordKey(record), record.ttlSeconds]));
}

/** RFC 6762 7.1: known with at least half of its time left. */
function isKnown(known: ReadonlyMap<string, number>, record: DnsRecord): boolean {
  return (known.get(recordKey(record)) ?? 0) * 2 >= record.ttlSeconds;
}

/** More known answers of somebody whose query said so (RFC 6762 7.2). */
function takeKnownAnswers(
  draft: Draft,
  link: Link,
  from: SocketAddress,
  message: DnsMessage,
): void {
  const known = knownAnswers(message);
  dropFromOutbox(
    draft,
    link,
    (record, pending) => pending.from === from.address && isKnown(known, record),
  );
}

/** Multicast within the last quarter of its time: the link's caches have it (RFC 6762 5.4). */
function isFresh(draft: Draft, link: Link, record: DnsRecord): boolean {
  return multicastAgoMs(draft, link, record) < (record.ttlSeconds * 1000) / 4;
}

/** What we alone can answer is answered at once. */
function delayFor(draft: Draft, message: DnsMessage, records: readonly DnsRecord[]): number {
  if (message.truncated) return delayMs(limits.truncatedDelayMs, draft);
  const alone = records.every(({ cacheFlush }) => cacheFlush);
  return alone ? 0 : delayMs(limits.sharedDelayMs, draft);
}

function answerByUnicast(
  draft: Draft,
  link: Link,
  to: SocketAddress,
  own: OwnRecords,
  records: readonly DnsRecord[],
): void {
  if (records.length === 0) return;
  for (const message of packAnswers(records, additionalsFor(own, records))) {
    draft.effects.push({ kind: 'send', linkId: link.id, message, to });
  }
}

/** RFC 6762 6.7: like a plain DNS server, with times so short that nothing stale stays. */
function answerPlainResolver(
  draft: Draft,
  link: Link,
  to: SocketAddress,
  query: DnsMessage,
  asked: readonly Asked[],
): void {
  const answered = asked.filter(({ records }) => records.length > 0);
  const records = unrepeated(answered.flatMap((each) => each.records)).map(forPlainResolver);
  const [first] = packAnswers(records);
  if (records.length === 0 || first === undefined) return;
  const message = {
    ...first,
    id: query.id,
    questions: answered.map(({ question }) => ({ ...question, unicastResponse: false })),
  };
  draft.effects.push({ kind: 'send', linkId: link.id, message, to, legacy: true });
}

function forPlainResolver(record: DnsRecord): DnsRecord {
  const ttlSeconds = Math.min(record.ttlSeconds, limits.legacyTtlSeconds);
  return { ...record, cacheFlush: false, ttlSeconds };
}
