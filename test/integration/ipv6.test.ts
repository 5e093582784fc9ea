// An appliance that only IPv6 reaches: every door, the API and a device behind it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { z } from 'zod';
import { appliance } from '../../firmware/api/schemas/system.ts';
import { printer } from '../../firmware/api/schemas/printer.ts';
import { openHouse } from './house.ts';
import { atEnd } from '../at-end.ts';

const xcvDone = z.object({ status: z.literal('ERROR_SUCCESS') });
const loopback = '::1';
const printJob = '/usr/share/cups/ipptool/print-job.test';

interface Device {
  readonly port: number;
  /** The next document. */
  received(): Promise<string>;
}

/** Raw 9100 at IPv6's loopback. */
async function startDevice(t: TestContext): Promise<Device> {
  const documents: string[] = [];
  const server = createServer((socket) => {
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('end', () => {
      documents.push(text);
      server.emit('document');
    });
  });
  server.listen(0, loopback);
  await once(server, 'listening');
  atEnd(t, () => server.close());
  const bound = server.address();
  assert.ok(bound !== null && typeof bound !== 'string');
  return {
    port: bound.port,
    async received() {
      while (documents.length === 0) await once(server, 'document');
      return documents.shift() ?? '';
    },
  };
}

async function ipptool(uri: string, file: string): Promise<void> {
  const type = ['-d', 'filetype=application/octet-stream'];
  await promisify(execFile)('ipptool', ['-tI', '-f', file, ...type, uri, printJob]);
}

async function raw(port: number, words: string): Promise<void> {
  const socket = connect({ host: loopback, port, allowHalfOpen: true });
  socket.resume().end(words);
  await once(socket, 'end');
}

/** The whole of a job at once: each step is acknowledged with a zero octet. */
async function lpd(port: number, words: string): Promise<void> {
  const control = 'Hhost\nPanna\nldfA001host\nJletter\n';
  const socket = connect({ host: loopback, port });
  socket.write(`\x02office\n\x02${control.length} cfA001host\n${control}\0`);
  socket.write(`\x03${words.length} dfA001host\n${words}\0`);
  let answered = Buffer.alloc(0);
  while (answered.length < 5) {
    const [chunk] = await once(socket, 'data');
    assert.ok(chunk instanceof Buffer);
    answered = Buffer.concat([answered, chunk]);
  }
  socket.destroy();
  assert.deepEqual([...answered], [0, 0, 0, 0, 0]);
}

test('every door prints over IPv6 alone, to a device at IPv6', async (t) => {
  const house = await openHouse(t);
  const device = await startDevice(t);
  const free = ['http', 'https', 'lpd', 'raw'].map((door) => `listen.${door}=0`);
  await house.serve([...free, `listen.address="${loopback}"`]);
  const api = house.api();
  const port = { name: 'lp', host: loopback, portNumber: device.port };
  await api.send('POST', '/monitors/tcp/xcv/AddPort', port, xcvDone);
  await api.send('POST', '/printers', { name: 'office', portNames: ['lp'] }, printer);
  const { addresses } = await api.get('/system', appliance);
  const at = (door: string) => {
    const found = addresses.find(({ what }) => what === door);
    assert.ok(found !== undefined, door);
    const { hostname, port } = new URL(found.address.replace(/^[a-z]+:/, 'http:'));
    assert.equal(hostname, '[::1]', door);
    return Number(port);
  };
  const file = join(house.folder, 'document');

  await writeFile(file, 'by ipp');
  await ipptool(`ipp://[::1]:${at('http')}/ipp/print/office`, file);
  assert.equal(await device.received(), 'by ipp');

  await writeFile(file, 'by ipps');
  await ipptool(`ipps://[::1]:${at('https')}/ipp/print/office`, file);
  assert.equal(await device.received(), 'by ipps');

  await raw(at('raw'), 'by raw');
  assert.equal(await device.received(), 'by raw');

  await lpd(at('lpd'), 'by lpd');
  assert.equal(await device.received(), 'by lpd');

  const page = [
    '-sk',
    '-o',
    '/dev/null',
    '-w',
    '%{http_code}',
    `https://[::1]:${at('https')}/printers/office`,
  ];
  assert.equal((await promisify(execFile)('curl', page)).stdout, '200');
});
