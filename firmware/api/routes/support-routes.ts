// Rows of the API: the newest lines of the log, and the bundle for those who help.
import { z } from 'zod';
import { redact } from '../../audit/redact.ts';
import { refused } from '../../errors/codes.ts';
import { supportBundle } from '../../support/bundle.ts';
import { administrators } from '../rights.ts';
import { fileRoute, jsonRoute, noBody, noParams, type Route } from '../route.ts';
import { leastLevel, logLine } from '../schemas/log.ts';
import { pageOf, pageQuery } from '../schemas/page.ts';

export const supportRoutes: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: '/log',
    summary: 'The newest lines of the log, newest first',
    tag: 'system',
    who: administrators,
    params: noParams,
    query: z.object({
      ...pageQuery,
      after: z.coerce.number().int().min(1).optional(),
      level: leastLevel,
    }),
    input: noBody,
    output: pageOf(logLine),
    async run({ query: { limit, after, level }, services: { lines } }) {
      const before = after === undefined ? {} : { before: after };
      const found = lines?.list({ ...before, least: level, limit: limit + 1 }) ?? [];
      const items = found.slice(0, limit).map(({ facts, ...line }) => ({
        ...line,
        facts: z.record(z.string(), z.unknown()).parse(redact(facts)),
      }));
      const last = items.at(-1);
      const more = found.length > items.length && last !== undefined;
      return { items, ...(more ? { next: String(last.id) } : {}) };
    },
  }),
  fileRoute({
    method: 'POST',
    path: '/support',
    summary: 'What somebody who helps wants to know, as one JSON document without secrets',
    tag: 'system',
    who: administrators,
    input: noBody,
    contentType: 'application/json',
    async run({ services }) {
      if (services.support === undefined) {
        return refused('not-found', 'There is no support bundle here.');
      }
      const day = new Date(services.clock.wall().ms).toISOString().slice(0, 10);
      const bytes = await supportBundle(services, services.support);
      return { name: `platen-support-${day}.json`, bytes: once(bytes) };
    },
  }),
];

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
