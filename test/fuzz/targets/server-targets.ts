// Targets: the servers themselves on sockets, HTTP, IPP behind it, LPD and raw, which must go on
// serving whatever came before.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { decodeIppMessage } from '../../../monitors/wire/ipp/decode.ts';
import { ippResponseLimits } from '../../../monitors/wire/ipp/limits.ts';
import { ippStatus } from '../../../monitors/wire/ipp/status.ts';
import { startServers, type Harness } from '../../servers/harness.ts';
import { ascii, type Chance, cut, type FuzzTarget, must } from '../target.ts';
import { captured, ippWords } from './wire-targets.ts';

/** The servers' own times stand still: what has to end ends by the client's own end. */
const patienceMs = 60_000;

interface Exchanged {
  readonly text: Buffer;
  readonly reset: boolean;
}

async function exchange(port: number, input: Uint8Array, chance: Chance): Promise<Exchanged> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const received: Buffer[] = [];
  let reset = false;
  socket.on('data', (chunk: Buffer) => received.push(chunk));
  socket.on('error', () => {
    reset = true;
  });
  const closed = once(socket, 'close', { signal: AbortSignal.timeout(patienceMs) });
  for (const part of cut(input, chance).slice(0, partsMost)) await write(socket, part);
  if (chance.chance(0.1)) socket.resetAndDestroy();
  else socket.end();
  try {
    await closed;
  } catch {
    socket.destroy();
    throw new Error(`the connection was still there after ${patienceMs} ms`);
  }
  return { text: Buffer.concat(received), reset };
}

const partsMost = 200;

function write(socket: Socket, part: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed || !socket.writable) return resolve();
    socket.write(part, () => resolve());
  });
}

function serverTarget(row: {
  readonly name: string;
  readonly words: readonly string[];
  readonly seeds: readonly Uint8Array[];
  readonly wrap?: (input: Uint8Array) => Uint8Array;
  readonly portOf: (servers: Harness) => number;
  readonly judge: (exchanged: Exchanged) => string;
}): FuzzTarget {
  return {
    name: row.name,
    words: row.words,
    share: 4,
    seeds: async () => row.seeds,
    async open() {
      let [servers, runs] = [await startServers({ keepBytes: 0, completes: true }), 0];
      return {
        async try(input, chance) {
          runs += 1;
          if (runs % restartEvery === 0) {
            await servers[Symbol.asyncDispose]();
            servers = await startServers({ keepBytes: 0, completes: true });
          }
          const sent = row.wrap?.(input) ?? input;
          const exchanged = await exchange(row.portOf(servers), sent, chance);
          must(servers.faults.length === 0, `a fault: ${textOf(servers.faults)}`);
          if (runs % lookEvery === 0) await mustServe(servers);
          return row.judge(exchanged);
        },
        close: async () => await servers[Symbol.asyncDispose](),
      };
    },
  };
}

const restartEvery = 2_000;
const lookEvery = 100;

function textOf(faults: readonly unknown[]): string {
  return faults
    .flat()
    .map((each) => (typeof each === 'string' ? each : JSON.stringify(each, errorsToo)))
    .join(' ');
}

function errorsToo(_key: string, value: unknown): unknown {
  return value instanceof Error ? (value.stack ?? value.message) : value;
}

