// A client of the bench that asks again and again who is at an address, and says so.
//
// node knock-process.ts HOST PORT; writes {"atMs":…,"by":…} for each answer.
import { connect } from 'node:net';

const [host = '', port = ''] = process.argv.slice(2);
const everyMs = 20;
/** A SYN that is lost is sent again after 1 s only: a new connection is sooner. */
const connectMs = 150;
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

setInterval(() => {
  const socket = connect({ host, port: Number(port) });
  socket.setTimeout(connectMs, () => socket.destroy());
  socket.on('error', () => undefined);
  socket.on('data', (bytes: Buffer) => {
    process.stdout.write(`${JSON.stringify({ atMs: nowMs(), by: bytes.toString('latin1') })}\n`);
    socket.destroy();
  });
}, everyMs);
