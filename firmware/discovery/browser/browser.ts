// The asking side of multicast DNS as a pure function: what to ask when, and what was found (RFC
// 6762 5.2, 10; RFC 6763 4).
import type { SocketAddress } from '../../../hal/contract.ts';
import {
  dnsClasses,
  dnsNameKey,
  dnsTypes,
  type DnsMessage,
  type DnsName,
  type DnsQuestion,
} from '../../../monitors/wire/dns/message.ts';
import { discoveryLimits } from '../../limits/discovery-limits.ts';
import { mdnsPort } from '../links.ts';
import { serviceDnsName } from '../names.ts';
import { packQuery } from '../packets.ts';
import type { Link } from '../responder/state.ts';
import {
  allRecords,
  emptyCache,
  expireCache,
  leftShare,
  recordsIn,
  takeRecords,
  type Cache,
  type Cached,
} from './cache.ts';

const limits = discoveryLimits.browser;

export interface BrowserState {
  readonly types: readonly string[];
  readonly links: ReadonlyMap<string, Link>;
  readonly cache: Cache;
  /** When the types are asked for next, and the pause after that. */
  readonly nextQueryMs: number;
  readonly pauseMs: number;
  /** When the next look at what is missing is due. */
  readonly checkMs: number;
  /** When what is missing was asked for, by link, name and type. */
  readonly asked: ReadonlyMap<string, { readonly nextMs: number; readonly pauseMs: number }>;
}

export type BrowserEvent =
  | { readonly kind: 'links'; readonly links: readonly Link[] }
  | {
      readonly kind: 'datagram';
      readonly linkId: string;
      readonly from: SocketAddress;
      readonly message: DnsMessage;
    }
  | { readonly kind: 'tick' };

export type BrowserEffect =
  | { readonly kind: 'send'; readonly linkId: string; readonly message: DnsMessage }
  | { readonly kind: 'changed' };

export function emptyBrowser(
  types: readonly string[],
  nowMs: number,
  draw: () => number,
): BrowserState {
  const { least, spread } = limits.startMs;
  return {
    types,
    links: new Map(),
    cache: emptyCache,
    nextQueryMs: nowMs + least + draw() * spread,
    pauseMs: limits.firstPauseMs,
    checkMs: Infinity,
    asked: new Map(),
  };
}

export function stepBrowser(
  before: BrowserState,
  event: BrowserEvent,
  nowMs: number,
): { readonly state: BrowserState; readonly effects: readonly BrowserEffect[] } {
  const effects: BrowserEffect[] = [];
  let state = takeEvent(before, event, nowMs);
  const cache = expireCache(state.cache, nowMs, new Set(state.links.keys()));
  state = { ...state, cache };
  if (cache !== before.cache) {
    effects.push({ kind: 'changed' });
    // What is missing often stands in the next packet; and a flood is looked at once.
    state = { ...state, checkMs: Math.min(state.checkMs, nowMs + limits.startMs.least) };
  }
  if (state.nextQueryMs <= nowMs && state.links.size > 0) {
    effects.push(...typeQueries(state, nowMs));
    const pauseMs = Math.min(state.pauseMs * limits.pauseGrowth, limits.greatestPauseMs);
    state = { ...state, nextQueryMs: nowMs + state.pauseMs, pauseMs };
  }
  if (state.checkMs > nowMs) return { state, effects };
  const checked = askForMissing(state, nowMs);
  return { state: checked.state, effects: [...effects, ...checked.effects] };
}

/** When the next tick is due. */
export function nextBrowserTickMs({ nextQueryMs, checkMs }: BrowserState): number {
  return Math.min(nextQueryMs, checkMs);
}

function takeEvent(state: BrowserState, event: BrowserEvent, nowMs: number): BrowserState {
  if (event.kind === 'tick') return state;
  if (event.kind === 'links') {
    const links = new Map(event.links.map((link) => [link.id, link]));
    const isNew = event.links.some(({ id }) => !state.links.has(id));
    return {
      ...state,
      links,
      ...(isNew ? { nextQueryMs: Math.min(state.nextQueryMs, nowMs + limits.startMs.least) } : {}),
    };
  }
  const { message, from, linkId } = event;
  const isAnswer = message.response && message.opcode === 0 && message.responseCode === 0;
  if (!isAnswer || from.port !== mdnsPort || !state.links.has(linkId)) return state;
  const records = [...message.answers, ...message.additionals];
  const names = state.types.map(serviceDnsName);
  return { ...state, cache: takeRecords(state.cache, { linkId, records, names }, nowMs) };
}

