// The API without sockets: a spooler in memory, and calls as the HTTP server makes them.
import assert from 'node:assert/strict';
import { createAuthenticate } from '../../firmware/api/authenticate.ts';
import { createHttpApi } from '../../firmware/api/http-api.ts';
import type { Principal } from '../../firmware/api/principal.ts';
import { apiRoutes } from '../../firmware/api/table.ts';
import type { AuditDraft } from '../../firmware/audit/contract.ts';
import { refused } from '../../firmware/errors/codes.ts';
import type { Events, PlatenEvent } from '../../firmware/events/event.ts';
import type { Certificates } from '../../firmware/identity/contract.ts';
import { createLog } from '../../firmware/log/log.ts';
import type { Printer, PrinterSettings } from '../../firmware/printers/printer.ts';
import type { HttpAnswer, HttpRequest } from '../../firmware/servers/http/contract.ts';
import { routeRequest } from '../../firmware/servers/http/router.ts';
import type { MonitorInfo, PortStatus, Spooler } from '../../firmware/spooler/contract.ts';
import type { JsonValue } from '../../monitors/contract.ts';
import { FakeSpooler } from '../fakes/fake-spooler.ts';
import { makeAccessRig } from '../users/rig.ts';
import { SeededRandom } from '../world/random.ts';
import { VirtualClock } from '../world/clock.ts';

export const localAdministrator: Principal = { kind: 'local-administrator' };

export interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly json?: unknown;
  readonly bytes?: readonly Uint8Array[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly principal?: Principal;
}

export interface Answered {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly headers: HttpAnswer['headers'];
  /** The parsed body. */
  readonly json: unknown;
}

const noCertificates: Certificates = {
  ensure: () => Promise.reject(new Error('this fixture keeps none')),
  current: () => undefined,
  facts: () => undefined,
  signer: () => undefined,
  install: async () => undefined,
  uninstall: async () => undefined,
  exportOwner: () => undefined,
  importOwner: async () => undefined,
  remove: async () => undefined,
  onChange: () => () => undefined,
};

/** Everything behind the API, to look at and to set up. */
export class ApiFixture {
  readonly clock = new VirtualClock();
  readonly logged: string[] = [];
  readonly fake = new FakeSpooler({ printers: ['office', 'labels'] });
  readonly events = new FakeEvents();
  readonly #rig = makeAccessRig(this.clock);
  readonly access = this.#rig.then(({ access }) => access);
  readonly audited: AuditDraft[] = [];
  #printers: Printer[] | undefined;
  readonly xcvCalls: {
    readonly target: object;
    readonly command: string;
    readonly input: JsonValue;
  }[] = [];
  readonly languageCalls: { readonly portName: string; readonly change: object }[] = [];
  ports: PortStatus[] = [portStatus('lp1')];
  /** Principals come from cookies and tokens, as over TLS. */
  authenticate = false;
  /** They come without TLS all the same. */
  insecure = false;
  /** While set, the spooler throws it. */
  fault: Error | undefined;
  readonly spooler = this.#makeSpooler();

  /** As whoever holds the box does. */
  async askForReset(): Promise<void> {
    await (await this.#rig).askForReset();
  }

  async ask(asked: Asked): Promise<Answered> {
    const answer = await this.answer(asked);
    const { body = '' } = answer;
    assert.ok(typeof body === 'string');
    const type = answer.headers?.['content-type'] ?? '';
    return {
      status: answer.status,
      type,
      text: body,
      headers: answer.headers,
      json: type.includes('json') ? JSON.parse(body) : undefined,
    };
  }

  async answer(asked: Asked): Promise<HttpAnswer> {
    const secure = this.authenticate && !this.insecure;
    const request = { ...requestOf(asked), secure };
    const routes = createHttpApi({
      routes: apiRoutes,
      services: {
        directory: {
          byAddress: () => this.spooler,
          byId: (id) => (id === this.spooler.id ? this.spooler : undefined),
          all: () => [this.spooler],
        },
        events: this.events,
        access: await this.access,
        audit: {
          add: (entry) => void this.audited.push(entry),
          list: () => [],
          close: async () => undefined,
        },
        certificates: noCertificates,
        clock: this.clock,
        random: new SeededRandom(1),
        log: createLog({
          level: 'debug',
          clock: this.clock,
          destination: { write: (line) => void this.logged.push(line) },
        }),
        appliance: {
          version: '1.2.3',
          nodeId: 'node-1',
          startedAtMs: this.clock.monotonicMs(),
          addresses: async () => [{ what: 'http', address: 'http://box:8631/' }],
          printerAddresses: ({ name }) => ({ ipp: `ipp://box:8631/ipp/print/${name}` }),
        },
      },
      principalOf: async (asking) =>
        asked.principal ??
        (this.authenticate ? await (await this.#authenticate())(asking) : localAdministrator),
    });
    const routed = routeRequest(routes, request);
    if (routed.kind === 'route') return routed.route.handle(request);
    const answer = routed.near?.problem?.(routed.problem);
    assert.ok(answer !== undefined, `nothing answers ${asked.path}`);
    return answer;
  }

  async #authenticate() {
    return createAuthenticate(await this.access);
  }

  async #all(): Promise<Printer[]> {
    this.#printers ??= [...(await this.fake.printers.list())];
    return this.#printers;
  }

  #makeSpooler(): Spooler {
    const { fake } = this;
    return {
      id: 'local',
      permit: fake.permit,
      intake: fake.intake,
      jobs: fake.jobs,
      data: fake.data,
      files: fake.files,
      start: async () => undefined,
      lookAgain: () => undefined,
      drain: async () => undefined,
      stop: async () => undefined,
      looksAlive: () => fake.looksAlive(),
      isAlive: async () => {
        if (this.fault !== undefined) throw this.fault;
        return fake.isAlive();
      },
      ports: {
        list: async () => this.ports,
        monitors: () => [tcpMonitor],
        xcv: async (target, command, input) => {
          this.xcvCalls.push({ target, command, input });
          return command === 'AddPort'
            ? { status: 'ERROR_SUCCESS', output: null }
            : { status: 'ERROR_INVALID_PARAMETER', message: 'unknown command' };
        },
        setLanguage: async (portName, change) => {
          this.languageCalls.push({ portName, change });
          const { language = 'auto', bidirectional = true } = change;
          return { kind: 'done', language: { language, bidirectional } };
        },
      },
      printers: {
        list: () => this.#all(),
        find: async (name) =>
          (await this.#all()).find(
            (item) => item.id === name || item.name.toLowerCase() === name.toLowerCase(),
          ),
        create: async (name, settings) => {
          const printers = await this.#all();
          if (printers.some((item) => item.name === name)) {
            return refused('printer-exists', `There is a printer "${name}" already.`);
          }
          const printer = printerWith(printers[0], { ...settings, name, id: `id-${name}` });
          printers.push(printer);
          return { kind: 'done', printer };
        },
        change: async (id, settings) => {
          const printers = await this.#all();
          const at = printers.findIndex((item) => item.id === id);
          const printer = printerWith(printers[at], settings);
          printers[at] = printer;
          return { kind: 'done', printer };
        },
        operate: (id, what, by, note) => fake.printers.operate(id, what, by, note),
        remove: async (id) => {
          const printers = await this.#all();
          printers.splice(
            printers.findIndex((item) => item.id === id),
            1,
          );
          return { kind: 'done' };
        },
        status: async () => fake.status,
        statuses: async (ids) => new Map(ids.map((id) => [id, fake.status])),
      },
    };
  }
}

