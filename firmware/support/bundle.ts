// The support bundle: what somebody who helps wants to know of the appliance, as one JSON document
// without secrets.
import { redact } from '../audit/redact.ts';
import type { ApiServices } from '../api/services.ts';
import { logLevels } from '../config/log-section.ts';
import { tellingLimits } from '../limits/telling-limits.ts';
import { apiLimits } from '../limits/api-limits.ts';
import { newestEvents } from './recent-events.ts';

/** What only the composition root knows. */
export interface SupportFacts {
  /** Every key of the configuration with its value and where that comes from; secrets hidden. */
  readonly config: () => readonly {
    readonly key: string;
    readonly value: unknown;
    readonly from: string;
  }[];
  /** Operating system, memory, disk. */
  readonly machine: () => Promise<Readonly<Record<string, unknown>>>;
}

/** Each part by itself: one that fails says so, and the others are there. */
export async function supportBundle(
  services: ApiServices,
  { config, machine }: SupportFacts,
): Promise<Uint8Array> {
  const { appliance, directory, pair, access, clock, lines } = services;
  const spoolers = directory.all();
  const [least] = logLevels;
  const parts: Readonly<Record<string, () => unknown>> = {
    about: async () => ({
      product: 'Platen',
      version: appliance.version,
      nodeId: appliance.nodeId,
      time: clock.wall(),
      upMs: clock.monotonicMs() - appliance.startedAtMs,
      addresses: await appliance.addresses(),
    }),
    machine: () => machine(),
    config,
    health: () =>
      Promise.all(
        spoolers.map(async (spooler) => ({ id: spooler.id, ...(await spooler.isAlive()) })),
      ),
    monitors: () => spoolers.flatMap(({ ports }) => ports.monitors().map(withoutForms)),
    ports: () =>
      Promise.all(spoolers.map(async ({ id, ports }) => ({ id, ports: await ports.list() }))),
    printers: () =>
      Promise.all(
        spoolers.map(async ({ id, printers }) => {
          const all = await printers.list();
          const statuses = await printers.statuses(all.map((each) => each.id));
          return { id, printers: all.map((each) => ({ ...each, status: statuses.get(each.id) })) };
        }),
      ),
    jobs: () =>
      Promise.all(
        spoolers.map(async ({ id, jobs }) => ({
          id,
          // What people print is nobody's business: no names, no users.
          jobs: (await jobs.list({ which: 'all', limit: apiLimits.pageItems })).map(
            ({ name: _name, origin: { door }, documents, attributes: _attributes, ...job }) => ({
              ...job,
              door,
              documents: documents.map(({ format, sizeBytes }) => ({ format, sizeBytes })),
            }),
          ),
        })),
      ),
    pair: () => {
      if (pair === undefined) return undefined;
      const { peer, generation, witness } = pair.membership();
      return {
        generation,
        peer: peer && { nodeId: peer.nodeId, name: peer.name, place: peer.place },
        witness: witness && { address: witness.address, port: witness.port },
        standing: pair.standing,
        groups: pair.book.list().map((group) => ({ group, view: pair.thread?.view(group.id) })),
      };
    },
    users: async () => (await access.users.list()).map(({ role }) => role),
    events: () => newestEvents(services.events, apiLimits.pageItemsMost),
    log: () => lines?.list({ least, limit: tellingLimits.recentLines }),
  };
  const made: Record<string, unknown> = {};
  for (const [name, make] of Object.entries(parts)) made[name] = await attempt(make);
  return Buffer.from(`${JSON.stringify(redact(made), undefined, 2)}\n`);
}

async function attempt(make: () => unknown): Promise<unknown> {
  try {
    return await make();
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

function withoutForms<Info extends { readonly ui: unknown }>({ ui: _ui, ...info }: Info) {
  return info;
}
