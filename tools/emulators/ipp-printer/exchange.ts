// One request to an emulated IPP printer: read, done, answered as the behaviour says.
import type { Clock, TcpConnection } from '../../../hal/contract.ts';
import { sleep } from '../../../hal/time.ts';
import type { Behaviour, OperationName } from './behaviour.ts';
import { type HttpRequest, readRequest, respond } from './http.ts';
import type { Job } from './job.ts';
import { type Answer, encodeAnswer, type Request, RequestReader } from './message.ts';

export type Performed = Omit<Answer, 'requestId'> & { readonly takes?: Job };

export interface ExchangeOptions {
  readonly connection: TcpConnection;
  readonly clock: Clock;
  /** As it is now; `changed` resolves when it is replaced, or everything ends. */
  readonly behaviour: () => { readonly now: Behaviour; readonly changed: Promise<void> };
  readonly isClosed: () => boolean;
  /** What an operation does; a job where a document is to follow. */
  readonly perform: (request: Request) => Performed;
  readonly onPart: (job: Job, part: Uint8Array) => void;
  readonly onDocument: (job: Job, end: 'whole' | 'cut') => void;
}

const operations: ReadonlyMap<number, OperationName> = new Map([
  [0x0002, 'Print-Job'],
  [0x0005, 'Create-Job'],
  [0x0006, 'Send-Document'],
  [0x0008, 'Cancel-Job'],
  [0x0009, 'Get-Job-Attributes'],
  [0x000a, 'Get-Jobs'],
  [0x000b, 'Get-Printer-Attributes'],
]);
const slowSlicesPerSecond = 20;

export async function serveExchange(options: ExchangeOptions): Promise<void> {
  const { connection, behaviour } = options;
  const http = await readRequest(connection);
  if (http === undefined) return;
  const { now } = behaviour();
  const refusal = httpRefusal(http, now);
  if (refusal !== undefined) return respond(connection, refusal, new Uint8Array(0));
  const reader = new RequestReader();
  for (;;) {
    const part = await http.body.next();
    if (part.done === true) return;
    const read = reader.push(part.value);
    if (read !== undefined) return perform(options, http, read.request, read.rest);
  }
}

function httpRefusal({ headers }: HttpRequest, now: Behaviour): number | undefined {
  if (now.httpStatus !== undefined) return now.httpStatus;
  if (now.credentials === undefined) return undefined;
  const wanted = `Basic ${Buffer.from(now.credentials).toString('base64')}`;
  return headers.get('authorization') === wanted ? undefined : 401;
}

async function perform(
  options: ExchangeOptions,
  http: HttpRequest,
  request: Request,
  rest: Uint8Array,
): Promise<void> {
  const { connection, behaviour } = options;
  const name = operations.get(request.operation);
  const { now } = behaviour();
  if (now.garbage !== undefined) return babble(connection, now.garbage, now.endless ?? false);
  const answer: Performed = refusedByBehaviour(request, name, now) ?? options.perform(request);
  if (answer.takes !== undefined) {
    const early = await takeDocument(options, http, answer.takes, rest);
    if (early === 'gone') return;
    if (early !== undefined) return send(options, { status: early, requestId: request.requestId });
  }
  for (;;) {
    const { now: latest, changed } = behaviour();
    if (name === undefined || latest.silentTo !== name || options.isClosed()) break;
    await changed;
  }
  if (behaviour().now.dropAnswerTo === name && name !== undefined) return;
  // Made anew: the document has changed the job since.
  const job = answer.takes?.attributes() ?? answer.job;
  const { status, message, printer, jobs } = answer;
  await send(options, {
    status,
    requestId: request.requestId,
    ...(message === undefined ? {} : { message }),
    ...(printer === undefined ? {} : { printer }),
    ...(job === undefined ? {} : { job }),
    ...(jobs === undefined ? {} : { jobs }),
  });
}

function refusedByBehaviour(
  request: Request,
  name: OperationName | undefined,
  { oldVersion, refuseOperation }: Behaviour,
): Omit<Answer, 'requestId'> | undefined {
  if (oldVersion === true && request.versionMajor > 1) return { status: 0x0503 };
  if (refuseOperation === undefined || refuseOperation.operation !== name) return undefined;
  const { status, message } = refuseOperation;
  return { status, ...(message === undefined ? {} : { message }) };
}

/** A status to answer with early, `gone` where there is nobody to answer. */
async function takeDocument(
  options: ExchangeOptions,
  http: HttpRequest,
  job: Job,
  rest: Uint8Array,
): Promise<number | 'gone' | undefined> {
  const { connection, clock, behaviour, onPart, onDocument } = options;
  for (let part = rest; ; ) {
    while (part.length > 0 || job.bytes === 0) {
      const { now, changed } = behaviour();
      if (options.isClosed()) return 'gone';
      if (now.resetAtByte !== undefined && job.bytes >= now.resetAtByte) {
        onDocument(job, 'cut');
        connection.reset();
        return 'gone';
      }
      if (now.disconnectAtByte !== undefined && job.bytes >= now.disconnectAtByte) {
        onDocument(job, 'cut');
        await connection.close();
        return 'gone';
      }
      if (now.answerAtByte !== undefined && job.bytes >= now.answerAtByte.byte) {
        onDocument(job, 'cut');
        return now.answerAtByte.status;
      }
      if (now.stallAtByte !== undefined && job.bytes >= now.stallAtByte) {
        await changed;
        continue;
      }
      if (part.length === 0) break;
      const slice = part.subarray(0, sliceBytes(now, job.bytes));
      onPart(job, slice);
      part = part.subarray(slice.length);
      const rate = now.bytesPerSecond;
      if (rate !== undefined) await sleep(clock, (slice.length / rate) * 1000);
    }
    const next = await nextPart(http);
    if (next === 'whole' || next === 'cut') {
      onDocument(job, next);
      return next === 'whole' ? undefined : 'gone';
    }
    part = next;
  }
}

async function nextPart(http: HttpRequest): Promise<Uint8Array | 'whole' | 'cut'> {
  try {
    const next = await http.body.next();
    return next.value;
  } catch {
    // The sender broke the connection, which is what a cut document is.
    return 'cut';
  }
}

function sliceBytes(now: Behaviour, readBytes: number): number {
  const { stallAtByte, resetAtByte, disconnectAtByte, answerAtByte } = now;
  const events = [stallAtByte, resetAtByte, disconnectAtByte, answerAtByte?.byte];
  const untilEvent = events.flatMap((at) =>
    at !== undefined && at > readBytes ? [at - readBytes] : [],
  );
  const rate = now.bytesPerSecond;
  return Math.min(
    64 * 1024,
    ...untilEvent,
    ...(rate === undefined ? [] : [Math.ceil(rate / slowSlicesPerSecond)]),
  );
}

async function send({ connection }: ExchangeOptions, answer: Answer): Promise<void> {
  await respond(connection, 200, encodeAnswer(answer));
}

async function babble(connection: TcpConnection, text: string, endless: boolean): Promise<void> {
  const bytes = Buffer.from(text, 'latin1');
  if (!endless) return respond(connection, 200, bytes);
  const head = 'HTTP/1.1 200 Emulated\r\ncontent-type: application/ipp\r\n\r\n';
  await connection.write(Buffer.from(head));
  for (;;) await connection.write(bytes);
}
