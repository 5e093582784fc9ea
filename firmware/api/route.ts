// A row of the API: who may call it, what goes in, what comes out, and what it does.
import { z } from 'zod';
import { didYouMean } from '../config/did-you-mean.ts';
import { type Refusal, refused, RefusedError } from '../errors/codes.ts';
import { InvalidRequestError } from './problem.ts';
import type { Principal } from './principal.ts';
import type { Who } from './rights.ts';
import type { ApiServices } from './services.ts';
import { plainWords } from '../../monitors/schema-issues.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** What every row says of itself; OpenAPI, rights and tests are made from it. */
export interface RouteHead {
  readonly method: Method;
  /**
   * As OpenAPI writes it, below /api/v1 unless it starts at another root: `/printers/{printer}`.
   */
  readonly path: string;
  readonly summary: string;
  readonly who: Who;
  readonly tag:
    | 'system'
    | 'session'
    | 'users'
    | 'printers'
    | 'ports'
    | 'jobs'
    | 'events'
    | 'snmp'
    | 'pair'
    | 'groups';
}

/** A request as the dispatcher hands it to a row: strings and bytes, nothing checked yet. */
export interface RawCall {
  readonly principal: Principal;
  /** Where the client is; '' on the Unix socket. */
  readonly address: string;
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string>>;
  /** A header field by its name in lower case. */
  header(name: string): string | undefined;
  /** The parsed JSON body. */
  readonly json: () => Promise<unknown>;
  /** The body as it arrives; throws when the client breaks off. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** The announced length of the body. */
  readonly sizeBytes: number | undefined;
  readonly services: ApiServices;
}

export interface ServerSentEvent {
  readonly id?: number;
  readonly event: string;
  readonly data: unknown;
}

export type Reply =
  /** The peer's answer, as it comes. */
  | {
      readonly kind: 'forwarded';
      readonly status: number;
      readonly contentType: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: AsyncIterable<Uint8Array>;
    }
  | {
      readonly kind: 'json';
      readonly status: number;
      readonly value: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'text';
      readonly status: number;
      readonly contentType: string;
      readonly text: string;
    }
  /** A file, as it is made. */
  | {
      readonly kind: 'bytes';
      readonly status: number;
      readonly contentType: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: AsyncIterable<Uint8Array>;
    }
  | {
      readonly kind: 'events';
      /** Undefined is a heartbeat. */
      readonly events: AsyncIterable<ServerSentEvent | undefined>;
    };

export interface Route extends RouteHead {
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly input:
    | { readonly kind: 'none' | 'stream' }
    | { readonly kind: 'json'; readonly schema: z.ZodType };
  readonly output:
    | { readonly kind: 'json'; readonly status: number; readonly schema: z.ZodType }
    | { readonly kind: 'text'; readonly contentType: string };
  /** What the entity tag of its answer is made of: what people set, not what changes by itself. */
  readonly tagged?: (value: unknown) => unknown;
  readonly serve: (call: RawCall) => Promise<Reply | Refusal>;
}

/** What a row's `run` gets: everything checked and typed. */
export interface Call<Params, Query, Input> {
  readonly principal: Principal;
  readonly params: Params;
  readonly query: Query;
  readonly input: Input;
  readonly raw: RawCall;
  readonly services: ApiServices;
}

/** For rows without parameters, query or body. */
export const noParams = z.object({});
export const noQuery = z.object({});
export const noBody = z.undefined();
/** For rows whose body is a stream, taken as it arrives. */
export const streamBody = z.undefined();

export interface JsonRow<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Input extends z.ZodType,
  Output extends z.ZodType,
> extends RouteHead {
  readonly params: Params;
  readonly query: Query;
  /** The schema of a JSON body, `noBody` or `streamBody`. */
  readonly input: Input;
  readonly output: Output;
  /** 200 unless said. */
  readonly status?: number;
  /** Of a row that shows one resource: the members that change by themselves, without a person. */
  readonly changing?: readonly string[];
  readonly run: (
    call: Call<z.infer<Params>, z.infer<Query>, z.infer<Input>>,
  ) => Promise<z.infer<Output> | Headed<z.infer<Output>> | Refusal>;
}

/** An answer with header fields of its own: a cookie, an entity tag. */
export interface Headed<Output> {
  readonly kind: 'headed';
  readonly value: Output;
  readonly headers: Readonly<Record<string, string>>;
}

export function headed<Output>(value: Output, headers: Headed<Output>['headers']): Headed<Output> {
  return { kind: 'headed', value, headers };
}

/** A row that answers with JSON: in and out are checked against its schemas. */
export function jsonRoute<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Input extends z.ZodType,
  Output extends z.ZodType,
