// Finds the row that answers a request, or the problem that stands against it.
import type { HttpAnswer, HttpProblem, HttpRequest, HttpRoute } from './contract.ts';

export type Routed =
  | { readonly kind: 'route'; readonly route: HttpRoute }
  | {
      readonly kind: 'problem';
      readonly problem: HttpProblem;
      /** The room whose way of wording problems applies. */
      readonly near: HttpRoute | undefined;
    };

export function routeRequest(routes: readonly HttpRoute[], request: HttpRequest): Routed {
  const here = longestMatches(routes, request.path);
  const near = here[0];
  if (near === undefined) return problem(404, 'There is nothing at this address.', near);
  if (near.secureOnly === true && !request.secure) {
    return problem(403, 'This address is served over HTTPS alone.', near);
  }
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const byMethod = here.filter((route) => route.method === method);
  if (byMethod.length === 0) {
    const allow = [...new Set(here.flatMap(methodsOf))].join(', ');
    return problem(405, `This address takes ${allow}.`, near, { allow });
  }
  const type = mediaTypeOf(request.header('content-type'));
  const route = byMethod.find(({ accepts }) => accepts === undefined || accepts === type);
  if (route !== undefined) return { kind: 'route', route };
  const wanted = byMethod.map(({ accepts }) => accepts).join(', ');
  return problem(415, `This address takes ${wanted}.`, near);
}

/** Text stays text, whatever it says. */
export const plainText = {
  'content-type': 'text/plain; charset=utf-8',
  'x-content-type-options': 'nosniff',
} as const;

/** A problem as a line of text, for browsers and people with curl. */
export function textProblem({ status, detail, headers }: HttpProblem): HttpAnswer {
  return {
    status,
    headers: { ...plainText, ...headers },
    body: `${detail}\n`,
  };
}

function methodsOf({ method }: HttpRoute): readonly string[] {
  return method === 'GET' ? ['GET', 'HEAD'] : [method];
}

function longestMatches(routes: readonly HttpRoute[], path: string): readonly HttpRoute[] {
  const matching = routes.filter((route) =>
    route.match === 'exact' ? route.path === path : path.startsWith(route.path),
  );
  const longest = Math.max(0, ...matching.map((route) => route.path.length));
  return matching.filter((route) => route.path.length === longest);
}

function mediaTypeOf(field: string | undefined): string {
  return (field ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function problem(
  status: number,
  detail: string,
  near: HttpRoute | undefined,
  headers?: Readonly<Record<string, string>>,
): Routed {
  return {
    kind: 'problem',
    near,
    problem: headers === undefined ? { status, detail } : { status, detail, headers },
  };
}
