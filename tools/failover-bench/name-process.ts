// A service of the bench that says who it is, to whoever connects.
//
// node name-process.ts PORT NAME; writes {"ready":true} once it listens.
import { createServer } from 'node:net';

const [port = '', name = ''] = process.argv.slice(2);
createServer((socket) => {
  socket.on('error', () => undefined);
  socket.end(name);
}).listen(Number(port), '0.0.0.0', () => void process.stdout.write('{"ready":true}\n'));
