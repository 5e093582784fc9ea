// A client on a real file system in front of a server that does as it is told: promises what it
// likes, signs with what it likes, sends what it likes.
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { lstat, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { connectQueue } from '../../firmware/client/connect.ts';
import type {
  ClientParts,
  Connected,
  ConnectRequest,
  Step,
} from '../../firmware/client/contract.ts';
import { dialServer } from '../../firmware/client/dial.ts';
import { disconnectQueue } from '../../firmware/client/disconnect.ts';
import { makeSelfSigned, pemOf, pinOf } from '../../firmware/identity/self-signed.ts';
import { signingKey } from '../../firmware/identity/signatures.ts';
import { type Manifest, signedBytes } from '../../firmware/queue-files/manifest.ts';
import { HalError } from '../../hal/errors.ts';
import { createLinuxFolders } from '../../hal/linux/folders.ts';
import { myClient } from '../queue-files/rig.ts';
import { VirtualClock } from '../world/clock.ts';
import { SeededRandom } from '../world/random.ts';
import { atEnd } from '../at-end.ts';

export interface Promised {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly component?: string;
  readonly directory?: string;
  /** Of the manifest, in place of those of the bytes. */
  readonly digest?: string;
  readonly sizeBytes?: number;
}

export const newKey = (): KeyObject =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Everything of the server that a test changes. */
export class FakeServer {
  promised: readonly Promised[] = [];
  signWith: KeyObject;
  module = 'plain';
  /** Changes the manifest before it is signed. */
  alter: (manifest: Manifest) => unknown = (manifest) => manifest;
  /** Changes the signed text on its way. */
  tamper: (text: string) => string = (text) => text;
  /** Answers a download in the server's place; true: it did. */
  answer: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  /** While set, the manifest comes octet by octet, and this is done before each. */
  trickle: (() => Promise<void>) | undefined;
  readonly requests: { readonly method: string; readonly path: string; readonly range: string }[] =
    [];
  readonly pin: string;
  readonly port: number;
  readonly #server: Server;

  private constructor(server: Server, port: number, key: KeyObject) {
    this.#server = server;
    this.port = port;
    this.pin = pinOf(key);
    this.signWith = key;
    server.on('request', (request, response) => void this.#serve(request, response));
  }

  static async start(t: TestContext, options: { key?: KeyObject; port?: number } = {}) {
    const key = options.key ?? newKey();
    const certificate = makeSelfSigned({
      privateKey: key,
      names: ['localhost', '127.0.0.1'],
      serial: Uint8Array.of(1, 2, 3),
      notBeforeMs: 0,
      notAfterMs: Date.UTC(2040, 0),
    });
    const server = createServer({
      cert: pemOf('CERTIFICATE', certificate),
      key: key.export({ format: 'pem', type: 'pkcs8' }),
    });
    server.listen(options.port ?? 0, '127.0.0.1');
    await once(server, 'listening');
    const bound = server.address();
    if (bound === null || typeof bound === 'string') throw new Error('no port');
    const fake = new FakeServer(server, bound.port, key);
    atEnd(t, () => fake.stop());
    return fake;
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'https://x');
    const { method = '' } = request;
    this.requests.push({ method, path: url.pathname, range: request.headers.range ?? '' });
    const [, , , , what, ...rest] = url.pathname.split('/').map(decodeURIComponent);
    if (what === 'manifest') return this.#sayManifest(response, url.searchParams);
    if (what === 'connections') {
      return void response.end(JSON.stringify({ id: 'c1', removed: 'c1' }));
    }
    if (this.answer(request, response)) return;
    const name = rest.pop();
    const file = this.promised.find((each) => each.name === name);
    if (file === undefined) {
      response.statusCode = 404;
      return void response.end();
    }
    this.send(response, file.bytes, request.headers.range, file.digest ?? digestOf(file.bytes));
  }

  async #sayManifest(response: ServerResponse, query: URLSearchParams): Promise<void> {
    const text = await this.#manifest(query);
    if (this.trickle === undefined) return void response.end(text);
    for (let at = 0; at < text.length && !response.destroyed; at += 1) {
      await this.trickle();
      await new Promise<void>((resolve) => {
        response.write(text[at], () => resolve());
      });
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
    }
    response.end();
  }

  send(response: ServerResponse, bytes: Uint8Array, range = '', digest = digestOf(bytes)): void {
    response.setHeader('etag', `"${digest.replace(':', '-')}"`);
    const from = Number(/^bytes=(\d+)-$/.exec(range)?.[1] ?? 0);
    if (from > 0) {
      response.statusCode = 206;
      response.setHeader('content-range', `bytes ${from}-${bytes.length - 1}/${bytes.length}`);
    }
    response.end(bytes.subarray(from));
  }

  async #manifest(query: URLSearchParams): Promise<string> {
    const key = signingKey(this.signWith);
    const text = JSON.stringify(this.alter(this.#promise(query.get('nonce') ?? '')));
    const signature = await key.sign(signedBytes(text));
    return JSON.stringify({
      manifest: this.tamper(text),
      signature: Buffer.from(signature).toString('base64'),
      publicKey: Buffer.from(key.publicKey).toString('base64'),
    });
  }

  #promise(nonce: string): Manifest {
    const files = this.promised.map(({ bytes, ...file }) => ({
      component: 'ICM',
      directory: 'Color',
      digest: digestOf(bytes),
      sizeBytes: bytes.length,
      type: 'application/octet-stream',
      title: file.name,
      ...file,
    }));
    const text = (name: string, data: string) =>
      ({ name, value: { type: 'string', data } }) as const;
    const components = new Map(files.map((file) => [file.component, file] as const));
    return {
      version: 1,
      server: 'NTPRINT',
      printer: { id: 'p1', name: 'HpColor' },
      nonce,
      changeNumber: 1,
      madeAt: { ms: 0, trusted: true },
      keys: [
        { key: '', values: [] },
        ...[...components.values()].map(({ component, directory }) => ({
          key: `CopyFiles\\${component}`,
          values: [
            text('Directory', directory),
            text('Module', this.module),
            text('SourceDir', `\\\\NTPRINT\\PRINT$\\${directory}`),
            text('TargetDir', directory),
          ],
        })),
      ],
      files,
    };
  }
}

