// What is answered while the appliance waits for its machine: why it is not there yet.
import type { Hal, SocketAddress } from '../../../hal/contract.ts';
import { problemOf } from '../../api/problem.ts';
import type { HealthView } from '../../api/types.ts';
import type { Config } from '../../config/table.ts';
import { entryLimits } from '../../limits/entry-limits.ts';
import type { Log } from '../../log/log.ts';
import type { HttpAnswer, HttpRoute } from '../../servers/http/contract.ts';
import { createHttpServer } from '../../servers/http/server.ts';
import type { Server } from '../../servers/contract.ts';
import { startDeadline } from '../../../hal/time.ts';
import { listenAddress } from '../addresses.ts';
import type { DataFolder } from '../data-folder.ts';
import type { WaitingAnswers } from '../patience.ts';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

export interface WaitingOptions {
  readonly hal: Hal;
  /** Left out while its lock is not held: the socket's path is not ours then. */
  readonly folder?: DataFolder;
  readonly config: Config;
  readonly log: Log;
}

/** By the socket, and in the clear at the port of IPP, where clients and browsers come. */
export function createWaitingAnswers({ hal, folder, config, log }: WaitingOptions): WaitingAnswers {
  let servers: readonly Server[] = [];
  const listen = async (where: SocketAddress | { path: string }, why: string): Promise<void> => {
    try {
      if ('path' in where) await hal.files.remove(where.path);
      const server = createHttpServer({
        listen: [where],
        routes: routesThatSay(why),
        clock: hal.clock,
        log: log.child('waiting'),
      });
      await server.start();
      servers = [...servers, server];
    } catch (error) {
      log.debug('nobody can be answered meanwhile', { error });
    }
  };
  return {
    async say(why) {
      if (folder !== undefined) await listen({ path: folder.socket }, why);
      const port = config['listen.http'];
      const address = listenAddress(config['listen.address'], hal.addresses);
      // A port that nobody knows is asked by nobody.
      if (port !== 0) await listen({ address, port }, why);
    },
    async stop() {
      using deadline = startDeadline(hal.clock, entryLimits.stopMs);
      await Promise.all(servers.map((server) => server.stop(deadline.signal)));
      servers = [];
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
      path: '/',
      match: 'exact',
      handle: async () => ({
        status: 503,
        headers: { 'content-type': 'text/html; charset=utf-8' },
        body: pageThatSays(why),
      }),
    },
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

/** For a browser; it looks again by itself. */
function pageThatSays(why: string): string {
  const text = why.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return (
    '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="5">' +
    `<title>Platen</title><h1>Platen waits for its machine</h1><p>${text}</p>\n`
  );
}
