// One IPP request from its octets to the octets of its answer: checks in the order of RFC 8011 4.1,
// then the operation.
import { encodeIppMessage } from '../../../monitors/wire/ipp/encode.ts';
import { IppDecodeError, type IppHeader } from '../../../monitors/wire/ipp/errors.ts';
import { ippRequestLimits } from '../../../monitors/wire/ipp/limits.ts';
import type { IppMessage, IppVersion } from '../../../monitors/wire/ipp/message.ts';
import { ippOperationName } from '../../../monitors/wire/ipp/operations.ts';
import { readIppMessage, type IppStream } from '../../../monitors/wire/ipp/read.ts';
import { ippStatus, type IppStatusName } from '../../../monitors/wire/ipp/status.ts';
import {
  attribute,
  attributeOf,
  charset,
  clipToOctets,
  group,
  naturalLanguage,
  text,
} from '../../../monitors/wire/ipp/values.ts';
import type { Spooler } from '../../spooler/contract.ts';
import type { Principal } from '../../api/principal.ts';
import type { ClientIdentity } from '../authentication.ts';
import { HttpBodyError, type HttpRequest } from '../http/contract.ts';
import type { IppCall, IppOperationRow, IppOutcome, IppServices, PrintClient } from './call.ts';
import { badRequest, IppFault } from './fault.ts';
import { checkOperationAttributes, wordsIn } from './operation-attributes.ts';
import { ippOperationRows, operationRow } from './operations/table.ts';
import { anonymousUser } from '../user.ts';
import { jobTarget, printersTarget, printerTarget } from './target.ts';
import { createUriMaker } from './uris.ts';

export interface IppAnswerOctets {
  readonly octets: Uint8Array;
  /**
   * It would be another answer for someone who logs in, and on this connection that is possible.
   */
  readonly needsLogin: boolean;
}

/** Undefined where not even the header could be read. Rejects with HttpBodyError. */
export async function serveIpp(
  services: IppServices,
  request: HttpRequest,
  identity: ServedIdentity,
): Promise<IppAnswerOctets | undefined> {
  let stream: IppStream;
  try {
    stream = await readIppMessage(request.body, { limits: ippRequestLimits });
  } catch (error) {
    if (!(error instanceof IppDecodeError)) throw error;
    if (error.header === undefined) return undefined;
    return answerOf(error.header, new IppFault(error.status, error.message));
  }
  try {
    return answerOf(stream.message, await perform(services, request, identity, stream));
  } catch (error) {
    if (error instanceof HttpBodyError) throw error;
    if (error instanceof IppFault) return answerOf(stream.message, error);
    const operation = ippOperationName(stream.message.code) ?? stream.message.code;
    services.log.error('an IPP operation failed', { operation, error });
    return answerOf(
      stream.message,
      new IppFault('server-error-internal-error', 'Something went wrong inside Platen.'),
    );
  } finally {
    await stream.rest.return?.();
  }
}

export type ServedIdentity = Exclude<ClientIdentity, { kind: 'refused' }>;

function answerOf(header: IppHeader, result: IppOutcome | IppFault): IppAnswerOctets {
  const needsLogin =
    result instanceof IppFault && result.status === 'client-error-not-authenticated';
  return { octets: encodeAnswer(header, result), needsLogin };
}

async function perform(
  services: IppServices,
  request: HttpRequest,
  identity: ServedIdentity,
  { message, octets, rest }: IppStream,
): Promise<IppOutcome> {
  if (message.requestId < 1) throw badRequest('The request-id has to be at least 1.');
  const row = operationRow(ippOperationName(message.code));
  if (row === undefined) {
    throw new IppFault('server-error-operation-not-supported', 'This operation is not supported.');
  }
  const unknown = checkOperationAttributes(message);
  for (const name of row.required) {
    if (attributeOf(message, 'operation-attributes', name) === undefined) {
      throw badRequest(`${name} is missing.`);
    }
  }
  const spooler = services.directory.byAddress(request.local.address);
  const client = clientOf(message, request, identity);
  const call: IppCall = {
    ...services,
    message,
    spooler,
    client,
    by: principalOf(identity, client),
    uris: createUriMaker(request, { others: otherWays(services, request) }),
    operations: operationNames,
    document: rest,
    documentSizeBytes: documentSize(octets, request.lengthBytes),
  };
  const outcome = await carryOut(row, call, spooler);
  return { ...outcome, unsupported: [...unknown, ...(outcome.unsupported ?? [])] };
}

