// Before a document's first byte: is the printer there, does it take the format, and a job for it.
import type { MonitorInit, StartDocOutcome, DocInfo, DeviceReason } from '../contract.ts';
import { warningOf } from '../ports/reasons.ts';
import type { IppAttribute, IppMessage } from '../wire/ipp/message.ts';
import { ippOperations } from '../wire/ipp/operations.ts';
import { type IppStatusName, ippStatusName, isIppSuccess } from '../wire/ipp/status.ts';
import {
  attribute,
  boolean,
  clipToOctets,
  keyword,
  mimeMediaType,
  name,
} from '../wire/ipp/values.ts';
import type { Win32Status } from '../win32-status.ts';
import type { IppClient, IppQuestion, IppUpload } from './client.ts';
import { findEarlierJob, isPrintedWhole, nameAtPrinter } from './earlier-job.ts';
import { isIncoming, jobEndOf, readJobFacts } from './job-facts.ts';
import { cancelJob } from './job-questions.ts';
import { ippMonitorLimits as limits } from './limits.ts';
import { type PrinterFacts, printerFactNames, readPrinterFacts, shown } from './printer-facts.ts';
import { refusalText } from './refusal-text.ts';

export type Begun =
  | {
      readonly kind: 'started';
      readonly upload: IppUpload;
      /** Undefined: the printer has no Create-Job, and tells with its answer to the document. */
      readonly jobId: number | undefined;
      readonly printer: PrinterFacts;
    }
  | Exclude<StartDocOutcome, { readonly kind: 'started' }>;

const octetStream = 'application/octet-stream';

/** Rejects with HalError or IppClientError where the printer can't be asked. */
export async function beginDocument(
  init: Pick<MonitorInit, 'log' | 'local'>,
  client: IppClient,
  doc: DocInfo,
  signal: AbortSignal,
): Promise<Begun> {
  const userName = doc.userName;
  const answer = await client.ask(askPrinter(userName), signal);
  if (!isIppSuccess(answer.code)) return refusedStart(answer);
  const printer = readPrinterFacts(answer);
  if (!printer.accepting) {
    return waiting(printer.reasons, printer.message ?? 'the printer takes no jobs at present');
  }
  const format = formatFor(doc.format, printer.formats);
  if (format === undefined) return unsupported(doc.format, printer.formats);
  const jobName = attribute('job-name', name(nameAtPrinter(doc, !init.local)));
  if (doc.mayBeThere === true && !init.local && printer.operations.has(ippOperations['Get-Jobs'])) {
    const earlier = await settleEarlier(client, doc, signal);
    if (earlier !== undefined) return earlier;
  }
  const { 'Create-Job': createJob, 'Send-Document': sendDocument } = ippOperations;
  const hasJobs = printer.operations.has(createJob) && printer.operations.has(sendDocument);
  if (!hasJobs) {
    const attributes = [jobName, formatOf(format)];
    const question = { operation: 'Print-Job', userName, attributes } as const;
    const upload = await client.upload(question, doc.sizeBytes, signal);
    return { kind: 'started', upload, jobId: undefined, printer };
  }
  const question = { operation: 'Create-Job', userName, attributes: [jobName] } as const;
  const created = await client.ask(question, signal);
  if (!isIppSuccess(created.code)) return refusedStart(created);
  const jobId = readJobFacts(created).id;
  if (jobId === undefined) {
    return waiting([warningOf('other')], 'the printer made a job and did not say which');
  }
  init.log.debug('job created at the printer', { jobId: doc.jobId, printerJobId: jobId });
  const upload = await uploadOrCancel(client, doc, { jobId, format }, signal);
  return { kind: 'started', upload, jobId, printer };
}

/**
 * What became of the document when it was sent before. Undefined: the printer does not have it, or
 * gave it up; one that still wants the rest of it is told to forget it.
 */
