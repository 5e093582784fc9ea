// The OpenAPI document, made from the rows and their schemas.
import { z } from 'zod';
import type { Route } from './route.ts';
import { cookieName } from '../sessions/cookie.ts';
import { csrfField } from './authenticate.ts';
import { problem } from './schemas/problem.ts';

export const apiRoot = '/api/v1';

/** The path that clients ask for: rows stand below /api/v1, those that start with ~ at the root. */
export function fullPath({ path }: Pick<Route, 'path'>): string {
  return path.startsWith('~') ? path.slice(1) : apiRoot + path;
}

export function openApiDocument(
  routes: readonly Route[],
  version: string,
): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = fullPath(route);
    const described = operationOf(route, isTagged(routes, path));
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: described };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Platen', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths,
    components: { schemas: { Problem: schemaOf(problem, 'output') }, securitySchemes },
  };
}

/** The session is a browser's; its changes carry a second token, which no other site knows. */
const securitySchemes = {
  token: { type: 'http', scheme: 'bearer' },
  session: { type: 'apiKey', in: 'cookie', name: cookieName },
  csrf: { type: 'apiKey', in: 'header', name: csrfField },
} as const;

function securityOf({
  who,
  method,
}: Route): readonly Readonly<Record<string, readonly string[]>>[] {
  if (who === 'anyone') return [];
  return [{ token: [] }, method === 'GET' ? { session: [] } : { session: [], csrf: [] }];
}

/** What is shown there, or right above it, has an entity tag that a change may name. */
function isTagged(routes: readonly Route[], path: string): boolean {
  const above = path.replace(/\/[^/{}]+$/, '');
  return routes.some(
    (each) =>
      each.method === 'GET' && each.tagged !== undefined && [path, above].includes(fullPath(each)),
  );
}

/** `patch /printers/{printer}` is `patch_printers_printer`. */
function operationId({ method, path }: Route): string {
  const words = path.split(/[^A-Za-z]+/).filter((word) => word !== '');
  return [method.toLowerCase(), ...words].join('_');
}

function operationOf(route: Route, tagged: boolean): Readonly<Record<string, unknown>> {
  return {
    operationId: operationId(route),
    summary: route.summary,
    security: securityOf(route),
    tags: [route.tag],
    'x-roles': route.who,
    parameters: [
      ...parametersOf(route, 'path'),
      ...parametersOf(route, 'query'),
      ...headersOf(route, tagged),
    ],
    ...bodyOf(route),
    responses: {
      ...answerOf(route),
      default: {
        description: 'Refused; the code says why and the next step what to do',
        content: {
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        },
      },
    },
  };
}

function parametersOf(
  route: Route,
  place: 'path' | 'query',
): readonly Readonly<Record<string, unknown>>[] {
  const { shape } = place === 'path' ? route.params : route.query;
  return Object.entries(shape).map(([name, schema]) => ({
    name,
    in: place,
    required: place === 'path' || !z.safeParse(schema, undefined).success,
    schema: schemaOf(z.object({ value: schema }), 'input', 'value'),
  }));
}

function headersOf(
  { method, output }: Route,
  tagged: boolean,
): readonly Readonly<Record<string, unknown>>[] {
  const header = (name: string, description: string) => [
    { name, in: 'header', required: false, description, schema: { type: 'string' } },
  ];
  if (output.kind === 'text' && output.contentType === 'text/event-stream') {
    return header('Last-Event-ID', 'The last event that the reader has: it goes on after it');
  }
  if (method === 'GET' || !tagged) return [];
  return header('If-Match', 'The ETag of what was looked at; refused where it is another now');
}

function bodyOf({ input }: Route): Readonly<Record<string, unknown>> {
  if (input.kind === 'none') return {};
  const content =
    input.kind === 'json'
      ? { 'application/json': { schema: schemaOf(input.schema, 'input') } }
      : { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } };
  return { requestBody: { required: true, content } };
}

function answerOf({ output, summary, tagged, method }: Route): Readonly<Record<string, unknown>> {
  if (output.kind === 'text') {
    return {
      200: {
        description: summary,
        content: { [output.contentType]: { schema: { type: 'string' } } },
      },
    };
  }
  const content = { 'application/json': { schema: schemaOf(output.schema, 'output') } };
  const headers =
    tagged === undefined || method !== 'GET'
      ? {}
      : { headers: { ETag: { description: 'Of what people set', schema: { type: 'string' } } } };
  return { [output.status]: { description: summary, ...headers, content } };
}

/** The schema, or that of one member of it: parameters are described one by one. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', member?: string): unknown {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return member === undefined ? described : described.properties?.[member];
}
