// The address of a queue as people write it, and the names of its folder.
import { foldFileName } from '../queue-files/names.ts';
import type { QueueAddress } from './contract.ts';

/** The appliance's own port of HTTPS and IPPS. */
const defaultPort = 8643;

/**
 * `ipps://HOST[:PORT]/printers/NAME` or `…/ipp/print/NAME`, with https as well; undefined: it is
 * none.
 */
export function parseQueueAddress(text: string): QueueAddress | undefined {
  if (!/^(ipps|https):\/\//i.test(text)) return undefined;
  const url = URL.parse(text.replace(/^ipps:/i, 'https:'));
  if (url === null || url.username !== '' || url.search !== '' || url.hash !== '') return undefined;
  const name = /^\/(?:printers|ipp\/print)\/([^/]+)\/?$/.exec(url.pathname)?.[1];
  const printer = name === undefined ? undefined : decoded(name);
  if (printer === undefined || url.hostname === '') return undefined;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, port: url.port === '' ? defaultPort : Number(url.port), printer };
}

export function authorityOf({ host, port }: QueueAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

export function uriOf(address: QueueAddress): string {
  return `ipps://${authorityOf(address)}/ipp/print/${encodeURIComponent(address.printer)}`;
}

/** Two safe names, the same for every spelling of server and printer. */
export function folderNames(address: QueueAddress): readonly [server: string, printer: string] {
  return [safe(authorityOf(address)), safe(foldFileName(address.printer))];
}

function safe(text: string): string {
  return encodeURIComponent(text).replaceAll(/^\./g, '%2E').replaceAll('*', '%2A');
}

function decoded(text: string): string | undefined {
  try {
    const printer = decodeURIComponent(text);
    return printer === '' || /[\p{Cc}/]/u.test(printer) ? undefined : printer;
  } catch {
    // A lone `%`.
    return undefined;
  }
}
