// Jobs of the whole pair in one list: those of this appliance, of the groups, and of the other one,
// merged by the time at which they came, each owner's in its own order.
import { z } from 'zod';
import { refused, type Refusal } from '../errors/codes.ts';
import { apiLimits } from '../limits/api-limits.ts';
import { lookAtPeer } from './forward.ts';
import { apiRoot } from './openapi.ts';
import type { RawCall } from './route.ts';
import { job } from './schemas/job.ts';
import { pageOf } from './schemas/page.ts';
import type { PairJobsView, PairJobView } from './types.ts';

export interface PairJobsQuery {
  readonly which: 'completed' | 'not-completed' | 'held';
  readonly limit: number;
  readonly after?: string | undefined;
}

/** One owner's jobs, read from where the page before ended. */
interface Source {
  /** In the cursor: the id of a spooler, `peer` for the other appliance's own. */
  readonly key: string;
  readonly owner: string;
  readonly at: PairJobView['at'];
  /** Undefined: it does not answer. */
  readonly read: (afterNumber: number | undefined) => Promise<readonly JobShown[] | undefined>;
}

type JobShown = z.infer<typeof job>;
type Cursor = Readonly<Record<string, number>>;
type Call = Pick<RawCall, 'services' | 'principal' | 'address'>;

const local = 'local';
const peerKey = 'peer';
const cursorSchema = z.record(z.string().max(64), z.int().min(1));

export async function jobsOfPair(
  call: Call,
  query: PairJobsQuery,
): Promise<PairJobsView | Refusal> {
  const cursor = readCursor(query.after);
  if (cursor === undefined) return refused('bad-request', 'after is not what a page before said.');
  const sources = [...sourcesHere(call, query), ...sourcesAtPeer(call, query)];
  const lists = await Promise.all(
    sources.map(async (source) => {
      const jobs = await source.read(cursor[source.key]);
      return { source, jobs: jobs ?? [], answers: jobs !== undefined };
    }),
  );
  const { taken, last, more } = merged(lists, query);
  return {
    known: lists.every(({ answers }) => answers) && isPeerThere(call),
    items: taken,
    ...(more ? { next: writeCursor({ ...cursor, ...last }) } : {}),
  };
}

/** The head that comes first is taken, again and again: nobody's own order changes. */
function merged(
  lists: readonly { readonly source: Source; readonly jobs: readonly JobShown[] }[],
  { which, limit }: PairJobsQuery,
): { readonly taken: readonly PairJobView[]; readonly last: Cursor; readonly more: boolean } {
  const rest = lists.map(({ source, jobs }) => ({ source, jobs: [...jobs] }));
  const sign = which === 'completed' ? -1 : 1;
  const timeOf = (shown: JobShown | undefined): number =>
    shown === undefined ? Infinity : sign * (shown.endedAt ?? shown.createdAt).ms;
  const taken: PairJobView[] = [];
  const last: Record<string, number> = {};
  while (taken.length < limit) {
    const [next] = rest.toSorted((a, b) => timeOf(a.jobs[0]) - timeOf(b.jobs[0]));
    const head = next?.jobs.shift();
    if (next === undefined || head === undefined) break;
    const { key, owner, at } = next.source;
    taken.push({ ...head, owner, at });
    last[key] = head.number;
  }
  return { taken, last, more: rest.some(({ jobs }) => jobs.length > 0) };
}

function sourcesHere({ services }: Call, { which, limit }: PairJobsQuery): readonly Source[] {
  const { directory, pair } = services;
  return directory.all().map((spooler) => ({
    key: spooler.id,
    owner: pair?.book.find(spooler.id)?.name ?? local,
    at: 'here',
    read: (afterNumber) =>
      spooler.jobs.list({
        which,
        // One more tells whether there is a next page.
        limit: limit + 1,
        ...(afterNumber === undefined ? {} : { afterNumber }),
      }),
  }));
}

function sourcesAtPeer(call: Call, { which, limit }: PairJobsQuery): readonly Source[] {
  const { pair } = call.services;
  const peer = pair?.membership().peer;
  if (pair === undefined || peer === undefined || !pair.channel.connected) return [];
  const owned = pair.book
    .list()
    .filter(({ id }) => pair.thread?.view(id)?.owner === peer.nodeId)
    .map(({ id, name }) => ({ key: id, owner: name }));
  return [{ key: peerKey, owner: local }, ...owned].map(({ key, owner }) => ({
    key,
    owner,
    at: 'peer',
    async read(afterNumber) {
      const query = new URLSearchParams({ which, spooler: owner, limit: String(limit + 1) });
      if (afterNumber !== undefined) query.set('after', String(afterNumber));
      const said = await lookAtPeer(call, `${apiRoot}/jobs`, query.toString());
      return pageOf(job).safeParse(said).data?.items;
    },
  }));
}

function isPeerThere({ services: { pair } }: Call): boolean {
  return pair?.membership().peer === undefined || pair.channel.connected;
}

/** A number for each owner, as far as its jobs were shown. */
function writeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

function readCursor(text: string | undefined): Cursor | undefined {
  if (text === undefined) return {};
  if (text.length > apiLimits.pairCursorCharacters) return undefined;
  try {
    const read: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    return cursorSchema.safeParse(read).data;
  } catch {
    // Whatever it is, it is none of ours.
    return undefined;
  }
}
