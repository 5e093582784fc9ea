// The printers of the other appliance: as it says now, or as it said last, unknown while it is
// gone.
import { z } from 'zod';
import { lookAtPeer } from './forward.ts';
import { apiLimits } from '../limits/api-limits.ts';
import { apiRoot } from './openapi.ts';
import type { RawCall } from './route.ts';
import { pageOf } from './schemas/page.ts';
import type { peerPrinters } from './schemas/pair.ts';
import { printer } from './schemas/printer.ts';
import { appliance } from './schemas/system.ts';

type PeerPrinters = z.input<typeof peerPrinters>;

/** What each peer said last, by its node id: it may be gone by the next look. */
const lastKnown = new WeakMap<object, { readonly nodeId: string; readonly said: PeerPrinters }>();

export async function printersOfPeer(
  call: Pick<RawCall, 'services' | 'principal' | 'address'>,
): Promise<PeerPrinters> {
  const { pair } = call.services;
  const peer = pair?.membership().peer;
  if (pair === undefined || peer === undefined) return { known: true, items: [] };
  const said = await ask(call);
  if (said !== undefined) {
    lastKnown.set(pair, { nodeId: peer.nodeId, said });
    return said;
  }
  const last = lastKnown.get(pair);
  if (last?.nodeId !== peer.nodeId) return { known: false, items: [] };
  // Of a group that moved here meanwhile this appliance tells itself.
  const own = new Set(call.services.directory.all().map(({ id }) => id));
  const isElsewhere = (name: string) => !own.has(pair.book.find(name)?.id ?? '');
  const items = last.said.items.filter(({ owner }) => owner === 'local' || isElsewhere(owner));
  return { ...last.said, known: false, items: items.map(({ status: _was, ...rest }) => rest) };
}

async function ask(
  call: Pick<RawCall, 'services' | 'principal' | 'address'>,
): Promise<PeerPrinters | undefined> {
  const [list, about] = await Promise.all([
    lookAtPeer(call, `${apiRoot}/printers`, `limit=${apiLimits.pageItemsMost}`),
    lookAtPeer(call, `${apiRoot}/system`, ''),
  ]);
  const read = pageOf(printer).safeParse(list);
  if (!read.success) return undefined;
  const page = appliance.safeParse(about).data?.addresses.find(({ what }) => what === 'https');
  const nameOf = (id: string) => call.services.pair?.book.find(id)?.name ?? id;
  return {
    known: true,
    ...(page === undefined ? {} : { page: page.address }),
    items: read.data.items.map(({ id, name, spooler, location, status }) => ({
      id,
      name,
      owner: spooler === 'local' ? spooler : nameOf(spooler),
      location,
      status,
    })),
  };
}
