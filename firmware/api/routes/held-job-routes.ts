// Rows of the API: a group's jobs that the other appliance may have printed, and what a person says
// of them.
import { z } from 'zod';
import { printingLimits } from '../../limits/printing-limits.ts';
import { findSpooler } from '../find.ts';
import { operators, viewers } from '../rights.ts';
import { jsonRoute, noBody, noQuery, type Route } from '../route.ts';
import { heldJobsRequest, settledJobs } from '../schemas/group.ts';
import { job } from '../schemas/job.ts';
import { pageOf } from '../schemas/page.ts';

const params = z.object({ group: z.string().max(255) });
const one = { tag: 'groups', params, query: noQuery } as const;

export const heldJobRoutes: readonly Route[] = [
  jsonRoute({
    ...one,
    method: 'GET',
    path: '/groups/{group}/held-jobs',
    summary:
      'Jobs that the other appliance may have printed; they wait for its word, or a person’s',
    who: viewers,
    input: noBody,
    output: pageOf(job),
    async run({ params: { group }, services }) {
      const found = findSpooler(services.directory, group);
      if (found.kind === 'refused') return found;
      const items = await found.spooler.jobs.unsure();
      return { items: items.slice(0, printingLimits.heldJobsListed) };
    },
  }),
  settling(
    'print',
    'Print held jobs of a group, all or those named, marked as perhaps a second time',
  ),
  settling('discard', 'Discard held jobs of a group, all or those named'),
];

function settling(what: 'print' | 'discard', summary: string): Route {
  return jsonRoute({
    ...one,
    method: 'POST',
    path: `/groups/{group}/held-jobs/${what}`,
    summary,
    who: operators,
    input: heldJobsRequest,
    output: settledJobs,
    async run({ params: { group }, input, principal, services }) {
      const found = findSpooler(services.directory, group);
      if (found.kind === 'refused') return found;
      const done = await found.spooler.jobs.settle(what, input.jobs, principal);
      return done.kind === 'refused' ? done : { count: done.count };
    },
  });
}
