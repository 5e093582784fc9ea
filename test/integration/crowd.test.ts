// Two hundred clients at once, twenty of them slow: every document arrives byte for byte, and no
// quick client waits for a slow one.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { encodeIppMessage } from '../../monitors/wire/ipp/encode.ts';
import { ippOperations } from '../../monitors/wire/ipp/operations.ts';
import { attribute, charset, group, naturalLanguage, uri } from '../../monitors/wire/ipp/values.ts';
import {
  addPrinter,
  rawPortOf,
  receivedDocuments,
  whenReceivedCount,
} from '../../tools/up/platen.ts';
import { openHouse } from './house.ts';

const quick = 180;
const slow = 20;
/** Of each slow document: the last piece is sent after all quick clients have their answers. */
const slowPieces = 10;
const quickBoundMs = 5_000;
const patienceMs = 120_000;

describe('a crowd', () => {
  test('of 200 clients, 20 of them slow, loses and delays nobody', async (t) => {
    const house = await openHouse(t);
    const platen = await house.serve();
    await addPrinter(platen, 'office', house.emulator);
    const rawPort = await rawPortOf(platen, 'office');
    const documents = Array.from({ length: quick + slow }, (_, index) =>
      randomBytes(index < slow ? 200_000 : 4_096 + index),
    );
    const quickDone = Promise.withResolvers<void>();
    const slowOnes = documents
      .slice(0, slow)
      .map((bytes) => sendSlowly(rawPort, bytes, quickDone.promise));
    const waits = await Promise.all(
      documents
        .slice(slow)
        .map((bytes, index) =>
          index % 2 === 0 ? printByIpp(platen.port, bytes) : printRaw(rawPort, bytes),
        ),
    );
    quickDone.resolve();
    await Promise.all(slowOnes);
    await whenReceivedCount(house.emulator, documents.length, patienceMs);
    const arrived = (await receivedDocuments(house.emulator)).map(digest);
    assert.deepEqual(arrived.toSorted(byText), documents.map(digest).toSorted(byText));
    const longest = Math.max(...waits);
    t.diagnostic(`the longest wait of a quick client: ${Math.round(longest)} ms`);
    assert.ok(longest < quickBoundMs, `a quick client waited ${Math.round(longest)} ms`);
  });
});

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** From the first octet to the acknowledgement. */
async function printByIpp(port: number, bytes: Uint8Array): Promise<number> {
  const head = encodeIppMessage({
    version: { major: 2, minor: 0 },
    code: ippOperations['Print-Job'],
    requestId: 1,
    groups: [
      group(
        'operation-attributes',
        attribute('attributes-charset', charset('utf-8')),
        attribute('attributes-natural-language', naturalLanguage('en')),
        attribute('printer-uri', uri(`ipp://127.0.0.1:${port}/ipp/print/office`)),
      ),
    ],
  });
  const startMs = performance.now();
  const answer = await fetch(`http://127.0.0.1:${port}/ipp/print/office`, {
    method: 'POST',
    headers: { 'content-type': 'application/ipp' },
    body: Buffer.concat([head, bytes]),
  });
  const octets = Buffer.from(await answer.arrayBuffer());
  assert.equal(octets.readUInt16BE(2), 0, 'the job was not accepted');
  return performance.now() - startMs;
}

async function printRaw(port: number, bytes: Uint8Array): Promise<number> {
  const startMs = performance.now();
  const socket = connect(port, '127.0.0.1');
  socket.end(bytes);
  await once(socket.resume(), 'end');
  return performance.now() - startMs;
}

/** A piece for each turn of the others, and the rest when they are done. */
async function sendSlowly(port: number, bytes: Buffer, rest: Promise<void>): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  const size = Math.ceil(bytes.length / slowPieces);
  for (let piece = 0; piece < slowPieces - 1; piece += 1) {
    const part = bytes.subarray(piece * size, (piece + 1) * size);
    await new Promise((resolve) => socket.write(part, resolve));
  }
  await rest;
  socket.end(bytes.subarray((slowPieces - 1) * size));
  await once(socket.resume(), 'end');
}
