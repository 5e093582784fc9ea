// What the group's own log says of the group itself: whether it is wanted online, where its spooler
// failed too often, which certificate clients see. It moves with the log, so an offline group stays
// so after a failover.
import type { Store } from '../../store/contract.ts';
import type { Change } from '../../store/records/table.ts';

export interface Wishes {
  readonly wanted: 'online' | 'offline';
  /** Node id; nothing fails back to it by itself. */
  readonly failedOn: string | undefined;
  /** Digest of the group's key and certificate, which are not in the log themselves. */
  readonly certificate: string | undefined;
}

export const noWishes: Wishes = {
  wanted: 'online',
  failedOn: undefined,
  certificate: undefined,
};

const path = ['Cluster'] as const;
const names = { wanted: 'Wanted', failedOn: 'FailedOn', certificate: 'Certificate' } as const;

const members = ['wanted', 'failedOn', 'certificate'] as const;

/** The records that say so; what is left out stays. */
export function wishChanges(wishes: Partial<Wishes>): readonly Change[] {
  const values = members
    .filter((member) => member in wishes)
    .map((member) => ({
      name: names[member],
      value: { type: 'string', data: wishes[member] ?? '' } as const,
    }));
  return [
    { type: 'registry.key-created', payload: { path: [...path] } },
    { type: 'registry.values-set', payload: { path: [...path], values } },
  ];
}

/** What these records say of it, the last one counting. */
export function wishesIn(changes: readonly Change[]): Partial<Wishes> {
  let wishes: Partial<Wishes> = {};
  for (const { type, payload } of changes) {
    if (type !== 'registry.values-set' || payload.path.length !== 1) continue;
    if (payload.path[0] !== path[0]) continue;
    for (const { name, value } of payload.values) {
      if (value.type === 'string') wishes = { ...wishes, ...wishOf(name, value.data) };
    }
  }
  return wishes;
}

export async function readWishes(store: Pick<Store, 'query'>, spooler: string): Promise<Wishes> {
  let wishes = noWishes;
  for (const name of Object.values(names)) {
    const value = await store.query('registry.value', { spooler, path, name });
    if (value?.type === 'string') wishes = { ...wishes, ...wishOf(name, value.data) };
  }
  return wishes;
}

function wishOf(name: string, data: string): Partial<Wishes> {
  if (name === names.wanted) return { wanted: data === 'offline' ? data : 'online' };
  if (name === names.failedOn) return { failedOn: data === '' ? undefined : data };
  if (name === names.certificate) return { certificate: data === '' ? undefined : data };
  return {};
}
