// Print-Job, Validate-Job and Create-Job (RFC 8011 4.2): from attributes to a request at intake's
// door.
import { attributeOf, group, payloadsOf, unixMsOf } from '../../../../monitors/wire/ipp/values.ts';
import type { IppAttribute } from '../../../../monitors/wire/ipp/message.ts';
import type { Accepted, JobRequest } from '../../../intake/contract.ts';
import type { Refusal } from '../../../errors/codes.ts';
import type { JobHold } from '../../../jobs/job.ts';
import type { Printer } from '../../../printers/printer.ts';
import { jobAttributes, selectAttributes } from '../attribute-table.ts';
import type { IppCall, IppOperationRow, IppOutcome } from '../call.ts';
import { documentRequest } from '../documents.ts';
import { faultOf, IppFault } from '../fault.ts';
import { holdOf } from '../hold.ts';
import { readTicket, type TicketRead } from '../job-template.ts';
import { valueIn, wordsIn } from '../operation-attributes.ts';
import { printerAbilities } from '../printer-source.ts';
import { ippNow } from '../sources.ts';
import { subscribe } from '../subscriptions/template.ts';

export const jobCreationOperations: readonly IppOperationRow[] = [
  {
    name: 'Print-Job',
    target: 'printer',
    required: [],
    clause: 'RFC 8011 4.2.1',
    async run(call, printer) {
      const { request, unsupported } = await jobRequest(call, printer);
      const document = await documentRequest(call, printer);
      const result = await call.spooler.intake.accept(call.document, { ...request, document });
      return createdOutcome(call, printer, result, unsupported);
    },
  },
  {
    name: 'Validate-Job',
    target: 'printer',
    required: [],
    clause: 'RFC 8011 4.2.3',
    async run(call, printer) {
      const { request, unsupported } = await jobRequest(call, printer);
      const document = await documentRequest(call, printer);
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
      const { request, unsupported } = await jobRequest(call, printer);
      const result = await call.spooler.intake.create(request);
      return createdOutcome(call, printer, result, unsupported);
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

/** The job's subscriptions are made with it; those that can not be made don't undo it. */
function createdOutcome(
  call: IppCall,
  printer: Printer,
  result: Accepted | Refusal,
  unsupported: readonly IppAttribute[],
): IppOutcome {
  const outcome = jobOutcome(call, printer, result, unsupported);
  if (result.kind === 'refused') return outcome;
  const { groups, failed } = subscribe(call, printer, result.job);
  const all = [...outcome.groups, ...groups];
  const status = failed > 0 ? ({ status: 'successful-ok-ignored-subscriptions' } as const) : {};
  return { ...outcome, ...status, groups: all };
}

interface RequestRead {
  readonly request: JobRequest;
  readonly unsupported: readonly IppAttribute[];
}

async function jobRequest(call: IppCall, printer: Printer): Promise<RequestRead> {
  const { message, client } = call;
  const { accepted, unsupported } = readTicket(
    message.groups,
    await printerAbilities(call, printer),
  );
  checkFidelity(call, unsupported);
  const { userName, address, authenticated } = client;
  const { copies, 'job-priority': priority } = accepted;
  const hold = holdIn(call, accepted);
  const request: JobRequest = {
    printerId: printer.id,
    name: wordsIn(message, 'job-name') ?? wordsIn(message, 'document-name') ?? 'Untitled',
    origin: { door: 'ipp', userName, address, authenticated },
    attributes: accepted,
    ...(hold === undefined ? {} : { hold }),
    ...(typeof copies === 'number' ? { copies } : {}),
    ...(typeof priority === 'number' ? { priority } : {}),
  };
  return { request, unsupported };
}

/** ipp-attribute-fidelity, or job-mandatory-attributes for some of them (PWG 5100.13 4.1.1). */
function checkFidelity({ message }: IppCall, unsupported: readonly IppAttribute[]): void {
  const mandatory =
    payloadsOf(
      attributeOf(message, 'operation-attributes', 'job-mandatory-attributes'),
      'keyword',
    ) ?? [];
  const wanted =
    valueIn(message, 'ipp-attribute-fidelity', 'boolean') === true
      ? unsupported
      : unsupported.filter(({ name }) => mandatory.includes(name));
  if (wanted.length === 0) return;
  throw new IppFault(
    'client-error-attributes-or-values-not-supported',
    'The printer can not do all that was asked for, and nothing less was wanted.',
    wanted,
  );
}

function holdIn({ message }: IppCall, accepted: TicketRead['accepted']): JobHold | undefined {
  const time = valueIn(message, 'job-hold-until-time', 'dateTime');
  if (time !== undefined) return { kind: 'time', ms: unixMsOf(time) };
  const until = accepted['job-hold-until'];
  const hold = typeof until === 'string' ? holdOf(until) : undefined;
  return hold === 'unknown' ? undefined : hold;
}
