// What was heard of services of others, as long as it holds, and no more than a network may make us
// hold (RFC 6762 10).
import {
  dnsNameKey,
  dnsTypeNumber,
  type DnsName,
  type DnsRecord,
} from '../../../monitors/wire/dns/message.ts';
import { discoveryLimits } from '../../limits/discovery-limits.ts';
import { recordKey } from '../responder/records.ts';

const limits = discoveryLimits.browser;

export interface Cached {
  readonly record: DnsRecord;
  readonly heardMs: number;
  readonly expiresMs: number;
}

/** The records of one name on one link, by what they say. */
type Bucket = ReadonlyMap<string, Cached>;

/** By link and name. Never changed in place: the same cache means that nothing changed. */
export interface Cache {
  readonly buckets: ReadonlyMap<string, Bucket>;
  readonly records: number;
  readonly instances: number;
}

export const emptyCache: Cache = { buckets: new Map(), records: 0, instances: 0 };

export interface HeardRecords {
  readonly linkId: string;
  readonly records: readonly DnsRecord[];
  /** The names of the types that are looked for: `_ipp._tcp.local`. */
  readonly names: readonly DnsName[];
}

/** Records that belong to nothing that is looked for are not kept. */
export function takeRecords(before: Cache, heard: HeardRecords, nowMs: number): Cache {
  const { linkId } = heard;
  const draft: CacheDraft = { ...before, buckets: new Map(before.buckets) };
  const typeKeys = new Set(heard.names.map((name) => bucketKey(linkId, name)));
  let changed = false;
  const take = (types: readonly string[], isWanted: (key: string) => boolean) => {
    for (const record of heard.records) {
      const key = bucketKey(linkId, record.name);
      if (!types.includes(record.data.type) || !isWanted(key)) continue;
      changed = takeRecord(draft, key, record, nowMs) || changed;
    }
  };
  take(['PTR'], (key) => typeKeys.has(key));
  const instances = targetsIn(draft, linkId, [...typeKeys]);
  take(['SRV', 'TXT'], (key) => instances.has(key));
  const hosts = targetsIn(draft, linkId, [...instances]);
  take(['A', 'AAAA'], (key) => hosts.has(key));
  return changed ? draft : before;
}

/** Drops what is over, and what was heard on links that are gone. */
export function expireCache(before: Cache, nowMs: number, links: ReadonlySet<string>): Cache {
  const isOver = (key: string, { expiresMs }: Cached) =>
    expiresMs <= nowMs || !links.has(key.slice(0, key.indexOf(' ')));
  const over = [...before.buckets].filter(([key, bucket]) =>
    [...bucket.values()].some((cached) => isOver(key, cached)),
  );
  if (over.length === 0) return before;
  const draft: CacheDraft = { ...before, buckets: new Map(before.buckets) };
  for (const [key, bucket] of over) {
    const left = new Map([...bucket].filter(([, cached]) => !isOver(key, cached)));
    if (left.size === 0) draft.buckets.delete(key);
    else draft.buckets.set(key, left);
    const gone = [...bucket.values()].filter((cached) => isOver(key, cached));
    draft.records -= gone.length;
    draft.instances -= gone.filter(({ record }) => record.data.type === 'PTR').length;
  }
  return draft;
}

export function recordsIn({ buckets }: Cache, linkId: string, name: DnsName): readonly Cached[] {
  return [...(buckets.get(bucketKey(linkId, name))?.values() ?? [])];
}

export function allRecords({ buckets }: Cache): readonly Cached[] {
  return [...buckets.values()].flatMap((bucket) => [...bucket.values()]);
}

/** How much of its time is left: 1 when it was heard, 0 at its end. */
export function leftShare({ heardMs, expiresMs }: Cached, nowMs: number): number {
  return expiresMs === heardMs ? 0 : (expiresMs - nowMs) / (expiresMs - heardMs);
}

interface CacheDraft {
  readonly buckets: Map<string, Bucket>;
  records: number;
  instances: number;
}

function bucketKey(linkId: string, name: DnsName): string {
  return `${linkId} ${dnsNameKey(name)}`;
}

/** What the records under these keys point to. */
function targetsIn(
  { buckets }: CacheDraft,
  linkId: string,
  keys: readonly string[],
): ReadonlySet<string> {
  const targets = keys
    .flatMap((key) => [...(buckets.get(key)?.values() ?? [])])
    .flatMap(({ record: { data } }) =>
      data.type === 'PTR' || data.type === 'SRV' ? [bucketKey(linkId, data.target)] : [],
    );
  return new Set(targets);
}

function takeRecord(draft: CacheDraft, key: string, record: DnsRecord, nowMs: number): boolean {
  const bucket = new Map(draft.buckets.get(key));
  const own = recordKey(record);
  if (record.cacheFlush) fadeOthers(bucket, record, own, nowMs);
  const known = bucket.get(own);
  if (record.ttlSeconds === 0) {
    if (known === undefined) return false;
    const expiresMs = Math.min(known.expiresMs, nowMs + limits.goodbyeMs);
    bucket.set(own, { ...known, expiresMs });
  } else {
    const isInstance = record.data.type === 'PTR';
    if (known === undefined) {
      if (draft.records >= limits.records) return false;
      if (isInstance && draft.instances >= limits.instances) return false;
      draft.records += 1;
      draft.instances += isInstance ? 1 : 0;
    }
    const ttlSeconds = Math.min(record.ttlSeconds, limits.ttlSecondsMax);
    bucket.set(own, { record, heardMs: nowMs, expiresMs: nowMs + ttlSeconds * 1000 });
  }
  draft.buckets.set(key, bucket);
  return true;
}

/** RFC 6762 10.2: older records of the set go a second later. */
function fadeOthers(
  bucket: Map<string, Cached>,
  record: DnsRecord,
  own: string,
  nowMs: number,
): void {
  const type = dnsTypeNumber(record.data);
  for (const [key, other] of bucket) {
    const isOfSet = key !== own && dnsTypeNumber(other.record.data) === type;
    if (!isOfSet || nowMs - other.heardMs < limits.goodbyeMs) continue;
    const expiresMs = Math.min(other.expiresMs, nowMs + limits.goodbyeMs);
    bucket.set(key, { ...other, expiresMs });
  }
}
