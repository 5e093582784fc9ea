// Send-Document and Close-Job, and the documents of a job as objects (RFC 8011 4.3.1, PWG 5100.5,
// 5100.11).
import { attribute, group, outOfBand } from '../../../../monitors/wire/ipp/values.ts';
import type { Job, JobDocument } from '../../../jobs/job.ts';
import type { Printer } from '../../../printers/printer.ts';
import { anyFormat } from '../../../printers/settings.ts';
import { documentAttributes, selectAttributes } from '../attribute-table.ts';
import type { IppCall, IppOperationRow } from '../call.ts';
import { documentRequest } from '../documents.ts';
import { badRequest, faultOf, IppFault } from '../fault.ts';
import { requestedIn, valueIn } from '../operation-attributes.ts';
import { checkOwner } from '../ownership.ts';
import { hiddenOfJob } from '../privacy.ts';
import { ippNow } from '../sources.ts';
import { jobOutcome } from './job-creation.ts';

export const documentOperations: readonly IppOperationRow[] = [
  {
    name: 'Send-Document',
    target: 'job',
    required: ['last-document'],
    clause: 'RFC 8011 4.3.1',
    async run(call, job, printer) {
      checkOwner(call.by, job, 'adding to a job');
      const document = await documentRequest(call, printer);
      const last = valueIn(call.message, 'last-document', 'boolean') === true;
      const bytes = await unlessEmpty(call.document);
      if (bytes === undefined && !last) throw badRequest('The document is missing.');
      const result = await call.spooler.intake.add(job.id, bytes, { document, last });
      return jobOutcome(call, printer, result);
    },
  },
  {
    name: 'Close-Job',
    target: 'job',
    required: [],
    clause: 'PWG 5100.11 5.3',
    async run({ by, spooler }, job) {
      checkOwner(by, job, 'closing a job');
      if (!job.incoming) return { groups: [] };
      const document = { name: '', format: anyFormat };
      const result = await spooler.intake.add(job.id, undefined, { document, last: true });
      if (result.kind === 'refused') throw faultOf(result);
      return { groups: [] };
    },
  },
  {
    name: 'Validate-Document',
    target: 'printer',
    required: [],
    clause: 'PWG 5100.13 5.2',
    async run(call, printer) {
      await documentRequest(call, printer);
      return { groups: [] };
    },
  },
  {
    name: 'Get-Documents',
    target: 'job',
    required: [],
    clause: 'PWG 5100.5 3.1.2',
    async run(call, job, printer) {
      const limit = valueIn(call.message, 'limit', 'integer') ?? job.documents.length;
      const requested = requestedIn(call.message) ?? ['document-number'];
      const documents = job.documents.slice(0, Math.max(0, limit));
      return { groups: documents.map((each) => shown(call, job, printer, each, requested)) };
    },
  },
  {
    name: 'Get-Document-Attributes',
    target: 'job',
    required: ['document-number'],
    clause: 'PWG 5100.5 3.1.3',
    async run(call, job, printer) {
      const requested = requestedIn(call.message) ?? ['all'];
      return { groups: [shown(call, job, printer, documentAsked(call, job), requested)] };
    },
  },
  {
    // A document is what its job asked for: nothing of it can be set by itself.
    name: 'Set-Document-Attributes',
    target: 'job',
    required: ['document-number'],
    clause: 'PWG 5100.5 3.1.5',
    async run(call, job) {
      checkOwner(call.by, job, 'changing a document');
      documentAsked(call, job);
      const asked = call.message.groups.find(({ tag }) => tag === 'document-attributes');
      throw new IppFault(
        'client-error-attributes-not-settable',
        'Nothing of a document can be set; its job may be changed.',
        asked?.attributes.map(({ name }) => attribute(name, outOfBand.notSettable)) ?? [],
      );
    },
  },
  {
    // A job's documents print together or not at all; with one document that is its job.
    name: 'Cancel-Document',
    target: 'job',
    required: ['document-number'],
    clause: 'PWG 5100.5 3.1.1',
    async run(call, job) {
      checkOwner(call.by, job, 'cancelling a document');
      documentAsked(call, job);
      if (job.incoming || job.documents.length > 1) {
        throw new IppFault(
          'client-error-not-possible',
          'One document of several can not be cancelled; cancel the job.',
        );
      }
      const outcome = await call.spooler.jobs.cancel(job.id, call.by);
      if (outcome.kind === 'refused') throw faultOf(outcome);
      return { groups: [] };
    },
  },
];

function documentAsked({ message }: IppCall, job: Job): JobDocument {
  const number = valueIn(message, 'document-number', 'integer');
  const document = job.documents.find((each) => each.number === number);
  if (document !== undefined) return document;
  throw new IppFault('client-error-not-found', 'The job has no such document.');
}

function shown(
  { by, uris, clock, upSinceMs }: IppCall,
  job: Job,
  printer: Printer,
  document: JobDocument,
  requested: readonly string[],
) {
  const source = { document, job, printer, uris, now: ippNow(clock, upSinceMs) };
  const hidden = hiddenOfJob(by, job, printer);
  const shown = selectAttributes(documentAttributes, requested, source, hidden);
  return group('document-attributes', ...shown);
}

/** The same stream; undefined where it ends without a byte, which only closes the job. */
async function unlessEmpty(
  source: AsyncIterableIterator<Uint8Array>,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  let first = await source.next();
  while (first.done !== true && first.value.length === 0) first = await source.next();
  if (first.done === true) return undefined;
  let held: Uint8Array | undefined = first.value;
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        if (held === undefined) return source.next();
        const value = held;
        held = undefined;
        return { done: false, value };
      },
      async return() {
        held = undefined;
        return (await source.return?.()) ?? { done: true, value: undefined };
      },
    }),
  };
}