/** What is known with more than half its time left is said along (RFC 6762 7.1). */
function typeQueries(state: BrowserState, nowMs: number): readonly BrowserEffect[] {
  const names = state.types.map(serviceDnsName);
  return [...state.links.keys()].flatMap((linkId) => {
    const known = names
      .flatMap((name) => recordsIn(state.cache, linkId, name))
      .filter((cached) => leftShare(cached, nowMs) > 0.5)
      .map(({ record, expiresMs }) => ({
        ...record,
        ttlSeconds: Math.ceil((expiresMs - nowMs) / 1000),
      }));
    const questions = names.map((name) => ask(name, dnsTypes.PTR));
    return send(linkId, packQuery(questions, known));
  });
}

function ask(name: DnsName, type: number): DnsQuestion {
  return { name, type, class: dnsClasses.IN, unicastResponse: false };
}

function send(linkId: string, messages: readonly DnsMessage[]): readonly BrowserEffect[] {
  return messages.map((message) => ({ kind: 'send', linkId, message }) as const);
}

interface Missing {
  readonly key: string;
  readonly linkId: string;
  readonly question: DnsQuestion;
}

/** Asks for what an instance needs to be of use, each thing with growing pauses. */
function askForMissing(
  state: BrowserState,
  nowMs: number,
): { readonly state: BrowserState; readonly effects: readonly BrowserEffect[] } {
  const missing = [...state.links.keys()].flatMap((linkId) => missingOn(state, linkId, nowMs));
  const keys = new Set(missing.map(({ key }) => key));
  const asked = new Map([...state.asked].filter(([key]) => keys.has(key)));
  const byLink = new Map<string, DnsQuestion[]>();
  for (const { key, linkId, question } of missing) {
    const before = asked.get(key);
    if (before !== undefined && before.nextMs > nowMs) continue;
    const pauseMs = before?.pauseMs ?? limits.firstPauseMs;
    const grown = Math.min(pauseMs * limits.pauseGrowth, limits.greatestPauseMs);
    asked.set(key, { nextMs: nowMs + pauseMs, pauseMs: grown });
    byLink.set(linkId, [...(byLink.get(linkId) ?? []), question]);
  }
  const effects = [...byLink].flatMap(([linkId, questions]) =>
    chunks(questions).flatMap((some) => send(linkId, packQuery(some, []))),
  );
  const moments = [...asked.values()].map(({ nextMs }) => nextMs);
  for (const cached of allRecords(state.cache)) moments.push(nextMomentMs(cached, nowMs));
  const checkMs = moments.reduce((least, each) => Math.min(least, each), Infinity);
  return { state: { ...state, asked, checkMs }, effects };
}

/** When a record is to be refreshed, or is over. */
function nextMomentMs({ heardMs, expiresMs }: Cached, nowMs: number): number {
  const refreshMs = expiresMs - (expiresMs - heardMs) * refreshShare;
  return refreshMs > nowMs ? refreshMs : expiresMs;
}

function chunks(questions: readonly DnsQuestion[]): readonly (readonly DnsQuestion[])[] {
  const count = Math.ceil(questions.length / limits.questions);
  return Array.from({ length: count }, (_, at) =>
    questions.slice(at * limits.questions, (at + 1) * limits.questions),
  );
}

/** Time left in which a record is asked for anew (RFC 6762 5.2). */
const refreshShare = 0.2;

function missingOn(state: BrowserState, linkId: string, nowMs: number): readonly Missing[] {
  const has = (name: DnsName, ...types: readonly string[]) =>
    recordsIn(state.cache, linkId, name).some(
      (cached) =>
        types.includes(cached.record.data.type) && nextMomentMs(cached, nowMs) !== cached.expiresMs,
    );
  const needs = (name: DnsName, type: number): Missing => ({
    key: `${linkId} ${dnsNameKey(name)} ${type}`,
    linkId,
    question: ask(name, type),
  });
  return state.types
    .flatMap((type) => recordsIn(state.cache, linkId, serviceDnsName(type)))
    .flatMap(({ record: { data } }) => (data.type === 'PTR' ? [data.target] : []))
    .flatMap((instance) => {
      const targets = recordsIn(state.cache, linkId, instance).flatMap(({ record: { data } }) =>
        data.type === 'SRV' ? [data.target] : [],
      );
      return [
        ...(has(instance, 'SRV') ? [] : [needs(instance, dnsTypes.SRV)]),
        ...(has(instance, 'TXT') ? [] : [needs(instance, dnsTypes.TXT)]),
        ...targets
          .filter((target) => !has(target, 'A', 'AAAA'))
          .flatMap((target) => [needs(target, dnsTypes.A), needs(target, dnsTypes.AAAA)]),
      ];
    });
}
