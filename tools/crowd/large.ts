// A document of any size at a door, made as it is sent: nobody holds it in memory.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { encodeIppMessage } from '../../monitors/wire/ipp/encode.ts';
import { ippOperations } from '../../monitors/wire/ipp/operations.ts';
import { attribute, charset, group, naturalLanguage, uri } from '../../monitors/wire/ipp/values.ts';
import { statusOfAnswer } from '../bench/ipp-client.ts';
import { seededRandom } from '../bench/random.ts';

export interface LargeDocument {
  readonly sizeBytes: number;
  readonly digest: string;
  pieces(): Iterable<Uint8Array>;
}

const pieceBytes = 1024 * 1024;
const numberBytes = 8;

/** No two pieces are alike, so that none can be lost or doubled unseen. */
export function largeDocument(seed: number, sizeBytes: number): LargeDocument {
  const base = Buffer.from(seededRandom(seed).bytes(pieceBytes));
  function* pieces(): Iterable<Uint8Array> {
    for (let sent = 0; sent < sizeBytes; sent += pieceBytes) {
      const piece = Buffer.from(base.subarray(0, Math.min(pieceBytes, sizeBytes - sent)));
      if (piece.length >= numberBytes) piece.writeDoubleBE(sent);
      yield piece;
    }
  }
  const hash = createHash('sha256');
  for (const piece of pieces()) hash.update(piece);
  return { sizeBytes, digest: hash.digest('hex'), pieces };
}

export interface LargePlace {
  readonly httpPort: number;
  readonly rawPort: number;
  readonly lpdPort: number;
  readonly printer: string;
}

/** Each resolves once success was heard, and rejects otherwise. */
export const largeDoors: Readonly<
  Record<'ipp' | 'raw' | 'lpd', (place: LargePlace, document: LargeDocument) => Promise<void>>
> = { ipp: printByIpp, raw: printRaw, lpd: printByLpd };

async function printByIpp({ httpPort, printer }: LargePlace, document: LargeDocument) {
  const socket = connect({ port: httpPort, host: '127.0.0.1' });
  const path = `/ipp/print/${printer}`;
  const head = encodeIppMessage({
    version: { major: 2, minor: 0 },
    code: ippOperations['Print-Job'],
    requestId: 1,
    groups: [
      group(
        'operation-attributes',
        attribute('attributes-charset', charset('utf-8')),
        attribute('attributes-natural-language', naturalLanguage('en')),
        attribute('printer-uri', uri(`ipp://127.0.0.1:${httpPort}${path}`)),
      ),
    ],
  });
  const fields = [
    `POST ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${httpPort}`,
    'Content-Type: application/ipp',
    'Transfer-Encoding: chunked',
  ];
  await write(socket, Buffer.from(`${fields.join('\r\n')}\r\n\r\n`));
  for (const part of chain([head], document.pieces())) {
    await write(socket, Buffer.from(`${part.length.toString(16)}\r\n`));
    await write(socket, part);
    await write(socket, Buffer.from('\r\n'));
  }
  socket.write('0\r\n\r\n');
  let answer = Buffer.alloc(0);
  for await (const bytes of socket) {
    answer = Buffer.concat([answer, bytes]);
    const status = statusOfAnswer(answer);
    if (status === undefined) continue;
    socket.destroy();
    if (status !== 0) throw new Error(`IPP status 0x${status.toString(16)}`);
    return;
  }
  throw new Error('no answer by IPP');
}

async function printRaw({ rawPort }: LargePlace, document: LargeDocument): Promise<void> {
  const socket = connect({ port: rawPort, host: '127.0.0.1', allowHalfOpen: true });
  const ended = once(socket.resume(), 'end');
  for (const piece of document.pieces()) await write(socket, piece);
  socket.end();
  await ended;
}

async function printByLpd({ lpdPort, printer }: LargePlace, document: LargeDocument) {
  const socket = connect({ port: lpdPort, host: '127.0.0.1' });
  const octets = octetsOf(socket);
  const acknowledged = async (what: string) => {
    if ((await octets.next()).value !== 0) throw new Error(`LPD refused ${what}`);
  };
  const control = Buffer.from('Hcrowd\nPcrowd\nJlarge\nldfA001crowd\nNlarge\n');
  socket.write(`\x02${printer}\n`);
  await acknowledged('the queue');
  socket.write(`\x03${document.sizeBytes} dfA001crowd\n`);
  await acknowledged('the size');
  for (const piece of document.pieces()) await write(socket, piece);
  socket.write('\0');
  await acknowledged('the document');
  socket.write(`\x02${control.length} cfA001crowd\n`);
  await acknowledged('the control file');
  socket.write(Buffer.concat([control, Buffer.of(0)]));
  await acknowledged('the job');
  socket.destroy();
}

async function* octetsOf(socket: Socket): AsyncGenerator<number, undefined> {
  for await (const chunk of socket) if (Buffer.isBuffer(chunk)) yield* chunk;
  return undefined;
}

function* chain<T>(...lists: readonly Iterable<T>[]): Iterable<T> {
  for (const list of lists) yield* list;
}

function write(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
