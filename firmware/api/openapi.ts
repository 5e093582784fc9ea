// The OpenAPI document, made from the rows and their schemas.
import { z } from 'zod';
import type { Route } from './route.ts';
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
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Platen', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths,
    components: { schemas: { Problem: schemaOf(problem, 'output') } },
  };
}

function operationOf(route: Route): Readonly<Record<string, unknown>> {
  return {
    summary: route.summary,
    tags: [route.tag],
    'x-roles': route.who,
    parameters: [...parametersOf(route, 'path'), ...parametersOf(route, 'query')],
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

function bodyOf({ input }: Route): Readonly<Record<string, unknown>> {
  if (input.kind === 'none') return {};
  const content =
    input.kind === 'json'
      ? { 'application/json': { schema: schemaOf(input.schema, 'input') } }
      : { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } };
  return { requestBody: { required: true, content } };
}

function answerOf({ output, summary }: Route): Readonly<Record<string, unknown>> {
  if (output.kind === 'text') {
    return {
      200: {
        description: summary,
        content: { [output.contentType]: { schema: { type: 'string' } } },
      },
    };
  }
  const content = { 'application/json': { schema: schemaOf(output.schema, 'output') } };
  return { [output.status]: { description: summary, content } };
}

/** The schema, or that of one member of it: parameters are described one by one. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', member?: string): unknown {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return member === undefined ? described : described.properties?.[member];
}
