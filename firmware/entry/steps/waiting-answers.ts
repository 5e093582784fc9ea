// What the API's socket answers while the appliance waits for its machine: why it is not there yet.
import type { Hal } from '../../../hal/contract.ts';
import { problemOf } from '../../api/problem.ts';
import type { HealthView } from '../../api/types.ts';
import { entryLimits } from '../../limits/entry-limits.ts';
import type { Log } from '../../log/log.ts';
import type { HttpAnswer, HttpRoute } from '../../servers/http/contract.ts';
import { createHttpServer } from '../../servers/http/server.ts';
import type { Server } from '../../servers/contract.ts';
import { startDeadline } from '../../../hal/time.ts';
import type { DataFolder } from '../data-folder.ts';
import type { WaitingAnswers } from '../patience.ts';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** The lock on the data folder is held: the socket's path is ours. */
export function createWaitingAnswers(hal: Hal, folder: DataFolder, log: Log): WaitingAnswers {
  let server: Server | undefined;
  return {
    async say(why) {
      try {
        await hal.files.remove(folder.socket);
        server = createHttpServer({
          listen: [{ path: folder.socket }],
          routes: routesThatSay(why),
          clock: hal.clock,
          log: log.child('waiting'),
        });
        await server.start();
      } catch (error) {
        server = undefined;
        log.debug('nobody can be answered meanwhile', { error });
      }
    },
    async stop() {
      using deadline = startDeadline(hal.clock, entryLimits.stopMs);
      await server?.stop(deadline.signal);
      server = undefined;
    },
  };
}

function routesThatSay(why: string): readonly HttpRoute[] {
  const json = (status: number, type: string, value: unknown): HttpAnswer => ({
    status,
    headers: { 'content-type': type },
    body: JSON.stringify(value),
  });
  const health: HealthView = { status: 'failed', problems: [why], spoolers: [] };
  return [
    {
      method: 'GET',
      path: '/healthz',
      match: 'exact',
      handle: async () => json(503, 'application/json', health),
    },
    ...methods.map(
      (method): HttpRoute => ({
        method,
        path: '/',
        match: 'prefix',
        handle: async ({ path }) =>
          json(
            503,
            'application/problem+json',
            problemOf({ code: 'starting', message: why }, path),
          ),
      }),
    ),
  ];
}
