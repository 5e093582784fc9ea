// A client of the bench that prints one large document after the other, each made as it leaves, and
// notes what became of it.
//
// node large-client-process.ts HOST PORT QUEUE PREFIX BYTES; JSON lines on standard output; begins
// nothing more when standard input ends, and ends after the answer to the last one.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { printRequestHead, statusOfAnswer } from '../bench/ipp-client.ts';
import type { ClientLine } from './lines.ts';

const [host = '', portText = '', queue = '', prefix = '', bytesText = ''] = process.argv.slice(2);
const port = Number(portText);
const documentBytes = Number(bytesText);
/** A box on a loaded machine may be long about one. */
const answerMs = 300_000;
const againMs = 500;
const firstErrorStatus = 0x0100;
const filling = Buffer.alloc(256 * 1024, '.');
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

const ending = new AbortController();
process.stdin.resume().on('end', () => ending.abort());
for (let number = 1; !ending.signal.aborted; number += 1) {
  const id = `${prefix}-${number}`;
  const startedAtMs = nowMs();
  const [outcome, detail] = await print(id);
  const line: ClientLine = { id, startedAtMs, endedAtMs: nowMs(), outcome, detail };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  if (outcome !== 'accepted') await pause(againMs);
}

function print(id: string): Promise<readonly [ClientLine['outcome'], string]> {
  const { promise, resolve } = Promise.withResolvers<readonly [ClientLine['outcome'], string]>();
  const socket = connect({ host, port, noDelay: true });
  let answer = Buffer.alloc(0);
  let connected = false;
  const done = (outcome: ClientLine['outcome'], detail: string) => {
    socket.destroy();
    resolve([outcome, detail]);
  };
  const lost = (detail: string) => done(connected ? 'broken' : 'unreached', detail);
  socket.setTimeout(answerMs, () => lost('no answer in time'));
  socket.on('connect', () => {
    connected = true;
    send(socket, id).catch((error: unknown) => lost(String(error)));
  });
  socket.on('data', (chunk: Buffer) => {
    answer = Buffer.concat([answer, chunk]);
    const status = statusOfAnswer(answer);
    if (status === undefined) return;
    if (status < firstErrorStatus) done('accepted', '');
    else done('refused', `0x${status.toString(16)}`);
  });
  socket.on('error', (error) => lost('code' in error ? String(error.code) : error.message));
  socket.on('close', () => lost('closed'));
  return promise;
}

async function send(socket: Socket, id: string): Promise<void> {
  const name = Buffer.from(`JOB ${id} ${documentBytes}\n`);
  socket.write(printRequestHead(port, queue, documentBytes, { host, jobName: id }));
  socket.write(name);
  for (let leftBytes = documentBytes - name.length; leftBytes > 0; ) {
    const chunk = filling.subarray(0, Math.min(leftBytes, filling.length));
    leftBytes -= chunk.length;
    if (!socket.write(chunk) && !socket.destroyed) {
      await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
    }
    if (socket.destroyed) return;
  }
}
