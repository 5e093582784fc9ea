// Conditional changes (RFC 9110 13): a representation has an entity tag, and a change that names
// one is made only while nobody else has changed the resource.
import { createHash } from 'node:crypto';
import { refused, type Refusal } from '../errors/codes.ts';
import { apiLimits } from '../limits/api-limits.ts';
import type { RawCall, Reply, Route } from './route.ts';

/** A strong validator in its quotes: of what people set, not of what changes by itself. */
export function entityTagOf({ tagged }: Route, value: unknown): string | undefined {
  if (tagged === undefined) return undefined;
  const text = JSON.stringify(tagged(value));
  return `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
}

/** Changes that name a tag, one after the other: of two at once, the second sees the first. */
export class ConditionalChanges {
  #turn: Promise<unknown> = Promise.resolve();

  async perform(
    call: RawCall,
    shown: { readonly route: Route; readonly params: RawCall['params'] } | undefined,
    change: () => Promise<Reply | Refusal>,
  ): Promise<Reply | Refusal> {
    const wanted = call.header('if-match');
    if (wanted === undefined) return change();
    const result = this.#turn.then(async () => {
      const refusal = await refuseChanged(call, shown, wanted);
      return refusal ?? change();
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

async function refuseChanged(
  call: RawCall,
  shown: { readonly route: Route; readonly params: RawCall['params'] } | undefined,
  wanted: string,
): Promise<Refusal | undefined> {
  if (wanted.length > apiLimits.authorizationOctets) {
    return refused('bad-request', 'If-Match is longer than an entity tag.');
  }
  if (shown?.route.tagged === undefined) {
    return refused('bad-request', 'This resource has no entity tag: leave If-Match out.');
  }
  const reply = await shown.route.serve({ ...call, params: shown.params, query: {} });
  if (reply.kind === 'refused') return reply;
  const tag = reply.kind === 'json' ? entityTagOf(shown.route, reply.value) : undefined;
  const tags = wanted.split(',').map((each) => each.trim());
  if (tags.includes('*') || (tag !== undefined && tags.includes(tag))) return undefined;
  return refused('changed-meanwhile', 'Somebody has changed it since it was looked at.');
}