async function mustServe({ httpPort }: Harness): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${httpPort}/printers/office`);
  must(answer.status === 200, `an honest client is answered ${answer.status}`);
  await answer.text();
}

/** Each answer is HTTP; the status lines say which. */
function httpKind({ text, reset }: Exchanged): string {
  const said = text.toString('latin1');
  must(said === '' || said.startsWith('HTTP/1.1 '), `an answer begins ${said.slice(0, 40)}`);
  must(!/HTTP\/1\.1 500/.test(said), `an answer says 500: ${said.slice(-300)}`);
  const statuses = [...said.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status);
  return `${[...new Set(statuses)].join()} ${statuses.length > 1} ${reset && said === ''}`;
}

const get = 'GET /printers/office HTTP/1.1\r\nHost: a\r\n\r\n';

const ippHead = 'Host: a\r\nContent-Type: application/ipp\r\n';
const getPrinters = '\x01\x01\x00\x0b\x00\x00\x00\x01\x03';
const chunked = `9\r\n${getPrinters}\r\n0\r\n\r\n`;

const httpTarget = serverTarget({
  name: 'http',
  portOf: ({ httpPort }) => httpPort,
  words: [
    '\r\n',
    '\r\n\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Content-Length: 5\r\n',
    'Expect: 100-continue\r\n',
    'Connection: close\r\n',
    'Upgrade: TLS/1.2\r\n',
    'Host: b\r\n',
    'POST /ipp/print/office HTTP/1.1\r\n',
    'HTTP/1.0',
    '0\r\n\r\n',
    'ffffffffff\r\n',
    '%2e%2e/',
  ],
  seeds: [
    get,
    get + get,
    `POST /ipp/print/office HTTP/1.1\r\n${ippHead}Content-Length: 9\r\n\r\n${getPrinters}`,
    `POST / HTTP/1.1\r\n${ippHead}Transfer-Encoding: chunked\r\n\r\n${chunked}`,
    'OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: TLS/1.2\r\n\r\n',
    'HEAD /ipp/resources/icon-48.png HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  ].map(ascii),
  judge: httpKind,
});

const ippServerTarget = serverTarget({
  name: 'ipp-server',
  portOf: ({ httpPort }) => httpPort,
  words: ippWords,
  seeds: captured('ipp').filter((octets) => octets.length < 4_096),
  wrap: (input) =>
    Buffer.concat([
      ascii(
        'POST /ipp/print/office HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n' +
          `Content-Type: application/ipp\r\nContent-Length: ${input.length}\r\n\r\n`,
      ),
      input,
    ]),
  judge(exchanged) {
    const kind = httpKind(exchanged);
    const head = exchanged.text.indexOf('\r\n\r\n');
    if (!kind.startsWith('200') || head < 0) return kind;
    const { message } = decodeIppMessage(bodyOf(exchanged.text, head), {
      limits: ippResponseLimits,
    });
    const isOurFault = message.code === ippStatus['server-error-internal-error'];
    must(!isOurFault, 'it is answered server-error-internal-error');
    return `${message.code} ${message.groups.map(({ tag }) => tag).join()}`;
  },
});

/** Long answers come in chunks (RFC 9112 7.1). */
function bodyOf(answer: Buffer, headEnd: number): Buffer {
  const rest = answer.subarray(headEnd + 4);
  if (!/\r\ntransfer-encoding: chunked/i.test(answer.toString('latin1', 0, headEnd))) return rest;
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = rest.indexOf('\r\n', at);
    const sizeBytes = Number.parseInt(rest.toString('latin1', at, lineEnd), 16);
    must(lineEnd > at && sizeBytes >= 0, 'a chunk of the answer has no size');
    if (sizeBytes === 0) return Buffer.concat(chunks);
    chunks.push(rest.subarray(lineEnd + 2, lineEnd + 2 + sizeBytes));
    at = lineEnd + 2 + sizeBytes + 2;
  }
}

const lpdServerTarget = serverTarget({
  name: 'lpd-server',
  portOf: ({ lpdPort }) => lpdPort,
  words: ['\x02office\n', '\x0232 cfA001h\n', '\x035 dfA001h\n', '\x00', '\n', '0', 'Hh\nPanna\n'],
  seeds: [
    '\x02office\n\x0223 cfA001h\nHh\nPanna\nldfA001h\nJx\n\x00\x035 dfA001h\nhello\x00',
    '\x02office\n\x035 dfA001h\nhello\x00\x0218 cfA001h\nHh\nPa\nldfA001h\nJx\x00',
    '\x03office\n',
    '\x04office anna\n',
    '\x05office anna 1 2\n',
    '\x02nowhere\n',
  ].map(ascii),
  judge: ({ text, reset }) => `${text.length < 8 ? text.toString('hex') : 'text'} ${reset}`,
});

const rawServerTarget = serverTarget({
  name: 'raw-server',
  portOf: ({ rawPort }) => rawPort,
  words: ['\x1b%-12345X@PJL\r\n', '\x1b@', '^XA^XZ'],
  seeds: ['\x1b%-12345X@PJL\r\n', 'x'].map(ascii),
  judge: ({ text, reset }) => `${text.length} ${reset}`,
});

export const serverTargets = [httpTarget, ippServerTarget, lpdServerTarget, rawServerTarget];