/**
 * CUPS's library asks at `/`, joins several values of printer-uri-supported by commas, and prints
 * to what comes out: there the way by which it came is the only one.
 */
function otherWays(services: IppServices, { path }: HttpRequest): ReturnType<IppServices['ways']> {
  return path === '/' ? [] : services.ways();
}

async function carryOut(
  row: IppOperationRow,
  call: IppCall,
  spooler: Spooler,
): Promise<IppOutcome> {
  switch (row.target) {
    case 'spooler':
      return await row.run(call);
    case 'printers':
      return await row.run(call, await printersTarget(call.message, spooler));
    case 'printer':
      return await row.run(call, await printerTarget(call.message, spooler));
    case 'job': {
      const { job, printer } = await jobTarget(call.message, spooler);
      return await row.run(call, job, printer);
    }
  }
}

/** Whoever logged in is who it logged in as, whatever it claims besides (RFC 8011 4.1.6). */
function clientOf(
  message: IppMessage,
  { remote }: HttpRequest,
  identity: ServedIdentity,
): PrintClient {
  const claimed = wordsIn(message, 'requesting-user-name') ?? '';
  const authenticated = identity.kind === 'known';
  const userName = authenticated ? identity.name : claimed === '' ? anonymousUser : claimed;
  return { kind: 'print-client', userName, address: remote.address, authenticated };
}

function principalOf(identity: ServedIdentity, client: PrintClient): Principal {
  if (identity.kind === 'anonymous' || identity.role === undefined) return client;
  return { kind: 'user', name: identity.name, role: identity.role };
}

/** What the message leaves of the body. */
function documentSize(octets: number, lengthBytes: number | undefined): number | undefined {
  return lengthBytes === undefined ? undefined : Math.max(0, lengthBytes - octets);
}

const operationNames = ippOperationRows.map(({ name }) => name);

const statusMessageOctets = 255;
const greatestVersion = { major: 2, minor: 2 };
const versionByMajor: readonly IppVersion[] = [{ major: 1, minor: 1 }, greatestVersion];

/** The version of the request where it is supported, the closest one otherwise (RFC 8011 4.1.8). */
function answerVersion({ major, minor }: IppVersion): IppVersion {
  const greatest = versionByMajor.find((version) => version.major === major);
  if (greatest !== undefined) return { major, minor: Math.min(minor, greatest.minor) };
  return major < 1 ? { major: 1, minor: 0 } : greatestVersion;
}

function encodeAnswer(request: IppHeader, result: IppOutcome | IppFault): Uint8Array {
  const failed = result instanceof IppFault;
  const unsupported = result.unsupported ?? [];
  return encodeIppMessage({
    version: answerVersion(request.version),
    code: ippStatus[statusOf(result)],
    requestId: request.requestId,
    groups: [
      group(
        'operation-attributes',
        attribute('attributes-charset', charset('utf-8')),
        attribute('attributes-natural-language', naturalLanguage('en')),
        ...(failed
          ? [attribute('status-message', text(clipToOctets(result.message, statusMessageOctets)))]
          : (result.operationAttributes ?? [])),
      ),
      ...(unsupported.length > 0 ? [group('unsupported-attributes', ...unsupported)] : []),
      ...(failed ? [] : result.groups),
    ],
  });
}

function statusOf(result: IppOutcome | IppFault): IppStatusName {
  if (result.status !== undefined) return result.status;
  return (result.unsupported ?? []).length > 0
    ? 'successful-ok-ignored-or-substituted-attributes'
    : 'successful-ok';
}
