// The API as the command line uses it: requests through the Unix socket in the data folder, or by
// HTTPS to another appliance.
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { z } from 'zod';
import { problem } from '../api/schemas/problem.ts';
import { cliLimits } from '../limits/cli-limits.ts';
import { type ApiClient, CliError } from './command.ts';
import { connectRemote, type RemoteAppliance } from './remote.ts';

/** The appliance of this machine, by its data folder. */
export interface LocalAppliance {
  readonly socketPath: string;
  /** For the message when nobody answers. */
  readonly dataFolder: string;
}

export type ApiClientOptions = LocalAppliance | RemoteAppliance;

interface Body {
  readonly contentType: string;
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly sizeBytes: number | undefined;
  /** The entity tag of what it changes. */
  readonly ifMatch?: string;
}

/** The status of `changed-meanwhile`. */
const changedMeanwhile = 412;

export function createApiClient(options: ApiClientOptions): ApiClient {
  return {
    get: (path, schema) => call(options, 'GET', path, undefined, schema),
    send(method, path, value, schema) {
      if (value === undefined) return call(options, method, path, undefined, schema);
      return call(options, method, path, jsonBody(value), schema);
    },
    async change(path, schema, changesOf) {
      for (let attempt = 1; ; attempt += 1) {
        const read = await exchange(options, 'GET', path, undefined);
        const now = answerOf(read, 'GET', path, schema);
        const body = jsonBody(changesOf(now), read.etag);
        const { status, text } = await exchange(options, 'PATCH', path, body);
        const isLast = attempt >= cliLimits.changeAttempts;
        if (status === changedMeanwhile && !isLast) continue;
        return answerOf({ status, text }, 'PATCH', path, schema);
      }
    },
    async download(path, value) {
      const body = value === undefined ? undefined : jsonBody(value);
      const response = await open(options, 'POST', path, body);
      if ((response.statusCode ?? 0) < 300) return bytesOf(response, options);
      const { status, text } = await readAnswer(response);
      throw refusalOf({ status, json: parseJson(text, path), method: 'POST', path });
    },
    upload: (path, contentType, bytes, schema) =>
      call(options, 'POST', path, { contentType, bytes, sizeBytes: undefined }, schema),
  };
}

async function call<Schema extends z.ZodType>(
  options: ApiClientOptions,
  method: string,
  path: string,
  body: Body | undefined,
  schema: Schema,
): Promise<z.infer<Schema>> {
  return answerOf(await exchange(options, method, path, body), method, path, schema);
}

function answerOf<Schema extends z.ZodType>(
  { status, text }: Pick<Answer, 'status' | 'text'>,
  method: string,
  path: string,
  schema: Schema,
): z.infer<Schema> {
  const json = parseJson(text, path);
  if (status < 300) return understood(schema, json, path);
  throw refusalOf({ status, json, method, path });
}

function jsonBody(value: unknown, ifMatch?: string): Body {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return {
    contentType: 'application/json',
    bytes: Readable.from([bytes]),
    sizeBytes: bytes.length,
    ...(ifMatch === undefined ? {} : { ifMatch }),
  };
}

interface Refused {
  readonly status: number;
  readonly json: unknown;
  readonly method: string;
  readonly path: string;
}

function refusalOf({ status, json, method, path }: Refused): CliError {
  const refused = problem.safeParse(json);
  if (!refused.success) return new CliError(`Platen answered ${status} to ${method} ${path}.`);
  const { code, detail, next } = refused.data;
  const isWrong = calledWrongly.has(code);
  const isSaid = isWrong || code === 'not-found';
  // What comes next there is to read the detail, which stands here already, or what paths there
  // are.
  return new CliError(isSaid ? sentence(detail) : `${sentence(detail)} ${next}`, isWrong ? 2 : 1);
}

/** Problems of what was typed, which only the appliance could find. */
const calledWrongly: ReadonlySet<string> = new Set(['bad-request', 'value-not-supported']);

function understood<Schema extends z.ZodType>(
  schema: Schema,
  json: unknown,
  path: string,
): z.infer<Schema> {
  const { success, data } = schema.safeParse(json);
  if (success) return data;
  throw new CliError(
    `The appliance answers ${path} as another version does: use the platen that serves there, ` +
      'or start the appliance anew with this one ("platen version" tells which this is).',
  );
}

