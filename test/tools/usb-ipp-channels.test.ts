// The emulated USB printer's IPP channels: one request after the other, each to its own answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { TcpConnection } from '../../hal/contract.ts';
import { makeModel } from '../../tools/emulators/usb-printer/models.ts';
import { EmulatedUsbPrinter } from '../../tools/emulators/usb-printer/printer.ts';
import { RequestSplitter } from '../../tools/emulators/usb-printer/request-splitter.ts';
import { createFakeNetwork } from '../fakes/network.ts';
import { VirtualClock } from '../world/clock.ts';

const counted = (body: string) =>
  `POST /ipp/print HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const chunked = (...chunks: readonly string[]) =>
  `POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n${[...chunks, '']
    .map((each) => `${each.length.toString(16)}\r\n${each}${each === '' ? '' : '\r\n'}`)
    .join('')}\r\n`;
const never = () => new AbortController().signal;

test('requests are told apart, however they arrive', () => {
  const request = fc.oneof(
    fc.string({ maxLength: 40 }).map(counted),
    fc
      .array(fc.string({ minLength: 1, maxLength: 20 }), { maxLength: 3 })
      .map((c) => chunked(...c)),
  );
  const cuts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(fc.array(request, { minLength: 1, maxLength: 5 }), cuts, (requests, sizes) => {
      const splitter = new RequestSplitter();
      const all = Buffer.from(requests.join(''), 'latin1');
      const seen: string[] = [];
      for (let at = 0, turn = 0; at < all.length; turn += 1) {
        const piece = all.subarray(at, at + (sizes[turn % sizes.length] ?? 1));
        at += piece.length;
        for (const { begins, bytes } of splitter.push(piece)) {
          const text = Buffer.from(bytes).toString('latin1');
          if (begins) seen.push(text);
          else seen.push(`${seen.pop() ?? ''}${text}`);
        }
      }
      assert.deepEqual(seen, requests);
    }),
  );
});

async function makeBench() {
  const clock = new VirtualClock();
  const tcp = createFakeNetwork({ clock });
  const connections: TcpConnection[] = [];
  const server = await tcp.listen({
    address: '127.0.0.1',
    port: 0,
    backlog: 4,
    onConnection: (connection) => void connections.push(connection),
  });
  const printer = new EmulatedUsbPrinter({
    model: makeModel('ipp'),
    clock,
    ipp: { tcp, printer: server.local },
  });
  const send = (text: string) => printer.bulkOut(1, Buffer.from(text, 'latin1'), never());
  const hear = async () => {
    const end = await printer.bulkIn(0x81, 1024, never());
    return end.kind === 'done' ? end.value.toString('latin1') : end.kind;
  };
  return { printer, connections, send, hear };
}

test('a request that comes before the end of the last connection gets one of its own', async () => {
  const { connections, send, hear } = await makeBench();
  await send(counted('one'));
  await connections[0]?.write(Buffer.from('the first answer'));
  assert.equal(await hear(), 'the first answer');
  await send(counted('two'));
  await connections[0]?.close();
  await connections[1]?.write(Buffer.from('the second answer'));
  assert.equal(await hear(), 'the second answer');
});

test('after a reset of its port nothing of an exchange is left', async () => {
  const { printer, connections, send, hear } = await makeBench();
  await send('POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\nhalf of it');
  await connections[0]?.write(Buffer.from('too early'));
  printer.reset();
  await send(counted('anew'));
  await connections[1]?.write(Buffer.from('its answer'));
  assert.equal(await hear(), 'its answer');
});