export class FakeEvents implements Events {
  readonly ring: PlatenEvent[] = [];
  readonly listeners = new Set<(event: PlatenEvent) => void>();
  /** Events up to this id are gone. */
  forgotten = 0;

  async since(afterId: number, limit: number) {
    const events = this.ring.filter((event) => event.id > afterId && event.id > this.forgotten);
    return { events: events.slice(0, limit), gap: afterId < this.forgotten };
  }

  subscribe(listener: (event: PlatenEvent) => void) {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  report(): void {
    const event = eventNumber(this.ring.length + 1);
    this.ring.push(event);
    for (const listener of this.listeners) listener(event);
  }
}

function eventNumber(id: number): PlatenEvent {
  return {
    id,
    type: 'appliance-started',
    at: { ms: 0, trusted: true },
    spooler: 'local',
    facts: {},
  };
}

function printerWith(
  printer: Printer | undefined,
  settings: PrinterSettings & { readonly name?: string; readonly id?: string },
): Printer {
  assert.ok(printer !== undefined);
  return { ...printer, ...settings };
}

function portStatus(name: string): PortStatus {
  return {
    info: { name, monitorName: 'tcp', description: '', types: ['write', 'net-attached'] },
    used: true,
    state: 'waiting',
    reasons: [{ keyword: 'connecting-to-device', severity: 'warning' }],
    message: 'does not answer',
    statuses: [],
    currentJobId: undefined,
    language: { language: 'auto', bidirectional: true },
    languageMonitor: undefined,
  };
}

export const tcpMonitor: MonitorInfo = {
  name: 'tcp',
  kind: 'port',
  locality: 'network',
  state: 'ready',
  message: '',
  ui: {
    version: 1,
    title: 'Raw TCP',
    help: '',
    addPort: [
      { type: 'text', name: 'name', label: 'Name', help: '', required: true, maxLength: 127 },
      { type: 'text', name: 'host', label: 'Host', help: '', required: true, maxLength: 255 },
      {
        type: 'integer',
        name: 'portNumber',
        label: 'TCP port',
        help: '',
        required: false,
        min: 1,
        max: 65_535,
        initial: 9100,
      },
    ],
    configurePort: [
      { type: 'text', name: 'host', label: 'Host', help: '', required: true, maxLength: 255 },
    ],
  },
};

function requestOf({ method = 'GET', path, json, bytes, headers = {} }: Asked): HttpRequest {
  const text = json === undefined ? undefined : new TextEncoder().encode(JSON.stringify(json));
  const body = bytes ?? (text === undefined ? [] : [text]);
  const fields: Readonly<Record<string, string>> = {
    ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    ...headers,
  };
  const at = path.indexOf('?');
  const address = { address: '127.0.0.1', port: 1 };
  return {
    method,
    path: at < 0 ? path : path.slice(0, at),
    query: at < 0 ? '' : path.slice(at + 1),
    local: address,
    remote: address,
    secure: false,
    lengthBytes: body.reduce((sum, chunk) => sum + chunk.length, 0),
    body: chunksOf(body),
    header: (name) => fields[name],
  };
}

async function* chunksOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
