// Finds the printer or job that a request is about, in the spooler that the client reached.
import type { IppMessage } from '../../../monitors/wire/ipp/message.ts';
import type { Job } from '../../jobs/job.ts';
import type { Printer } from '../../printers/printer.ts';
import type { Spooler } from '../../spooler/contract.ts';
import { badRequest, IppFault } from './fault.ts';
import { valueIn } from './operation-attributes.ts';
import { parseTargetUri, type UriTarget } from './uris.ts';

export interface JobTarget {
  readonly job: Job;
  readonly printer: Printer;
}

/** printer-uri (RFC 8011 4.1.5). */
export async function printerTarget(message: IppMessage, spooler: Spooler): Promise<Printer> {
  const target = targetIn(message, 'printer-uri');
  if (target === undefined) throw badRequest('printer-uri is missing.');
  return findPrinter(spooler, target.printer);
}

/** printer-uri; undefined where it names all printers, as CUPS's clients do. */
export async function printersTarget(
  message: IppMessage,
  spooler: Spooler,
): Promise<Printer | undefined> {
  const target = targetIn(message, 'printer-uri');
  if (target === undefined) throw badRequest('printer-uri is missing.');
  return target.printer === undefined ? undefined : findPrinter(spooler, target.printer);
}

/** job-uri, or printer-uri and job-id (RFC 8011 4.1.5). */
export async function jobTarget(message: IppMessage, spooler: Spooler): Promise<JobTarget> {
  const byJob = targetIn(message, 'job-uri');
  if (byJob !== undefined) {
    if (byJob.kind !== 'job') throw notFound('job-uri names no job.');
    return findJob(spooler, byJob.number, byJob.printer);
  }
  const byPrinter = targetIn(message, 'printer-uri');
  const number = valueIn(message, 'job-id', 'integer');
  if (byPrinter === undefined || number === undefined) {
    throw badRequest('job-uri, or printer-uri and job-id, is missing.');
  }
  return findJob(spooler, number, byPrinter.printer);
}

function targetIn(message: IppMessage, name: 'printer-uri' | 'job-uri'): UriTarget | undefined {
  const uri = valueIn(message, name, 'uri');
  if (uri === undefined) return undefined;
  const target = parseTargetUri(uri);
  if (target === undefined) throw notFound(`${name} names nothing here.`);
  return target;
}

async function findPrinter(spooler: Spooler, name: string | undefined): Promise<Printer> {
  if (name !== undefined) {
    const printer = await spooler.printers.find(name);
    if (printer === undefined) throw notFound('There is no printer of this name.');
    return printer;
  }
  const [only, ...others] = await spooler.printers.list();
  if (only !== undefined && others.length === 0) return only;
  throw notFound('The printer has to be named: there is not exactly one.');
}

async function findJob(
  spooler: Spooler,
  number: number,
  printerName: string | undefined,
): Promise<JobTarget> {
  const job = number > 0 ? await spooler.jobs.find(number) : undefined;
  const printer = job && (await spooler.printers.find(job.printerId));
  if (job === undefined || printer === undefined) throw notFound('There is no such job.');
  const named = printerName === undefined ? printer : await spooler.printers.find(printerName);
  if (named?.id !== printer.id) throw notFound('There is no such job on this printer.');
  return { job, printer };
}

function notFound(message: string): IppFault {
  return new IppFault('client-error-not-found', message);
}
