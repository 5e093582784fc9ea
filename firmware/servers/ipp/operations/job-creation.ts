// Print-Job, Validate-Job and Create-Job (RFC 8011 4.2): from attributes to a request at intake's
// door.
import { group } from '../../../../monitors/wire/ipp/values.ts';
import type { IppAttribute } from '../../../../monitors/wire/ipp/message.ts';
import type { Accepted, JobRequest } from '../../../intake/contract.ts';
import type { Refusal } from '../../../errors/codes.ts';
import type { Printer } from '../../../printers/printer.ts';
import { jobAttributes, selectAttributes } from '../attribute-table.ts';
import type { IppCall, IppOperationRow, IppOutcome } from '../call.ts';
import { documentRequest } from '../documents.ts';
import { faultOf, IppFault } from '../fault.ts';
import { readTicket } from '../job-template.ts';
import { valueIn, wordsIn } from '../operation-attributes.ts';
import { ippNow } from '../sources.ts';

export const jobCreationOperations: readonly IppOperationRow[] = [
  {
    name: 'Print-Job',
    target: 'printer',
    required: [],
    clause: 'RFC 8011 4.2.1',
    async run(call, printer) {
      const { request, unsupported } = jobRequest(call, printer);
      const document = documentRequest(call, printer);
      const result = await call.spooler.intake.accept(call.document, { ...request, document });
      return jobOutcome(call, printer, result, unsupported);
    },
  },
  {
    name: 'Validate-Job',
    target: 'printer',
    required: [],
    clause: 'RFC 8011 4.2.3',
    async run(call, printer) {
      const { request, unsupported } = jobRequest(call, printer);
      const document = documentRequest(call, printer);
      const refusal = await call.spooler.intake.validate({ ...request, document });
      if (refusal !== undefined) throw faultOf(refusal);
      return { groups: [], unsupported };
    },
  },
  {
    name: 'Create-Job',
    target: 'printer',
    required: [],
    clause: 'RFC 8011 4.2.4',
    async run(call, printer) {
      const { request, unsupported } = jobRequest(call, printer);
      const result = await call.spooler.intake.create(request);
      return jobOutcome(call, printer, result, unsupported);
    },
  },
];

const createdAttributes = [
  'job-uri',
  'job-id',
  'job-state',
  'job-state-reasons',
  'job-state-message',
];

/** What a client is told of the job that it made or added to (RFC 8011 4.2.1.2). */
export function jobOutcome(
  { uris, clock, upSinceMs }: IppCall,
  printer: Printer,
  result: Accepted | Refusal,
  unsupported: readonly IppAttribute[] = [],
): IppOutcome {
  if (result.kind === 'refused') throw faultOf(result);
  const source = { job: result.job, printer, uris, now: ippNow(clock, upSinceMs) };
  const attributes = selectAttributes(jobAttributes, createdAttributes, source);
  return { groups: [group('job-attributes', ...attributes)], unsupported };
}

function jobRequest(
  { message, client }: IppCall,
  printer: Printer,
): { readonly request: JobRequest; readonly unsupported: readonly IppAttribute[] } {
  const { accepted, unsupported } = readTicket(message.groups);
  if (unsupported.length > 0 && valueIn(message, 'ipp-attribute-fidelity', 'boolean') === true) {
    throw new IppFault(
      'client-error-attributes-or-values-not-supported',
      'The printer can not do all that was asked for, and nothing less was wanted.',
      unsupported,
    );
  }
  const { userName, address, authenticated } = client;
  const { copies, 'job-priority': priority } = accepted;
  const request: JobRequest = {
    printerId: printer.id,
    name: wordsIn(message, 'job-name') ?? wordsIn(message, 'document-name') ?? 'Untitled',
    origin: { door: 'ipp', userName, address, authenticated },
    hold: accepted['job-hold-until'] === 'indefinite',
    attributes: accepted,
    ...(typeof copies === 'number' ? { copies } : {}),
    ...(typeof priority === 'number' ? { priority } : {}),
  };
  return { request, unsupported };
}
