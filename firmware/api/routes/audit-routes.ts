// Rows of the API: the audit trail.
import { z } from 'zod';
import { administrators } from '../rights.ts';
import { jsonRoute, noBody, noParams, type Route } from '../route.ts';
import { auditEntry } from '../schemas/audit.ts';
import { pageOf, pageQuery } from '../schemas/page.ts';

export const auditRoutes: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: '/audit',
    summary: 'What people and programs changed, newest first: who, from where, before and after',
    tag: 'system',
    who: administrators,
    params: noParams,
    query: z.object({
      ...pageQuery,
      after: z.coerce.number().int().min(1).optional(),
    }),
    input: noBody,
    output: pageOf(auditEntry),
    async run({ query: { limit, after }, services: { audit } }) {
      const options = after === undefined ? {} : { before: after };
      const items = audit.list({ ...options, limit: limit + 1 });
      const page = items.slice(0, limit);
      const last = page.at(-1);
      return items.length > page.length && last !== undefined
        ? { items: page, next: String(last.id) }
        : { items: page };
    },
  }),
];
