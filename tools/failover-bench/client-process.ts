// A client of the bench, in a namespace of its own: prints small documents one after the other to
// an address, as a person's computer would, and notes what became of each.
//
// node client-process.ts HOST PORT QUEUE PREFIX BYTES EVERY_MS; JSON lines on standard output; ends
// when standard input does.
import { connect } from 'node:net';
import type { ClientLine } from './lines.ts';
import { printRequest, statusOfAnswer } from '../bench/ipp-client.ts';

const [host = '', portText = '', queue = '', prefix = '', bytesText = '', everyText = ''] =
  process.argv.slice(2);
const port = Number(portText);
const everyMs = Number(everyText);
/** A SYN that is lost is sent again after 1 s only: a new connection is sooner. */
const connectMs = 150;
const answerMs = 5_000;
const firstErrorStatus = 0x0100;
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

process.stdin.resume().on('end', () => process.exit(0));
for (let number = 1; ; number += 1) {
  const startedAtMs = nowMs();
  const id = `${prefix}-${number}`;
  const [outcome, detail] = await print(id);
  const line: ClientLine = { id, startedAtMs, endedAtMs: nowMs(), outcome, detail };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  const restMs = startedAtMs + everyMs - nowMs();
  if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
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
  });
}
