// The one HTTP server of the box: IPP, page and API are its routes; connections, deadlines and
// limits are its own.
import {
  createServer,
  type IncomingMessage,
  type Server as NodeServer,
  type ServerResponse,
} from 'node:http';
import { createServer as createTcpServer, type Server as TcpServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { canonicalAddress } from '../../../hal/address.ts';
import type { Clock, SocketAddress } from '../../../hal/contract.ts';
import { toHalError } from '../../../hal/errors.ts';
import { serverLimits, type HttpLimits } from '../../limits/server-limits.ts';
import { createAdmission, type Admission } from '../admission.ts';
import type { Server, ServerLog } from '../contract.ts';
import { createTlsGate, type TlsGate, type TlsSource } from '../tls/tls-gate.ts';
import { HttpConnection, type Standing, standings } from './connection.ts';
import { HttpBodyError, type HttpAnswer, type HttpRequest, type HttpRoute } from './contract.ts';
import { routeRequest, textProblem } from './router.ts';
import { upgradeToTls, wantsTls } from './upgrade.ts';

/** A Unix socket, by its path; whoever may open it is who the folder lets in. */
export interface SocketPath {
  readonly path: string;
}

export interface HttpServerOptions {
  /** Port 0 takes a free one. */
  readonly listen: readonly (SocketAddress | SocketPath)[];
  /**
   * Where clients speak TLS from the start. With it, those of the other addresses may ask for TLS
   * within their connection.
   */
  readonly tls?: { readonly source: TlsSource; readonly listen: readonly SocketAddress[] };
  readonly routes: readonly HttpRoute[];
  readonly clock: Clock;
  readonly log: ServerLog;
  readonly limits?: Partial<HttpLimits>;
}

export function createHttpServer(options: HttpServerOptions): Server {
  return new HttpServer(options);
}

class HttpServer implements Server {
  readonly #options: HttpServerOptions;
  readonly #limits: HttpLimits;
  readonly #admission: Admission;
  readonly #connections = new Map<Duplex, HttpConnection>();
  readonly #gate: TlsGate | undefined;
  #listeners: readonly TcpServer[] = [];
  /** Asked for with each request, and the same until the stop. */
  #addresses: readonly SocketAddress[] = [];
  #allGone: () => void = () => {};
  #toldOfCrowdMs = Number.NEGATIVE_INFINITY;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#limits = { ...serverLimits.http, ...options.limits };
    this.#admission = createAdmission(this.#limits);
    const { tls, clock } = options;
    const { handshakeTimeoutMs } = this.#limits;
    this.#gate =
      tls === undefined
        ? undefined
        : createTlsGate({ source: tls.source, clock, handshakeTimeoutMs });
  }

  async start(): Promise<void> {
    const listeners = [
      ...this.#options.listen.map((where) => ({ where, server: this.#makeServer() })),
      ...(this.#options.tls?.listen ?? []).map((where) => ({
        where,
        server: this.#makeTlsServer(),
      })),
    ];
    this.#listeners = listeners.map(({ server }) => server);
    try {
      for (const { where, server } of listeners) await this.#listen(server, where);
      this.#addresses = this.#boundAddresses();
    } catch (error) {
      for (const { server } of listeners) server.close();
      this.#listeners = [];
      throw error;
    }
  }

  async stop(deadline: AbortSignal): Promise<void> {
    const gone = Promise.withResolvers<void>();
    this.#allGone = gone.resolve;
    for (const listener of this.#listeners) listener.close();
    this.#listeners = [];
    this.#addresses = [];
    this.#gate?.giveUp();
    for (const connection of this.#connections.values()) connection.close();
    const cutOff = () => {
      for (const connection of this.#connections.values()) connection.destroy();
    };
    if (deadline.aborted) cutOff();
    deadline.addEventListener('abort', cutOff, { once: true });
    if (this.#connections.size > 0) await gone.promise;
    deadline.removeEventListener('abort', cutOff);
  }

  addresses(): readonly SocketAddress[] {
    return this.#addresses;
  }

  #boundAddresses(): readonly SocketAddress[] {
    return this.#listeners.flatMap((listener) => {
      const bound = listener.address();
      if (bound === null || typeof bound === 'string') return [];
      return [{ address: canonicalAddress(bound.address), port: bound.port }];
    });
  }

  #makeServer(): NodeServer {
    const take = (expects: boolean) => (request: IncomingMessage, response: ServerResponse) =>
      this.#connections.get(request.socket)?.take(request, response, expects);
    // Node's own timers are off: ours run on the injected clock.
    const server = createServer({
      headersTimeout: 0,
      requestTimeout: 0,
      keepAliveTimeout: 0,
      maxHeaderSize: this.#limits.headerBytes,
      highWaterMark: this.#limits.readAheadBytes,
      requireHostHeader: false,
      noDelay: true,
      keepAlive: true,
      shouldUpgradeCallback: (request) => this.#gate !== undefined && wantsTls(request),
    });
    // Undocumented in the types: a client that half-closes after its request still gets its answer.
    Object.assign(server, { httpAllowHalfOpen: true });
    server.on('connection', (socket) => {
      if (!isSecure(socket)) this.#admit(socket, (leave) => this.#serve(socket, leave));
    });
    server.on('upgrade', (_request, socket, early) => this.#upgrade(server, socket, early));
    server.on('request', take(false));
    server.on('checkContinue', take(true));
    server.on('checkExpectation', take(false));
    server.on('clientError', (error, socket) => {
      const connection = this.#connections.get(socket);
      if (connection !== undefined) refuse(connection, error);
    });
    return server;
  }

  /** Its HTTP server listens to nothing: it is handed what the handshake has secured. */
  #makeTlsServer(): TcpServer {
    const http = this.#makeServer();
    return createTcpServer(
      {
        allowHalfOpen: true,
        highWaterMark: this.#limits.readAheadBytes,
        noDelay: true,
        keepAlive: true,
      },
      (socket) => this.#admit(socket, (leave) => void this.#secure(http, socket, leave)),
    );
  }

  async #secure(http: NodeServer, socket: Socket, leave: () => void): Promise<void> {
    const secured = await this.#gate?.secure(socket);
    if (secured !== undefined) this.#serveSecured(http, secured, leave);
  }

  #upgrade(http: NodeServer, socket: Duplex, early: Uint8Array): void {
    const connection = this.#connections.get(socket);
    // A client that upgrades waits for all its answers first.
    if (this.#gate === undefined || connection === undefined || !connection.release()) {
      socket.destroy();
      return;
    }
    this.#connections.delete(socket);
    void this.#secureUpgraded(http, this.#gate, connection, early);
  }

  async #secureUpgraded(
    http: NodeServer,
    gate: TlsGate,
    { socket, leave }: HttpConnection,
    early: Uint8Array,
  ) {
    const secured = await upgradeToTls(gate, socket, early);
    if (secured !== undefined) this.#serveSecured(http, secured, leave);
  }

  #serveSecured(http: NodeServer, secured: TLSSocket, leave: () => void): void {
    this.#serve(secured, leave);
    http.emit('connection', secured);
  }

  #listen(server: TcpServer, where: SocketAddress | SocketPath): Promise<void> {
    const name = 'path' in where ? where.path : `${where.address}:${where.port}`;
    const place = 'path' in where ? where : { host: where.address, port: where.port };
    return new Promise((resolve, reject) => {
      server.once('error', (error) => reject(toHalError(error, name)));
      server.listen({ ...place, backlog: this.#limits.backlog }, () => {
        // From now on these are faults of accepting, no descriptors left for example; it goes on by
        // itself.
        server.removeAllListeners('error').on('error', (error) => {
          this.#options.log.warn('a connection could not be accepted', { at: name, error });
        });
        resolve();
      });
    });
  }

  #admit(socket: Socket, serve: (leave: () => void) => void): void {
    const address = canonicalAddress(socket.remoteAddress ?? '');
    this.#makeRoom(address);
    const leave = this.#admission.enter(address);
    if (leave === undefined) {
      socket.end(
        'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
      );
      socket.destroySoon();
      return;
    }
    socket.once('close', leave);
    serve(leave);
  }

  /** Who asks for nothing makes room for who comes, then who trickles: the longest so first. */
  #makeRoom(address: string): void {
    const crowd = this.#admission.crowdedBy(address);
    if (crowd === undefined) return;
    let first: { readonly connection: HttpConnection; readonly standing: Standing } | undefined;
    for (const connection of this.#connections.values()) {
      const { standing } = connection;
      if (standing === undefined || (crowd === 'address' && connection.address !== address))
        continue;
      if (first === undefined || goesBefore(standing, first.standing)) {
        first = { connection, standing };
      }
    }
    first?.connection.evict();
    this.#tellOfCrowd(crowd, address);
  }

  /** Once a minute: a flood of connections must not become one of lines. */
  #tellOfCrowd(crowd: 'address' | 'all', address: string): void {
    const { clock, log } = this.#options;
    const nowMs = clock.monotonicMs();
    if (nowMs - this.#toldOfCrowdMs < crowdToldEveryMs) return;
    this.#toldOfCrowdMs = nowMs;
    const whose = crowd === 'all' ? 'all places are taken' : `${address} has taken its places`;
    log.warn(`${whose}: who stands still makes room, others are turned away`, { from: address });
  }

  #serve(socket: Socket, leave: () => void): void {
    const { clock, log } = this.#options;
    const connection = new HttpConnection({
      socket,
      secure: isSecure(socket),
      clock,
      limits: this.#limits,
      leave,
      respond: (request) => this.#respond(request),
      onFault: (error) => log.error('an answer broke off', { error }),
    });
    this.#connections.set(socket, connection);
    socket.once('close', () => {
      this.#connections.delete(socket);
      if (this.#connections.size === 0) this.#allGone();
    });
  }

  async #respond(request: HttpRequest): Promise<HttpAnswer> {
    const routed = routeRequest(this.#options.routes, request);
    if (routed.kind === 'problem') {
      return (routed.near?.problem ?? textProblem)(routed.problem);
    }
    try {
      return await routed.route.handle(request);
    } catch (error) {
      if (error instanceof HttpBodyError) throw error;
      const { method, path } = request;
      this.#options.log.error('a request could not be answered', { method, path, error });
      const problem = {
        status: 500,
        detail: 'Something went wrong inside Platen; the log says more.',
      };
      return (routed.route.problem ?? textProblem)(problem);
    }
  }
}

const crowdToldEveryMs = 60_000;

function goesBefore(one: Standing, other: Standing): boolean {
  const ranks = standings.indexOf(one.kind) - standings.indexOf(other.kind);
  return ranks < 0 || (ranks === 0 && one.sinceMs < other.sinceMs);
}

function isSecure(socket: Socket): boolean {
  return socket instanceof TLSSocket;
}

const statusOfParserError: Readonly<Record<string, { status: number; detail: string }>> = {
  HPE_HEADER_OVERFLOW: { status: 431, detail: 'The head of the request is too large.' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, detail: 'The chunk extensions are too large.' },
};

function refuse(connection: HttpConnection, error: Error): void {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (!code.startsWith('HPE_')) return connection.destroy();
  const said = statusOfParserError[code] ?? { status: 400, detail: 'This is no HTTP request.' };
  connection.refuse(
    said.status,
    said.detail,
    code === 'HPE_INVALID_EOF_STATE' ? 'gone' : 'malformed',
  );
}
