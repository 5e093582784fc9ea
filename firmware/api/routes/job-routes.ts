// Rows of the API: jobs, and the upload that makes one.
import { z } from 'zod';
import { type Refusal, refused } from '../../errors/codes.ts';
import { spoolLimits } from '../../limits/spool-limits.ts';
import type { Spooler, SpoolerDirectory } from '../../spooler/contract.ts';
import { findJob, findPrinter, findSpooler } from '../find.ts';
import { operators, viewers } from '../rights.ts';
import { jsonRoute, noBody, noParams, noQuery, type Route, streamBody } from '../route.ts';
import { job } from '../schemas/job.ts';
import { jobActionRoutes } from './job-action-routes.ts';
import { pageOf, pageQuery } from '../schemas/page.ts';
import { originOf } from './origin.ts';

const params = z.object({ job: z.string().max(128) });

const anyFormat = 'application/octet-stream';

const listQuery = z.object({
  ...pageQuery,
  which: z.enum(['completed', 'not-completed', 'held', 'all']).default('not-completed'),
  printer: z.string().max(512).optional(),
  user: z.string().max(255).optional(),
  spooler: z.string().optional(),
});

export const jobRoutes: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: '/jobs',
    summary: 'Jobs of one spooler: those to come in the order of printing, ended ones newest first',
    tag: 'jobs',
    who: viewers,
    params: noParams,
    query: listQuery,
    input: noBody,
    output: pageOf(job),
    async run({ query, services }) {
      const place = await placeOf(services.directory, query);
      if (place.kind === 'refused') return place;
      const afterNumber = numberOf(query.after);
      if (afterNumber === 'wrong') return refused('bad-request', 'after is not a job number.');
      const items = await place.spooler.jobs.list({
        which: query.which,
        // One more tells whether there is a next page.
        limit: query.limit + 1,
        ...(place.printerId === undefined ? {} : { printerId: place.printerId }),
        ...(query.user === undefined ? {} : { userName: query.user }),
        ...(afterNumber === undefined ? {} : { afterNumber }),
      });
      const page = items.slice(0, query.limit);
      const last = page.at(-1);
      const more = items.length > page.length && last !== undefined;
      return { items: page, ...(more ? { next: String(last.number) } : {}) };
    },
  }),
  jsonRoute({
    method: 'GET',
    path: '/jobs/{job}',
    summary: 'One job, by UUID or number',
    changing: [],
    tag: 'jobs',
    who: viewers,
    params,
    query: noQuery,
    input: noBody,
    output: job,
    async run({ params: { job: name }, services }) {
      const found = await findJob(services.directory, name);
      return found.kind === 'refused' ? found : found.job;
    },
  }),
  ...jobActionRoutes,
  jsonRoute({
    method: 'POST',
    path: '/printers/{printer}/jobs',
    summary: 'Print the body of the request',
    tag: 'jobs',
    who: operators,
    params: z.object({ printer: z.string().max(512) }),
    query: z.object({
      name: z.string().min(1).max(spoolLimits.jobNameOctets).default('Untitled'),
      format: z.string().min(1).max(255).optional(),
      copies: z.coerce.number().int().min(1).max(9_999).optional(),
      priority: z.coerce.number().int().min(1).max(100).optional(),
      hold: z.stringbool().default(false),
    }),
    input: streamBody,
    output: job,
    status: 201,
    async run({ params: { printer }, query, principal, raw, services }) {
      const found = await findPrinter(services.directory, printer);
      if (found.kind === 'refused') return found;
      const { name, copies, priority, hold } = query;
      const answer = await found.spooler.intake.accept(raw.bytes, {
        printerId: found.printer.id,
        name,
        origin: originOf(principal, raw.address),
        ...(hold ? { hold: { kind: 'indefinite' } } : {}),
        ...(copies === undefined ? {} : { copies }),
        ...(priority === undefined ? {} : { priority }),
        document: {
          name,
          format: query.format ?? formatOf(raw.header('content-type')),
          ...(raw.sizeBytes === undefined ? {} : { sizeBytes: raw.sizeBytes }),
        },
      });
      return answer.kind === 'refused' ? answer : answer.job;
    },
  }),
];

async function placeOf(
  directory: SpoolerDirectory,
  { printer, spooler }: { readonly printer?: string | undefined; spooler?: string | undefined },
): Promise<
  | { readonly kind: 'found'; readonly spooler: Spooler; readonly printerId: string | undefined }
  | Refusal
> {
  if (printer === undefined) {
    const found = findSpooler(directory, spooler);
    return found.kind === 'refused' ? found : { ...found, printerId: undefined };
  }
  const found = await findPrinter(directory, printer);
  return found.kind === 'refused' ? found : { ...found, printerId: found.printer.id };
}

function formatOf(contentType: string | undefined): string {
  return contentType?.split(';')[0]?.trim().toLowerCase() || anyFormat;
}

function numberOf(after: string | undefined): number | undefined | 'wrong' {
  if (after === undefined) return undefined;
  return /^\d{1,15}$/.test(after) ? Number(after) : 'wrong';
}
