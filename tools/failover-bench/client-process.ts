// A client of the bench, in a namespace of its own: prints small documents to an address, one begun
// after the other whatever became of those before, and notes what became of each.
//
// node client-process.ts HOST PORT QUEUE PREFIX BYTES EVERY_MS CONNECT_MS MOST; JSON lines on
// standard output; begins nothing more when standard input ends, and ends soon after.
import { connect } from 'node:net';
import type { ClientLine } from './lines.ts';
import { printRequest, statusOfAnswer } from '../bench/ipp-client.ts';

const [
  host = '',
  portText = '',
  queue = '',
  prefix = '',
  bytesText = '',
  everyText = '',
  connectText = '',
  mostText = '200',
] = process.argv.slice(2);
const port = Number(portText);
const everyMs = Number(everyText);
/** A SYN that is lost is sent again after 1 s only: a new connection is sooner. */
const connectMs = Number(connectText);
const answerMs = Math.max(5_000, connectMs);
const mostAtOnce = Number(mostText);
/** Who waits long for a connection does so for an answer too, on a busy machine say. */
const lastAnswersMs = Math.max(500, connectMs);
const breakOff = new AbortController();
const firstErrorStatus = 0x0100;
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

let number = 0;
let atOnce = 0;
let ending = false;
const timer = setInterval(begin, everyMs);
process.stdin.resume().on('end', () => {
  ending = true;
  clearInterval(timer);
  // Who has no answer by then is told of as broken.
  setTimeout(() => breakOff.abort(), lastAnswersMs).unref();
});

function begin(): void {
  if (ending || atOnce >= mostAtOnce) return;
  number += 1;
  void printOne(`${prefix}-${number}`);
}

async function printOne(id: string): Promise<void> {
  atOnce += 1;
  const startedAtMs = nowMs();
  const [outcome, detail] = await print(id);
  const line: ClientLine = { id, startedAtMs, endedAtMs: nowMs(), outcome, detail };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  atOnce -= 1;
}

function print(id: string): Promise<readonly [ClientLine['outcome'], string]> {
  const document = Buffer.alloc(Number(bytesText), '.');
  document.write(`JOB ${id} ${document.length}\n`);
  const request = printRequest(port, queue, document, { host, jobName: id });
  return new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true });
    let answer = Buffer.alloc(0);
    let connected = false;
    const done = (outcome: ClientLine['outcome'], detail: string) => {
      socket.destroy();
      resolve([outcome, detail]);
    };
    const lost = (detail: string) => done(connected ? 'broken' : 'unreached', detail);
    socket.setTimeout(connectMs, () => lost('no answer in time'));
    socket.on('connect', () => {
      connected = true;
      socket.setTimeout(answerMs);
      socket.write(request);
    });
    socket.on('data', (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk]);
      try {
        const status = statusOfAnswer(answer);
        if (status === undefined) return;
        if (status < firstErrorStatus) done('accepted', '');
        else done('refused', `0x${status.toString(16)}`);
      } catch (error) {
        done('refused', error instanceof Error ? error.message : String(error));
      }
    });
    socket.on('error', (error) => lost('code' in error ? String(error.code) : error.message));
    socket.on('close', () => lost('closed'));
    breakOff.signal.addEventListener('abort', () => lost('the round ended'));
  });
}
