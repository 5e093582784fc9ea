// Step: the HTTP server of the network — IPP on both ports, the API over TLS alone.
import { createAuthenticate } from '../../api/authenticate.ts';
import { createHttpApi } from '../../api/http-api.ts';
import type { ApiServices } from '../../api/services.ts';
import { apiRoutes } from '../../api/table.ts';
import type { Hal } from '../../../hal/contract.ts';
import type { Config } from '../../config/table.ts';
import { createAuthentication, type KnownClient } from '../../servers/authentication.ts';
import { createHttpServer } from '../../servers/http/server.ts';
import type { HttpRoute } from '../../servers/http/contract.ts';
import type { IppWay } from '../../servers/ipp/uris.ts';
import { createIppRoutes } from '../../servers/ipp/routes.ts';
import type { IppServices } from '../../servers/ipp/call.ts';
import type { Server } from '../../servers/contract.ts';
import { createPageRoutes } from '../../servers/page/routes.ts';
import type { TlsSource } from '../../servers/tls/tls-gate.ts';
import type { Access } from '../../users/access.ts';
import { listenAddress } from '../addresses.ts';
import type { Step } from '../lifecycle.ts';
import { findPage } from '../page-assets.ts';
import { nodeOwner } from './certificates.ts';
import { serverTimes, startListening } from './servers.ts';

export interface HttpParts {
  readonly hal: Hal;
  readonly config: Config;
  readonly services: ApiServices;
  readonly describeDevice: IppServices['describeDevice'];
}

export interface HttpPorts {
  readonly http: () => number | undefined;
  readonly https: () => number | undefined;
}

export function httpStep(parts: HttpParts): Step<HttpPorts> {
  const { hal, config, services } = parts;
  return {
    ...serverTimes,
    name: 'HTTP server',
    async start() {
      const page = await findPage();
      const address = listenAddress(config['listen.address'], hal.addresses);
      const server = createHttpServer({
        listen: [{ address, port: config['listen.http'] }],
        tls: {
          listen: [{ address, port: config['listen.https'] }],
          source: tlsSource(services),
        },
        routes: [
          ...ippRoutes(parts, () => waysOf(server)),
          ...apiRows(services),
          ...createPageRoutes({ page, securePort: () => portAt(server, 1) }),
        ],
        clock: hal.clock,
        log: services.log.child('http'),
      });
      await startListening(server, ['listen.http', 'listen.https'], config);
      const part = { http: () => portAt(server, 0), https: () => portAt(server, 1) };
      return { part, stop: (deadline) => server.stop(deadline) };
    },
  };
}

function ippRoutes(
  { services: { access, directory, events, clock, log }, describeDevice }: HttpParts,
  ways: () => readonly IppWay[],
): readonly HttpRoute[] {
  return createIppRoutes({
    directory,
    events,
    clock,
    log: log.child('ipp'),
    ways,
    describeDevice,
    authentication: createAuthentication({
      check: (name, password) => known(access, name, password),
      clock,
    }),
  });
}

/** A client that prints with a log-in; how often it may be wrong is the server's matter. */
async function known(
  { users }: Access,
  name: string,
  password: string,
): Promise<KnownClient | undefined> {
  const user = await users.check(name, password);
  if (user === undefined) return undefined;
  return { name: user.name, role: user.role === 'print' ? undefined : user.role };
}

function apiRows(services: ApiServices): readonly HttpRoute[] {
  const rows = createHttpApi({
    routes: apiRoutes,
    services,
    principalOf: createAuthenticate(services.access),
  });
  return rows.map((row) => ({ ...row, secureOnly: true }));
}

/** A group's own certificate at its addresses, where it has one. */
function tlsSource({ directory, certificates }: ApiServices): TlsSource {
  return {
    credentials: (address) =>
      certificates.current(directory.byAddress(address).id) ?? certificates.current(nodeOwner),
  };
}

function waysOf(server: Server): readonly IppWay[] {
  const [http, https] = [portAt(server, 0), portAt(server, 1)];
  return [
    ...(http === undefined ? [] : [{ secure: false, port: http }]),
    ...(https === undefined ? [] : [{ secure: true, port: https }]),
  ];
}

/** In the order of listening: without TLS, with TLS. */
function portAt(server: Server, index: number): number | undefined {
  return server.addresses()[index]?.port;
}
