// Talks to a box in QEMU by its API, as an administrator who read the set-up code at its console.
import { request } from 'node:https';
import { z } from 'zod';
import { run } from '../run.ts';
import type { Ports } from './machine.ts';

const sessionSchema = z.looseObject({ csrfToken: z.string() });
const printerSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  portNames: z.array(z.string()),
});
const jobSchema = z.looseObject({
  number: z.int(),
  state: z.string(),
  possiblyPrintedTwice: z.boolean(),
});

export type BoxJob = z.output<typeof jobSchema>;
export type BoxPrinter = z.output<typeof printerSchema>;
const portSchema = z.looseObject({
  info: z.looseObject({ name: z.string(), monitorName: z.string() }),
});
const systemSchema = z.looseObject({
  health: z.looseObject({ problems: z.array(z.string()) }),
});

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly cookie: string | undefined;
}

export class BoxClient {
  readonly ports: Ports;
  #cookie = '';
  #csrf = '';
  #isSetUp = false;

  constructor(ports: Ports) {
    this.ports = ports;
  }

  /** There is an administrator. */
  get isSetUp(): boolean {
    return this.#isSetUp;
  }

  async setUp(code: string): Promise<void> {
    this.#isSetUp = true;
    await this.#begin('/api/v1/setup', { code, name: administrator, password });
  }

  async logIn(): Promise<void> {
    await this.#begin('/api/v1/session', { name: administrator, password });
  }

  /** The box is as it was when it was new. */
  forget(): void {
    this.#isSetUp = false;
    this.#cookie = '';
  }

  async printers(): Promise<readonly BoxPrinter[]> {
    const said: unknown = JSON.parse(await this.#ask('GET', '/api/v1/printers'));
    return z.looseObject({ items: z.array(printerSchema) }).parse(said).items;
  }

  async jobs(): Promise<readonly BoxJob[]> {
    const said: unknown = JSON.parse(await this.#ask('GET', '/api/v1/jobs?which=all&limit=1000'));
    return z.looseObject({ items: z.array(jobSchema) }).parse(said).items;
  }

  async addNetworkPrinter(name: string, host: string, portNumber: number): Promise<void> {
    await this.addPrinter(name, 'tcp', { host, portNumber });
  }

  /** A port of that name, and a printer at it. */
  async addPrinter(
    name: string,
    monitor: string,
    settings: Readonly<Record<string, string | number>>,
  ): Promise<void> {
    await this.#ask('POST', `/api/v1/monitors/${monitor}/xcv/AddPort`, { name, ...settings });
    await this.#ask('POST', '/api/v1/printers', { name, portNames: [name] });
  }

  /** As `speakNothing`, where a port sends raw bytes to a device. */
  async speakNothingRaw(names: readonly string[]): Promise<void> {
    const said: unknown = JSON.parse(await this.#ask('GET', '/api/v1/ports?limit=1000'));
    const { items } = z.looseObject({ items: z.array(portSchema) }).parse(said);
    for (const { info } of items) {
      if (!names.includes(info.name) || info.monitorName !== 'usb') continue;
      await this.speakNothing(info.name);
    }
  }

  /** What the page shows as wrong with the box. */
  async problems(): Promise<readonly string[]> {
    const said: unknown = JSON.parse(await this.#ask('GET', '/api/v1/system'));
    return systemSchema.parse(said).health.problems;
  }

  /** Any row of the API; resolves with its answer. */
  async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const text = await this.#ask(method, `/api/v1${path}`, body);
    return text === '' ? undefined : JSON.parse(text);
  }

  /** What reaches the device is the document alone, and nothing that asks the device. */
  async speakNothing(port: string): Promise<void> {
    await this.#ask('PATCH', `/api/v1/ports/${port}/language`, { language: 'none' });
  }

  /** Resolves with the job's number once it is acknowledged. */
  async print(printer: string, name: string, document: Uint8Array): Promise<number> {
    const path = `/api/v1/printers/${printer}/jobs?name=${name}&format=application/octet-stream`;
    return jobSchema.parse(JSON.parse(await this.#ask('POST', path, document))).number;
  }

  /** By this machine's own lp, over IPP. */
  async lp(printer: string, file: string): Promise<string> {
    const server = `127.0.0.1:${this.ports.ipp}`;
    return run('lp', ['-h', server, '-d', printer, '-o', 'raw', file], '/');
  }

  /** What a browser sees at the port of IPP; undefined while nothing answers. */
  async plainPage(): Promise<string | undefined> {
    try {
      const signal = AbortSignal.timeout(patienceMs);
      return await (await fetch(`http://127.0.0.1:${this.ports.ipp}/`, { signal })).text();
    } catch {
      // Not there yet.
      return undefined;
    }
  }

  async #begin(path: string, body: unknown): Promise<void> {
    const { text, cookie } = await this.#checked('POST', path, body);
    this.#csrf = sessionSchema.parse(JSON.parse(text)).csrfToken;
    this.#cookie = cookie ?? '';
  }

  async #ask(method: string, path: string, body?: unknown): Promise<string> {
    return (await this.#checked(method, path, body)).text;
  }

  async #checked(method: string, path: string, body: unknown): Promise<Answer> {
    const answer = await this.#send(method, path, body);
    if (answer.status < 300) return answer;
    throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
  }

  #send(method: string, path: string, body: unknown): Promise<Answer> {
    const isBinary = body instanceof Uint8Array;
    const headers = {
      ...(this.#cookie === '' ? {} : { cookie: this.#cookie, 'x-platen-csrf': this.#csrf }),
      ...(body === undefined
        ? {}
        : { 'content-type': isBinary ? 'application/octet-stream' : 'application/json' }),
    };
    return new Promise((resolve, reject) => {
      const asked = request(
        { host: '127.0.0.1', port: this.ports.https, method, path, headers, ...unpinned },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (part: string) => (text += part));
          response.on('error', reject);
          response.on('end', () => {
            const cookie = response.headers['set-cookie']?.[0]?.split(';')[0];
            resolve({ status: response.statusCode ?? 0, text, cookie });
          });
        },
      );
      asked.on('error', reject);
      asked.on('timeout', () => asked.destroy(new Error('timed out')));
      asked.end(body === undefined || isBinary ? body : JSON.stringify(body));
    });
  }
}

/** The box is behind QEMU's loopback, and made its key a moment ago. */
const unpinned = { rejectUnauthorized: false, agent: false, timeout: 60_000 } as const;
const patienceMs = 5_000;
const administrator = 'admin';
const password = 'a password for tests';