>(row: JsonRow<Params, Query, Input, Output>): Route {
  const { status = 200, output, changing } = row;
  return {
    ...(changing === undefined ? {} : { tagged: (value: unknown) => without(value, changing) }),
    ...headOf(row),
    params: row.params,
    query: row.query,
    input: inputOf(row.input),
    output: { kind: 'json', status, schema: output },
    async serve(raw) {
      const hasJson = inputOf(row.input).kind === 'json';
      const answer = await row.run({
        principal: raw.principal,
        services: raw.services,
        raw,
        params: check('path', row.params, raw.params),
        query: checkQuery(row.query, raw.query),
        input: check('body', row.input, hasJson ? await raw.json() : undefined),
      });
      if (isRefusal(answer)) return answer;
      if (!isHeaded(answer)) return { kind: 'json', status, value: output.parse(answer) };
      return { kind: 'json', status, value: output.parse(answer.value), headers: answer.headers };
    },
  };
}

export interface StreamRow<Query extends z.ZodObject> extends RouteHead {
  readonly query: Query;
  readonly contentType: string;
  readonly run: (call: {
    readonly query: z.infer<Query>;
    readonly raw: RawCall;
    readonly services: ApiServices;
  }) => Promise<Reply | Refusal>;
}

/** A row that answers with text or with a stream of events. */
export function streamRoute<Query extends z.ZodObject>(row: StreamRow<Query>): Route {
  return {
    ...headOf(row),
    params: noParams,
    query: row.query,
    input: { kind: 'none' },
    output: { kind: 'text', contentType: row.contentType },
    serve: async (raw) =>
      row.run({
        query: checkQuery(row.query, raw.query),
        raw,
        services: raw.services,
      }),
  };
}

export interface FileRow<Input extends z.ZodType> extends RouteHead {
  readonly input: Input;
  readonly contentType: string;
  readonly run: (
    call: Call<unknown, unknown, z.infer<Input>>,
  ) => Promise<{ readonly name: string; readonly bytes: AsyncIterable<Uint8Array> } | Refusal>;
}

/** A row that answers with a file to keep. */
export function fileRoute<Input extends z.ZodType>(row: FileRow<Input>): Route {
  return {
    ...headOf(row),
    params: noParams,
    query: noQuery,
    input: inputOf(row.input),
    output: { kind: 'text', contentType: row.contentType },
    async serve(raw) {
      const hasJson = inputOf(row.input).kind === 'json';
      const answer = await row.run({
        principal: raw.principal,
        services: raw.services,
        raw,
        params: {},
        query: checkQuery(noQuery, raw.query),
        input: check('body', row.input, hasJson ? await raw.json() : undefined),
      });
      if (isRefusal(answer)) return answer;
      return {
        kind: 'bytes',
        status: 200,
        contentType: row.contentType,
        // Names are made here, of letters, digits, dots and hyphens.
        headers: { 'content-disposition': `attachment; filename="${answer.name}"` },
        body: answer.bytes,
      };
    },
  };
}

export function isRefusal(answer: unknown): answer is Refusal {
  return (
    typeof answer === 'object' && answer !== null && 'kind' in answer && answer.kind === 'refused'
  );
}

function isHeaded(answer: unknown): answer is Headed<unknown> {
  return (
    typeof answer === 'object' && answer !== null && 'kind' in answer && answer.kind === 'headed'
  );
}

function without(value: unknown, members: readonly string[]): unknown {
  return Object.fromEntries(
    Object.entries(Object(value)).filter(([name]) => !members.includes(name)),
  );
}

function headOf({ method, path, summary, who, tag }: RouteHead): RouteHead {
  return { method, path, summary, who, tag };
}

function inputOf(input: z.ZodType): Route['input'] {
  if (input === noBody) return { kind: 'none' };
  return input === streamBody ? { kind: 'stream' } : { kind: 'json', schema: input };
}

/** A mistyped name would be a filter that filters nothing. */
function checkQuery<Query extends z.ZodObject>(
  schema: Query,
  value: RawCall['query'],
): z.infer<Query> {
  const known = Object.keys(schema.shape);
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown === undefined) return check('query', schema, value);
  const hint = didYouMean(unknown, known);
  throw new RefusedError(refused('bad-request', `query: "${unknown}" is not known.${hint}`));
}

function check<Schema extends z.ZodType>(
  part: string,
  schema: Schema,
  value: unknown,
): z.infer<Schema> {
  const result = schema.safeParse(value, plainWords);
  if (!result.success) throw new InvalidRequestError(part, result.error, schema, value);
  return result.data;
}
