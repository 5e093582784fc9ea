// How long the overview of a fleet takes until it can be used, beside an empty page of the same
// server.
import { type Fleet, openFleet } from '../../page/look.ts';
import type { BenchRow, Peer } from '../row.ts';

const printers = 1_000;
const jobs = 100_000;

/** Both peers look at one fleet: it takes a minute to be made. */
interface Shared {
  fleet: { readonly opened: Promise<Fleet>; users: number } | undefined;
}

function peer(shared: Shared, name: string, of: 'overviewMs' | 'emptyMs'): Peer {
  return {
    name,
    async prepare({ report }) {
      if (shared.fleet === undefined) report(`filling ${printers} printers with ${jobs} jobs`);
      shared.fleet ??= { opened: openFleet({ printers, jobs }), users: 0 };
      const mine = shared.fleet;
      mine.users += 1;
      const opened = await mine.opened;
      return {
        async round() {
          const look = await opened.look();
          const besides: Readonly<Record<string, number>> =
            of === 'overviewMs'
              ? {
                  'more than an empty page, ms': look.overviewMs - look.emptyMs,
                  'live, ms': look.liveMs,
                }
              : {};
          return { rate: look[of], besides };
        },
        async stop() {
          mine.users -= 1;
          if (mine.users > 0) return;
          shared.fleet = undefined;
          await opened.close();
        },
      };
    },
  };
}

const shared: Shared = { fleet: undefined };

export const pageRows: readonly BenchRow[] = [
  {
    name: 'page/overview',
    what: `the overview of ${printers} printers with ${jobs} jobs in Chromium until it can be used`,
    unit: 'ms',
    peers: [peer(shared, 'overview', 'overviewMs'), peer(shared, 'empty page', 'emptyMs')],
  },
];
