// Rows of the API: the pages that the appliance prints of its own.
import { z } from 'zod';
import type { Refusal } from '../../errors/codes.ts';
import type { Job } from '../../jobs/job.ts';
import {
  configurationPageOf,
  type PageFacts,
  testPageOf,
  type OwnPage,
} from '../../paper/pages.ts';
import { printOwnPage } from '../../paper/print.ts';
import type { Printer } from '../../printers/printer.ts';
import { findPrinter } from '../find.ts';
import { operators } from '../rights.ts';
import { jsonRoute, noBody, noQuery, type Route } from '../route.ts';
import { job } from '../schemas/job.ts';
import type { ApiServices } from '../services.ts';
import { originOf } from './origin.ts';

export const paperRoutes: readonly Route[] = [
  pageRoute('test-page', 'Print a test page', testPageOf),
  pageRoute(
    'configuration-page',
    'Print what this appliance is and where it is reached',
    (_, facts) => configurationPageOf(facts),
  ),
];

function pageRoute(
  name: string,
  summary: string,
  make: (printer: Printer, facts: PageFacts) => OwnPage,
): Route {
  return jsonRoute({
    method: 'POST',
    path: `/printers/{printer}/${name}`,
    summary,
    tag: 'printers',
    who: operators,
    params: z.object({ printer: z.string().max(512) }),
    query: noQuery,
    input: noBody,
    output: job,
    status: 201,
    async run({ params, principal, raw, services }): Promise<Job | Refusal> {
      const found = await findPrinter(services.directory, params.printer);
      if (found.kind === 'refused') return found;
      const { printer, spooler } = found;
      const page = make(printer, await factsOf(services));
      const answer = await printOwnPage(spooler, printer, page, originOf(principal, raw.address));
      return answer.kind === 'refused' ? answer : answer.job;
    },
  });
}

async function factsOf({ appliance, directory }: ApiServices): Promise<PageFacts> {
  const lists = directory.all().map((spooler) => spooler.printers.list());
  return {
    version: appliance.version,
    nodeId: appliance.nodeId,
    addresses: await appliance.addresses(),
    printers: (await Promise.all(lists)).flat(),
  };
}
