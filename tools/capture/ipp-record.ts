/** Records what an IPP client and a real IPP server say to each other, one file a message. */

import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { decodeIppMessage } from '../../monitors/wire/ipp/decode.ts';
import { IppDecodeError } from '../../monitors/wire/ipp/errors.ts';
import { ippResponseLimits } from '../../monitors/wire/ipp/limits.ts';
import { ippOperationName } from '../../monitors/wire/ipp/operations.ts';

const usage =
  'usage: ipp-record.ts --listen PORT --to PORT --into DIR --as NAME   (all on 127.0.0.1)';

interface Recorder {
  readonly targetPort: number;
  readonly folder: string;
  readonly name: string;
}

/** Passes one HTTP exchange on; what was said is stored before the client hears the answer. */
async function relay(
  recorder: Recorder,
  number: number,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const body = await collect(incoming);
  const upstream = request({
    host: '127.0.0.1',
    port: recorder.targetPort,
    method: incoming.method,
    path: incoming.url,
    headers: { ...incoming.headers, host: `localhost:${recorder.targetPort}` },
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    upstream.once('response', resolve);
    upstream.once('error', reject);
  });
  upstream.end(body);
  const answer = await answered;
  const answerBody = await collect(answer);
  if (answer.headers['content-type'] === 'application/ipp') {
    const operation = body.length < 4 ? 0 : body.readUInt16BE(2);
    const label = (ippOperationName(operation) ?? operation.toString(16)).toLowerCase();
    const stem = `${recorder.name}-${String(number).padStart(2, '0')}-${label}`;
    await writeFile(join(recorder.folder, `${stem}.request.bin`), attributePart(body));
    await writeFile(join(recorder.folder, `${stem}.response.bin`), attributePart(answerBody));
  }
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
  outgoing.end(answerBody);
}

async function collect(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** Without the document; as a whole where it can't be read, since that is worth keeping most. */
function attributePart(body: Buffer): Uint8Array {
  try {
    const options = { limits: ippResponseLimits, badValues: 'keep' } as const;
    const { rest } = decodeIppMessage(body, options);
    return body.subarray(0, body.length - rest.length);
  } catch (error) {
    if (!(error instanceof IppDecodeError)) throw error;
    console.error(error.message);
    return body;
  }
}

const { values } = parseArgs({
  options: {
    listen: { type: 'string' },
    to: { type: 'string' },
    into: { type: 'string' },
    as: { type: 'string' },
  },
});
if (!values.listen || !values.to || !values.into || !values.as) {
  console.error(usage);
  process.exit(2);
}
const recorder = { targetPort: Number(values.to), folder: values.into, name: values.as };
await mkdir(recorder.folder, { recursive: true });
let exchanges = 0;
const server = createServer((incoming, outgoing) => {
  exchanges += 1;
  relay(recorder, exchanges, incoming, outgoing).catch((error: unknown) => {
    console.error(error);
    outgoing.destroy();
  });
});
server.listen(Number(values.listen), '127.0.0.1', () => console.error('recording'));
