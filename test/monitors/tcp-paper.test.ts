// A network printer that speaks no language runs out of paper: all that is seen of it is that it
// takes nothing more.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { Tcp } from '../../hal/contract.ts';
import { tcpMonitor } from '../../monitors/tcp/module.ts';
import { startRawPrinter } from '../../tools/emulators/raw-printer/printer.ts';
import { createMemorySink } from '../../tools/emulators/raw-printer/sink.ts';
import { createFakeNetwork } from '../fakes/network.ts';
import { administrator, Bench } from '../spooler/bench.ts';

const kib = 1024;
/** More than lies in the buffers of a connection. */
const documentBytes = 800 * kib;

async function start() {
  let network: Tcp | undefined;
  const later = (): Tcp => {
    assert.ok(network !== undefined);
    return network;
  };
  const bench = new Bench({
    devices: [],
    monitors: () => [tcpMonitor],
    tcp: { connect: (call) => later().connect(call), listen: (call) => later().listen(call) },
  });
  const { clock } = bench;
  network = createFakeNetwork({ clock });
  const sink = createMemorySink();
  const address = '127.0.0.1';
  const openSink = sink.open;
  const printer = await startRawPrinter({ tcp: network, clock, address, port: 0, openSink });
  await bench.boot();
  const fields = { name: 'Desk', host: address, portNumber: printer.local.port };
  const adding = bench.spooler.ports.xcv({ monitor: 'tcp' }, 'AddPort', fields, administrator);
  await bench.during(adding);
  await bench.addPrinter('office', { portNames: ['Desk'] });
  return { bench, printer, bytesOf: (session: number) => sink.bytesOf(session) };
}

test('without paper the second job waits and says why, then is printed once', async () => {
  const { bench, printer, bytesOf } = await start();
  await printer.behave({ paperForBytes: documentBytes + 100 * kib });
  const documents = [randomBytes(documentBytes), randomBytes(documentBytes)] as const;
  const first = await bench.print(documents[0]);
  await bench.untilState(first.id, 'completed', 60_000);
  const second = await bench.print(documents[1]);
  const waiting = await bench.untilState(second.id, 'processing-stopped', 300_000);
  assert.match(waiting.message, /takes no data/);
  await bench.pass(3_600_000);
  assert.deepEqual(
    printer.sessions().map(({ bytes, end }) => [bytes, end]),
    [
      [documentBytes, 'fin'],
      [100 * kib, 'open'],
    ],
  );
  await printer.behave({});
  const done = await bench.untilState(second.id, 'completed', 60_000);
  assert.deepEqual([done.attempts, done.possiblyPrintedTwice], [1, false]);
  for (const [at, document] of documents.entries()) assert.ok(bytesOf(at + 1).equals(document));
  await bench.stop();
});