export interface ClientRig {
  readonly server: FakeServer;
  readonly root: string;
  readonly steps: Step[];
  readonly parts: ClientParts;
  readonly clock: VirtualClock;
  /** The connection's own folder. */
  readonly home: string;
  connect(options?: Partial<ConnectRequest>): Promise<Connected>;
  disconnect(): ReturnType<typeof disconnectQueue>;
  /** Paths below `files/` with what they are and hold. */
  files(): Promise<readonly string[]>;
}

export async function startClient(t: TestContext): Promise<ClientRig> {
  const server = await FakeServer.start(t);
  return { ...(await startClientAt(t, server.port, server.pin)), server };
}

/** In front of any server. */
export async function startClientAt(
  t: TestContext,
  port: number,
  pin: string | undefined,
): Promise<Omit<ClientRig, 'server'>> {
  const root = await mkdtemp(join(tmpdir(), 'platen-client-'));
  atEnd(t, () => rm(root, { recursive: true, force: true }));
  const steps: Step[] = [];
  const clock = new VirtualClock();
  const parts: ClientParts = {
    folders: createLinuxFolders(),
    random: new SeededRandom(1),
    clock,
    dial: dialServer,
    run: async (program) => {
      throw new HalError('not-found', program);
    },
    log: (step) => void steps.push(step),
  };
  const address = { host: '127.0.0.1', port, printer: 'HpColor' };
  const home = join(root, `127.0.0.1%3A${port}`, 'hpcolor');
  return {
    root,
    steps,
    parts,
    clock,
    home,
    connect: (options = {}) =>
      connectQueue(parts, {
        address,
        pin,
        client: myClient,
        root,
        refresh: false,
        dryRun: false,
        cups: true,
        ...options,
      }),
    disconnect: () => disconnectQueue(parts, address, root),
    files: () => treeOf(join(home, 'files')),
  };
}

async function treeOf(folder: string, below = ''): Promise<readonly string[]> {
  const found: string[] = [];
  const names = await readdir(join(folder, below)).catch(() => []);
  for (const name of names.toSorted((a, b) => (a < b ? -1 : 1))) {
    const path = join(below, name);
    const full = join(folder, path);
    const look = await lstat(full);
    if (look.isSymbolicLink()) found.push(`${path} -> ${await readlink(full)}`);
    else if (look.isDirectory()) found.push(`${path}/`, ...(await treeOf(folder, path)));
    else found.push(`${path} ${digestOf(await readFile(full))}`);
  }
  return found;
}
