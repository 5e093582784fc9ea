// What intake checks before it takes a byte, and what it makes of texts that clients send; pure.
import { refused, type Refusal } from '../errors/codes.ts';
import { intakeLimits } from '../limits/intake-limits.ts';
import { printingLimits } from '../limits/printing-limits.ts';
import { spoolLimits } from '../limits/spool-limits.ts';
import type { JobOrigin } from '../jobs/job.ts';
import type { Printer } from '../printers/printer.ts';
import { checkAccess } from '../printers/access.ts';
import { takesFormat } from '../printers/settings.ts';
import type { DocumentRequest, JobRequest } from './contract.ts';

export function checkJob(request: JobRequest, printer: Printer | undefined): Refusal | undefined {
  if (printer === undefined) {
    return refused('printer-not-found', `there is no printer ${request.printerId}`);
  }
  if (!printer.accepting) {
    return refused('printer-not-accepting', `${printer.name} takes no jobs at present`);
  }
  return (
    // What is printed again was let in once, and a person asks for it.
    (request.reprintOf === undefined ? checkAccess(printer, request.origin) : undefined) ??
    checkNumber('priority', request.priority, 100) ??
    checkNumber('copies', request.copies, printingLimits.copiesPerJob) ??
    checkAttributes(request.attributes) ??
    checkHold(request.hold)
  );
}

export function checkNumber(
  what: string,
  value: number | undefined,
  most: number,
): Refusal | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 1 && value <= most)) {
    return undefined;
  }
  return refused('value-not-supported', `${what} is ${value}; 1 to ${most} are possible`);
}

function checkHold(hold: JobRequest['hold']): Refusal | undefined {
  if (hold?.kind !== 'time' || Number.isSafeInteger(hold.ms)) return undefined;
  return refused('value-not-supported', 'the time until which the job shall wait is no time');
}

export function checkAttributes(attributes: JobRequest['attributes']): Refusal | undefined {
  if (attributes === undefined) return undefined;
  const octets = Buffer.byteLength(JSON.stringify(attributes));
  if (octets <= intakeLimits.attributesOctets) return undefined;
  return refused(
    'too-large',
    `the job's attributes have ${octets} octets, more than ${intakeLimits.attributesOctets}`,
  );
}

/** `offered`: the formats that the printer offers now. */
export function checkDocument(
  request: DocumentRequest,
  printer: Printer,
  offered: readonly string[],
): Refusal | undefined {
  if (!takesFormat(offered, request.format)) {
    const format = bounded(request.format, intakeLimits.textOctets);
    return refused(
      'document-format-not-supported',
      `${printer.name} does not take ${format}; it takes ${offered.join(', ')}`,
    );
  }
  const compression: string = request.compression ?? 'none';
  if (!['none', 'gzip', 'deflate'].includes(compression)) {
    return refused('compression-not-supported', `the compression ${compression} is not known here`);
  }
  return undefined;
}

/** Texts of clients: bounded, without control characters, valid Unicode. */
export function bounded(text: string, octets: number): string {
  const clean = text.toWellFormed().replaceAll(/\p{Cc}/gu, ' ');
  if (Buffer.byteLength(clean) <= octets) return clean;
  const cut = new TextDecoder().decode(Buffer.from(clean).subarray(0, octets));
  // What was cut in the middle of a character reads as a replacement character at the end.
  return cut.replace(/\uFFFD+$/u, '');
}

export function boundedOrigin(origin: JobOrigin): JobOrigin {
  return {
    door: origin.door,
    userName: bounded(origin.userName, intakeLimits.textOctets),
    address: bounded(origin.address, intakeLimits.textOctets),
    authenticated: origin.authenticated,
  };
}

export function boundedJobName(name: string): string {
  return bounded(name, spoolLimits.jobNameOctets);
}