function sentence(text: string): string {
  const whole = /[.!?]$/.test(text) ? text : `${text}.`;
  // A name at the beginning keeps its spelling.
  return /^[a-z]+[ ,]/.test(whole) ? whole.charAt(0).toUpperCase() + whole.slice(1) : whole;
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly etag?: string | undefined;
}

async function exchange(
  options: ApiClientOptions,
  method: string,
  path: string,
  body: Body | undefined,
): Promise<Answer> {
  const response = await open(options, method, path, body);
  try {
    return await readAnswer(response);
  } catch (error) {
    throw explain(error, options);
  }
}

async function open(
  options: ApiClientOptions,
  method: string,
  path: string,
  body: Body | undefined,
): Promise<IncomingMessage> {
  const sending = await begin(options, {
    method,
    path: `/api/v1${path}`,
    headers: {
      ...(body === undefined ? {} : { 'content-type': body.contentType }),
      ...(body?.sizeBytes === undefined ? {} : { 'content-length': body.sizeBytes }),
      ...(body?.ifMatch === undefined ? {} : { 'if-match': body.ifMatch }),
    },
  });
  return await answerTo(sending, options, body);
}

async function begin(
  options: ApiClientOptions,
  head: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string | number>>;
  },
): Promise<ClientRequest> {
  if ('socketPath' in options) {
    const headers = { ...head.headers, host: 'platen' };
    return request({ ...head, headers, socketPath: options.socketPath, agent: false });
  }
  const socket = await connectRemote(options);
  const { host, port, token } = options;
  const authority = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const headers = { ...head.headers, host: authority, authorization: `Bearer ${token}` };
  return request({ ...head, headers, createConnection: () => socket });
}

function answerTo(
  sending: ClientRequest,
  options: ApiClientOptions,
  body: Body | undefined,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => reject(explain(error, options));
    let answered = false;
    sending.once('response', (response) => {
      answered = true;
      resolve(response);
    });
    // A refused upload breaks the sending while the answer that says why is on its way.
    sending.on('error', (error) => {
      if (!answered) fail(error);
    });
    if (body === undefined) sending.end();
    else {
      pipeline(body.bytes, sending).catch((error: unknown) => {
        if (!answered && !isBrokenPipe(error)) fail(error);
      });
    }
  });
}

/** A file that the appliance could not make to its end breaks the connection. */
async function* bytesOf(
  response: IncomingMessage,
  options: ApiClientOptions,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of response) {
      if (!Buffer.isBuffer(chunk)) throw new TypeError('an answer came decoded');
      yield chunk;
    }
  } catch (error) {
    throw explain(error, options);
  }
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('an answer came decoded');
    sizeBytes += chunk.length;
    if (sizeBytes > cliLimits.answerBytes) throw new CliError('The answer is too large.');
    chunks.push(chunk);
  }
  const { etag } = response.headers;
  return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8'), etag };
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CliError(`The answer to ${path} is no JSON.`, 1, { cause: error });
  }
}

const nobodyThere = ['ENOENT', 'ECONNREFUSED'];

function explain(error: unknown, options: ApiClientOptions): unknown {
  const code = codeOf(error);
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    const message = 'The appliance broke the connection; its log says why.';
    return new CliError(message, 1, { cause: error });
  }
  return 'dataFolder' in options ? explainLocal(error, code, options.dataFolder) : error;
}

function explainLocal(error: unknown, code: string | undefined, dataFolder: string): unknown {
  if (code !== undefined && nobodyThere.includes(code)) {
    const start = `platen serve --data ${dataFolder}`;
    const other = 'or name another folder with --data.';
    const message = `No Platen serves ${dataFolder}. Start it with "${start}", ${other}`;
    return new CliError(message, 1, { cause: error });
  }
  if (code === 'EACCES') {
    const message = `You may not use the appliance in ${dataFolder}: run this as its user.`;
    return new CliError(message, 1, { cause: error });
  }
  return error;
}

/** The sending side breaks; what the other one has to say comes as answer or as its error. */
function isBrokenPipe(error: unknown): boolean {
  return ['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(codeOf(error) ?? '');
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
