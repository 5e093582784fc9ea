// Send-Document (RFC 8011 4.3.1): the documents of a job that Create-Job made.
import type { IppOperationRow } from '../call.ts';
import { documentRequest } from '../documents.ts';
import { badRequest } from '../fault.ts';
import { valueIn } from '../operation-attributes.ts';
import { checkOwner } from '../ownership.ts';
import { jobOutcome } from './job-creation.ts';

export const documentOperations: readonly IppOperationRow[] = [
  {
    name: 'Send-Document',
    target: 'job',
    required: ['last-document'],
    clause: 'RFC 8011 4.3.1',
    async run(call, job, printer) {
      checkOwner(call.client, job, 'adding to a job');
      const document = documentRequest(call, printer);
      const last = valueIn(call.message, 'last-document', 'boolean') === true;
      const bytes = await unlessEmpty(call.document);
      if (bytes === undefined && !last) throw badRequest('The document is missing.');
      const result = await call.spooler.intake.add(job.id, bytes, { document, last });
      return jobOutcome(call, printer, result);
    },
  },
];

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