async function settleEarlier(
  client: IppClient,
  doc: DocInfo,
  signal: AbortSignal,
): Promise<Exclude<StartDocOutcome, { kind: 'started' }> | undefined> {
  const job = await findEarlierJob(client, doc, signal);
  if (job?.id === undefined) return undefined;
  const end = jobEndOf(job);
  if (end !== undefined) return isPrintedWhole(job, doc) ? { kind: 'done', end } : undefined;
  if (!isIncoming(job)) return waiting([], 'the printer still has this job from before');
  await cancelJob(client, doc.userName, job.id, signal);
  return undefined;
}

async function uploadOrCancel(
  client: IppClient,
  doc: DocInfo,
  { jobId, format }: { readonly jobId: number; readonly format: string },
  signal: AbortSignal,
): Promise<IppUpload> {
  const { userName } = doc;
  const attributes = [
    attribute('last-document', boolean(true)),
    attribute('document-name', name(clipToOctets(doc.documentName, limits.nameOctets))),
    formatOf(format),
  ];
  const question: IppQuestion = { operation: 'Send-Document', userName, jobId, attributes };
  try {
    return await client.upload(question, doc.sizeBytes, signal);
  } catch (error) {
    if (!signal.aborted) {
      const cancel: IppQuestion = { operation: 'Cancel-Job', userName, jobId };
      // The job without a document is not worth a second error: printers drop it by themselves.
      await client.ask(cancel, signal).catch(() => {});
    }
    throw error;
  }
}

export function askPrinter(
  userName: string,
  asked: readonly string[] = printerFactNames,
): IppQuestion {
  const [firstName = 'all', ...others] = asked;
  const names = attribute(
    'requested-attributes',
    keyword(firstName),
    ...others.map((each) => keyword(each)),
  );
  return { operation: 'Get-Printer-Attributes', userName, attributes: [names] };
}

function refusedStart(answer: IppMessage): Exclude<StartDocOutcome, { kind: 'started' }> {
  const message = refusalText(answer);
  const status = finalRefusals.get(ippStatusName(answer.code));
  if (status !== undefined) return { kind: 'failed', status, message };
  // Busy, full, stopped, not yet there: what a printer says today it may not say tomorrow.
  return waiting([warningOf('other')], message);
}

/** What only a person can change. */
const finalRefusals: ReadonlyMap<
  IppStatusName | undefined,
  Exclude<Win32Status, 'ERROR_SUCCESS'>
> = new Map([
  ['client-error-forbidden', 'ERROR_ACCESS_DENIED'],
  ['client-error-not-authenticated', 'ERROR_ACCESS_DENIED'],
  ['client-error-not-authorized', 'ERROR_ACCESS_DENIED'],
  ['client-error-document-format-not-supported', 'ERROR_NOT_SUPPORTED'],
  ['server-error-operation-not-supported', 'ERROR_NOT_SUPPORTED'],
]);

function waiting(
  reasons: readonly DeviceReason[],
  message: string,
): Exclude<StartDocOutcome, { kind: 'started' }> {
  return {
    kind: 'waiting',
    reasons: reasons.length === 0 ? [warningOf('other')] : reasons,
    message,
  };
}

/** The document's own format where the printer takes it, else as octets that it looks into. */
function formatFor(format: string, formats: readonly string[]): string | undefined {
  const lower = format.toLowerCase();
  if (formats.length === 0) return lower;
  const known = formats.map((each) => each.toLowerCase());
  if (known.includes(lower)) return lower;
  return known.includes(octetStream) ? octetStream : undefined;
}

function unsupported(
  format: string,
  formats: readonly string[],
): Exclude<StartDocOutcome, { kind: 'started' }> {
  const message = `the printer does not take ${format}, but ${shown(formats.join(', '))}`;
  return { kind: 'failed', status: 'ERROR_NOT_SUPPORTED', message };
}

function formatOf(format: string): IppAttribute {
  return attribute('document-format', mimeMediaType(clipToOctets(format, limits.nameOctets)));
}
