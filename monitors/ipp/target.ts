// Where an IPP printer is: its URI taken apart (RFC 3510, RFC 7472).

export interface IppTarget {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly tls: boolean;
  /** As the printer is to be named in requests. */
  readonly uri: string;
}

const defaultPort = 631;

export function readIppTarget(
  text: string,
): { readonly kind: 'read'; readonly target: IppTarget } | { kind: 'wrong'; message: string } {
  // The URL standard knows hosts and ports only of schemes that it lists.
  const scheme = /^(ipps?):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return wrong('begins with ipp:// or ipps://');
  const tls = scheme === 'ipps';
  const asHttp = `http://${text.slice(scheme.length + 3)}`;
  const url = URL.parse(asHttp);
  if (url === null || /[^!-~]/.test(text)) return wrong('is no URI: ipps://host/ipp/print');
  if (url.username !== '' || url.password !== '') {
    return wrong('has no user and password in it: they have fields of their own');
  }
  if (url.hash !== '') return wrong('has no "#"');
  // 80 is http's own port, which URL leaves out.
  const written = /^http:\/\/[^/?]*:80(?=[/?]|$)/.test(asHttp) ? 80 : defaultPort;
  const port = url.port === '' ? written : Number(url.port);
  const path = `${url.pathname}${url.search}`;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const uri = `${scheme}://${url.hostname}${port === defaultPort ? '' : `:${port}`}${path}`;
  return { kind: 'read', target: { host, port, path, tls, uri } };
}

function wrong(message: string): { kind: 'wrong'; message: string } {
  return { kind: 'wrong', message };
}
