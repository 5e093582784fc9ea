// IPP requests for tests of the server, made with the codec, and their answers.
import { decodeIppMessage } from '../../monitors/wire/ipp/decode.ts';
import { encodeIppMessage } from '../../monitors/wire/ipp/encode.ts';
import { ippResponseLimits } from '../../monitors/wire/ipp/limits.ts';
import type { IppAttribute, IppGroup, IppMessage } from '../../monitors/wire/ipp/message.ts';
import { ippOperations, type IppOperationName } from '../../monitors/wire/ipp/operations.ts';
import { ippStatusName } from '../../monitors/wire/ipp/status.ts';
import {
  attribute,
  charset,
  group,
  integer,
  name,
  naturalLanguage,
  uri,
} from '../../monitors/wire/ipp/values.ts';
import { WireClient, type WireAnswer } from './wire-client.ts';

export interface IppAsk {
  readonly operation: IppOperationName;
  readonly printer?: string;
  readonly job?: number;
  readonly user?: string;
  /** attributes-natural-language. */
  readonly language?: string;
  /** Further operation attributes. */
  readonly operationAttributes?: readonly IppAttribute[];
  readonly ticket?: readonly IppAttribute[];
  /** A group of printer attributes, as Set-Printer-Attributes has it. */
  readonly printerGroup?: readonly IppAttribute[];
  /** Groups of subscription attributes. */
  readonly subscriptions?: readonly (readonly IppAttribute[])[];
  readonly document?: Uint8Array;
}

export function ippMessage(ask: IppAsk): IppMessage {
  const {
    operation,
    printer = 'office',
    job,
    user = 'ann',
    language = 'en',
    operationAttributes = [],
    ticket,
  } = ask;
  const first = group(
    'operation-attributes',
    attribute('attributes-charset', charset('utf-8')),
    attribute('attributes-natural-language', naturalLanguage(language)),
    attribute('printer-uri', uri(`ipp://localhost/ipp/print/${printer}`)),
    ...(job === undefined ? [] : [attribute('job-id', integer(job))]),
    attribute('requesting-user-name', name(user)),
    ...operationAttributes,
  );
  const { printerGroup, subscriptions = [] } = ask;
  const groups: readonly IppGroup[] = [
    first,
    ...(ticket === undefined ? [] : [group('job-attributes', ...ticket)]),
    ...(printerGroup === undefined ? [] : [group('printer-attributes', ...printerGroup)]),
    ...subscriptions.map((each) => group('subscription-attributes', ...each)),
  ];
  return { version: { major: 2, minor: 0 }, code: ippOperations[operation], requestId: 7, groups };
}

export function ippOctets(ask: IppAsk): Buffer {
  return Buffer.concat([encodeIppMessage(ippMessage(ask)), ask.document ?? Buffer.alloc(0)]);
}

export function httpHead(lengthBytes: number, path = '/ipp/print/office', more = ''): string {
  return (
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/ipp\r\n` +
    `Content-Length: ${lengthBytes}\r\n${more}\r\n`
  );
}

/** One request on a connection of its own. */
export async function post(port: number, octets: Uint8Array, path?: string): Promise<WireAnswer> {
  const client = await WireClient.to(port);
  client.send(httpHead(octets.length, path), octets);
  const answer = await client.answer();
  client.close();
  return answer;
}

export interface IppAnswer {
  readonly status: string;
  readonly message: IppMessage;
}

export function ippAnswer({ status, headers, body }: WireAnswer): IppAnswer {
  if (status !== 200 || headers['content-type'] !== 'application/ipp') {
    throw new Error(`HTTP ${status} ${body.toString()}`);
  }
  const { message } = decodeIppMessage(body, { limits: ippResponseLimits });
  return { status: ippStatusName(message.code) ?? String(message.code), message };
}

export async function askIpp(port: number, ask: IppAsk): Promise<IppAnswer> {
  return ippAnswer(await post(port, ippOctets(ask)));
}
