// A client of the bench that sends a document in two halves, the second when it is told to, and
// says what became of it.
//
// node upload-process.ts HOST PORT QUEUE ID BYTES; writes {"half":true}, waits for a line on
// standard input, then writes {"outcome":…,"detail":…} and ends.
import { connect } from 'node:net';
import { printRequest, statusOfAnswer } from '../bench/ipp-client.ts';

const [host = '', portText = '', queue = '', id = '', bytesText = ''] = process.argv.slice(2);
const port = Number(portText);
const answerMs = 20_000;
const firstErrorStatus = 0x0100;

const document = Buffer.alloc(Number(bytesText), '.');
document.write(`JOB ${id} ${document.length}\n`);
const request = printRequest(port, queue, document, { host, jobName: id });
const half = request.length >> 1;
const socket = connect({ host, port, noDelay: true });
let answer = Buffer.alloc(0);
socket.setTimeout(answerMs, () => end('broken', 'no answer in time'));
socket.on('error', (error) => end('broken', 'code' in error ? String(error.code) : error.message));
socket.on('close', () => end('broken', 'closed'));
socket.on('data', (chunk: Buffer) => {
  answer = Buffer.concat([answer, chunk]);
  const status = statusOfAnswer(answer);
  if (status === undefined) return;
  if (status < firstErrorStatus) end('accepted', '');
  else end('refused', `0x${status.toString(16)}`);
});
socket.on('connect', () => {
  socket.write(request.subarray(0, half), () => say({ half: true }));
});
process.stdin.once('data', () => socket.write(request.subarray(half)));

function end(outcome: string, detail: string): void {
  say({ outcome, detail });
  process.exit(0);
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
