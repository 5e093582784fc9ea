// The URIs by which clients name printers and jobs: taken apart as hostile text, made from the way
// the client came.
import type { HttpRequest } from '../http/contract.ts';
import { contentPath, filePath } from '../files/paths.ts';
import { pathSegments } from '../http/path.ts';
import { serverLimits } from '../../limits/server-limits.ts';

export type UriTarget =
  /** Without a name: the default printer. */
  | { readonly kind: 'printer'; readonly printer: string | undefined }
  | { readonly kind: 'job'; readonly printer: string | undefined; readonly number: number };

const uriForm = /^(?:ipps?|https?):\/\/[^/?#]*(\/[^?#]*)?(?:[?#].*)?$/i;

/**
 * printer-uri or job-uri; undefined where it is no URI of a printer or job. Its host is not looked
 * at.
 */
export function parseTargetUri(uri: string): UriTarget | undefined {
  const match = uriForm.exec(uri);
  return match === null ? undefined : parseTargetPath(match[1] ?? '/');
}

/**
 * `/ipp/print/NAME`, `/printers/NAME`, either with `/NUMBER` for a job, `/jobs/NUMBER`; the default
 * printer is `/ipp/print`, and `/` and `/ipp` for old clients. One slash at the end is allowed.
 */
export function parseTargetPath(path: string): UriTarget | undefined {
  const bare = path.replace(/\/$/, '');
  if (bare === '' || bare === '/ipp') return { kind: 'printer', printer: undefined };
  const segments = pathSegments(bare);
  if (segments === undefined) return undefined;
  const [first, second, ...rest] = segments;
  if (first === 'jobs' && second !== undefined && rest.length === 0) {
    return jobTarget(undefined, second);
  }
  if (first === 'printers') return namedTarget(segments.slice(1));
  if (first === 'ipp' && second === 'print') return namedTarget(rest);
  return undefined;
}

function namedTarget(segments: readonly string[]): UriTarget | undefined {
  const [printer, number, ...rest] = segments;
  if (rest.length > 0) return undefined;
  if (printer !== undefined && Buffer.byteLength(printer) > serverLimits.ipp.printerNameOctets) {
    return undefined;
  }
  return number === undefined ? { kind: 'printer', printer } : jobTarget(printer, number);
}

function jobTarget(printer: string | undefined, digits: string): UriTarget | undefined {
  return /^[1-9][0-9]{0,9}$/.test(digits)
    ? { kind: 'job', printer, number: Number(digits) }
    : undefined;
}

/** One way to reach a printer: the parallel values of RFC 8011 5.4.1 to 5.4.3. */
export interface PrinterWay {
  readonly uri: string;
  readonly security: 'none' | 'tls';
  readonly authentication: 'none' | 'requesting-user-name' | 'basic';
}

/** URIs as this client can reach them. */
export interface UriMaker {
  /** They are those of TLS: uri-security-supported (RFC 8011 5.4.3). */
  readonly secure: boolean;
  printer(name: string): string;
  job(printerName: string, number: number): string;
  /** What a person's browser opens. */
  page(printerName: string): string;
  /** An icon, a file of strings. */
  resource(fileName: string): string;
  /** The folder of a printer's own files, or one of them. */
  files(printerName: string, file?: QueueFilePlace): string;
  /** By all protocols; that of this connection first. */
  ways(printerName: string, asksForLogIn: boolean): readonly PrinterWay[];
}

/** A file of a queue. */
export type QueueFilePlace = Parameters<typeof filePath>[0];

export const resourcePath = '/ipp/resources/';

export interface UriMakerOptions {
  /** Where IPP is served besides, at the same address. */
  readonly others?: readonly IppWay[];
}

/** A port where IPP is served. */
export interface IppWay {
  readonly secure: boolean;
  readonly port: number;
}

export function createUriMaker(
  request: Pick<HttpRequest, 'header' | 'local' | 'secure'>,
  { others = [] }: UriMakerOptions = {},
): UriMaker {
  const { host, port } = authorityOf(request);
  const { secure } = request;
  const authority = `${host}:${port}`;
  const printer = (name: string, at = authority, isSecure = secure) =>
    `${isSecure ? 'ipps' : 'ipp'}://${at}/ipp/print/${encode(name)}`;
  const http = secure ? 'https' : 'http';
  return {
    secure,
    printer: (name) => printer(name),
    job: (name, number) => `${printer(name)}/${number}`,
    page: (name) => `${http}://${authority}/printers/${encode(name)}`,
    resource: (fileName) => `${http}://${authority}${resourcePath}${fileName}`,
    files: (name, file) =>
      `${http}://${authority}${contentPath(name)}${file === undefined ? '' : filePath(file)}`,
    ways: (name, asksForLogIn) => {
      const authentication = asksForLogIn ? 'basic' : 'requesting-user-name';
      const further = others.filter((other) => other.secure !== secure);
      return [
        { uri: printer(name), security: secure ? 'tls' : 'none', authentication },
        ...further.map(
          (other): PrinterWay => ({
            uri: printer(name, `${host}:${other.port}`, other.secure),
            security: other.secure ? 'tls' : 'none',
            authentication,
          }),
        ),
      ];
    },
  };
}

const hostField = /^([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?$/;

/**
 * The Host that the client named, for only it knows by which name it reaches us. Where it names no
 * port ours is added: CUPS leaves it out whatever it is, and HTTP's default is not IPP's.
 */
function authorityOf({ header, local }: Pick<HttpRequest, 'header' | 'local'>): {
  readonly host: string;
  readonly port: string;
} {
  const field = header('host') ?? '';
  const match = field.length <= serverLimits.ipp.hostOctets ? hostField.exec(field) : null;
  const own = local.address.includes(':') ? `[${local.address.split('%', 1)[0]}]` : local.address;
  return { host: match?.[1] ?? own, port: match?.[2] ?? String(local.port) };
}

function encode(name: string): string {
  return encodeURIComponent(name.toWellFormed());
}
