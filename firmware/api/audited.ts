// Serves a row that changes something, and writes down who asked for what, and how it was before
// and after.
import { redact } from '../audit/redact.ts';
import { type Refusal, RefusedError } from '../errors/codes.ts';
import { principalName } from './principal.ts';
import { deny } from './rights.ts';
import { type RawCall, type Reply, type Route } from './route.ts';

export interface Audited {
  readonly method: string;
  readonly path: string;
  readonly call: RawCall;
  /** The right for it is missing. */
  readonly denied: Refusal | undefined;
  readonly route: Route;
  /** The row that shows what is changed, under the same path. */
  readonly shown: Route | undefined;
}

/** Documents have their own history, and looking changes nothing. */
export function isAudited({ method, input }: Route): boolean {
  return method !== 'GET' && input.kind !== 'stream';
}

export async function audited(asked: Audited): Promise<Reply | Refusal> {
  const { call, denied, route } = asked;
  if (denied !== undefined) {
    note(asked, denied.code, {});
    return denied;
  }
  const before = await look(asked);
  try {
    const reply = await route.serve(call);
    if (reply.kind === 'refused') note(asked, reply.code, { asked: await body(asked) });
    else note(asked, 'done', { asked: await body(asked), before, after: await look(asked) });
    return reply;
  } catch (error) {
    note(asked, error instanceof RefusedError ? error.refusal.code : 'internal', {});
    throw error;
  }
}

function note(
  { method, path, call }: Audited,
  outcome: string,
  values: { readonly asked?: unknown; readonly before?: unknown; readonly after?: unknown },
): void {
  call.services.audit.add({
    who: principalName(call.principal),
    address: call.address,
    what: `${method} ${path}`,
    outcome,
    ...Object.fromEntries(
      Object.entries(values).flatMap(([name, value]: [string, unknown]) =>
        value === undefined ? [] : [[name, redact(value)]],
      ),
    ),
  });
}

/** What whoever asks could see under this path; undefined where there is nothing to see. */
async function look({ call, shown }: Audited): Promise<unknown> {
  if (shown === undefined || shown.output.kind !== 'json') return undefined;
  if (deny(call.principal, shown.who) !== undefined) return undefined;
  const reply = await shown.serve({ ...call, query: {} });
  return reply.kind === 'json' ? reply.value : undefined;
}

async function body({ call, route }: Audited): Promise<unknown> {
  return route.input.kind === 'json' ? await call.json() : undefined;
}
