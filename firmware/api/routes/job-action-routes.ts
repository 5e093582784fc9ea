// Rows of the API: what is done to one job, or to all jobs of a printer or a user.
import { z } from 'zod';
import type { Refusal } from '../../errors/codes.ts';
import type { JobAnswer, Spooler } from '../../spooler/contract.ts';
import { findJob, findPrinter, findSpooler } from '../find.ts';
import type { Principal } from '../principal.ts';
import { operators } from '../rights.ts';
import { jsonRoute, noBody, noParams, noQuery, type Route } from '../route.ts';
import { job, jobChanges, jobHold, reprintRequest } from '../schemas/job.ts';
import type { ApiServices } from '../services.ts';

const params = z.object({ job: z.string().max(128) });

/** What an action has at hand. */
interface Acting {
  readonly spooler: Spooler;
  /** The job's UUID. */
  readonly id: string;
  readonly principal: Principal;
  readonly services: ApiServices;
}

export const jobActionRoutes: readonly Route[] = [
  action(
    'cancel',
    'Give a job up; what is not printed yet never is',
    noBody,
    async ({ spooler, id, principal }) => await spooler.jobs.cancel(id, principal),
  ),
  action(
    'release',
    'Let a held job go on; an interrupted one starts from its first byte',
    noBody,
    async ({ spooler, id, principal }) => await spooler.jobs.release(id, principal),
  ),
  action(
    'hold',
    'Let a job wait: for a person, for a time of the day or week, until a moment',
    jobHold,
    async ({ spooler, id, principal }, hold) => await spooler.jobs.hold(id, hold, principal),
  ),
  action(
    'move',
    'Hand a job that does not print yet to another printer',
    z.strictObject({ printer: z.string().max(512) }),
    async (acting, { printer }) => {
      const found = await printerOf(acting, printer);
      if (found.kind === 'refused') return found;
      return await acting.spooler.jobs.move(acting.id, found.printerId, acting.principal);
    },
  ),
  action(
    'reprint',
    'Print an ended job again whose documents are kept: the answer is the new job',
    reprintRequest,
    async (acting, { printer, ...request }) => {
      if (printer === undefined) {
        return await acting.spooler.jobs.reprint(acting.id, request, acting.principal);
      }
      const found = await printerOf(acting, printer);
      if (found.kind === 'refused') return found;
      const { printerId } = found;
      return await acting.spooler.jobs.reprint(
        acting.id,
        { ...request, printerId },
        acting.principal,
      );
    },
  ),
  jsonRoute({
    method: 'PATCH',
    path: '/jobs/{job}',
    summary: 'Change name, priority, copies or attributes of a job that does not print yet',
    tag: 'jobs',
    who: operators,
    params,
    query: noQuery,
    input: jobChanges,
    output: job,
    async run({ params: { job: wanted }, input, principal, services }) {
      const found = await findJob(services.directory, wanted);
      if (found.kind === 'refused') return found;
      const done = await found.spooler.jobs.change(found.job.id, input, principal);
      return done.kind === 'refused' ? done : done.job;
    },
  }),
  jsonRoute({
    method: 'DELETE',
    path: '/jobs/{job}',
    summary: 'Forget an ended job with its documents',
    tag: 'jobs',
    who: operators,
    params,
    query: noQuery,
    input: noBody,
    output: z.object({ removed: z.string() }),
    async run({ params: { job: wanted }, principal, services }) {
      const found = await findJob(services.directory, wanted);
      if (found.kind === 'refused') return found;
      const done = await found.spooler.jobs.remove(found.job.id, principal);
      return done.kind === 'refused' ? done : { removed: found.job.id };
    },
  }),
  jsonRoute({
    method: 'POST',
    path: '/jobs/cancel',
    summary: 'Give up all jobs that have not ended: of a printer, of a user, or of all',
    tag: 'jobs',
    who: operators,
    params: noParams,
    query: noQuery,
    input: z.strictObject({
      printer: z.string().max(512).exactOptional(),
      user: z.string().max(255).exactOptional(),
      spooler: z.string().exactOptional(),
    }),
    output: z.object({ cancelled: z.int() }),
    async run({ input, principal, services: { directory } }) {
      const ofUser = input.user === undefined ? {} : { userName: input.user };
      if (input.printer === undefined) {
        const place = findSpooler(directory, input.spooler);
        if (place.kind === 'refused') return place;
        return counted(await place.spooler.jobs.cancelAll(ofUser, principal));
      }
      const place = await findPrinter(directory, input.printer);
      if (place.kind === 'refused') return place;
      const filter = { printerId: place.printer.id, ...ofUser };
      return counted(await place.spooler.jobs.cancelAll(filter, principal));
    },
  }),
];

function counted(
  done: Awaited<ReturnType<Spooler['jobs']['cancelAll']>>,
): { readonly cancelled: number } | Refusal {
  return done.kind === 'refused' ? done : { cancelled: done.count };
}

function action<Input extends z.ZodType>(
  name: string,
  summary: string,
  input: Input,
  act: (acting: Acting, input: z.infer<Input>) => Promise<JobAnswer>,
): Route {
  return jsonRoute({
    method: 'POST',
    path: `/jobs/{job}/${name}`,
    summary,
    tag: 'jobs',
    who: operators,
    params,
    query: noQuery,
    input,
    output: job,
    async run({ params: { job: wanted }, input: given, principal, services }) {
      const found = await findJob(services.directory, wanted);
      if (found.kind === 'refused') return found;
      const { spooler } = found;
      const done = await act({ spooler, id: found.job.id, principal, services }, given);
      return done.kind === 'refused' ? done : done.job;
    },
  });
}

/** A printer of the job's own spooler. */
async function printerOf(
  { spooler, services }: Acting,
  name: string,
): Promise<{ readonly kind: 'found'; readonly printerId: string } | Refusal> {
  const own = await spooler.printers.find(name);
  if (own !== undefined) return { kind: 'found', printerId: own.id };
  const found = await findPrinter(services.directory, name);
  return found.kind === 'refused' ? found : { kind: 'found', printerId: found.printer.id };
}
