// What the simulated printers and kernels say of a document that does not come out.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRandom } from '../seeded-random.ts';
import { createTimeline } from '../timeline.ts';
import { createBoxTcp } from './box-tcp.ts';
import { createPrinter } from './devices.ts';
import { createKernel } from './kernel.ts';
import { createNetwork } from './network.ts';
import { documentOf } from './paper.ts';

const term = { generation: 1, counter: 1, node: 'a' };
const address = '192.0.2.20';

function rig() {
  const timeline = createTimeline();
  const network = createNetwork(timeline, createRandom(1, 'network'));
  const said: string[] = [];
  const printer = createPrinter({
    id: 'printer',
    address,
    oneSession: true,
    bytesPerTurn: 16,
    nowMs: () => timeline.nowMs,
    trace: () => undefined,
    onPrinted: (number) => said.push(`printed ${number}`),
    onLost: (number) => said.push(`lost ${number}`),
    onDisplaced: (number) => said.push(`displaced ${number}`),
    onGarbled: (number) => said.push(`garbled ${number}`),
  });
  const kernel = createKernel({
    host: 'a',
    timeline,
    random: createRandom(1, 'kernel'),
    network,
    localNowMs: () => timeline.nowMs,
    gated: false,
    unbound: false,
    onBytesLeft: () => undefined,
  });
  const tcp = createBoxTcp({
    kernel,
    timeline,
    printers: [printer],
    term: () => term,
    inProcess: (action) => action,
    onFirstByte: () => undefined,
  });
  return { timeline, printer, kernel, tcp, said };
}

describe('a printer that loses a document', () => {
  const endings = [
    { word: 'lost', end: ({ printer }: ReturnType<typeof rig>) => printer.switchOff() },
    { word: 'displaced', end: ({ printer }: ReturnType<typeof rig>) => printer.open('group:1') },
  ];
  for (const { word, end } of endings) {
    test(`it is ${word} where the printer had acknowledged all of it`, () => {
      const subject = rig();
      const session = subject.printer.open('group:1');
      assert.ok(session);
      subject.printer.take(session, documentOf(7, 40));
      end(subject);
      assert.deepEqual(subject.said, [`${word} 7`]);
    });

    test(`one that had not arrived is not ${word}: its sender can know`, () => {
      const subject = rig();
      const session = subject.printer.open('group:1');
      assert.ok(session);
      subject.printer.take(session, documentOf(7, 40).subarray(0, 39));
      end(subject);
      assert.deepEqual(subject.said, []);
    });
  }
});

test('a connection says how many of its bytes the printer has not acknowledged', async () => {
  const { timeline, kernel, tcp, said } = rig();
  kernel.renewAddress(timeline.nowMs + 60_000, () => undefined);
  await timeline.runUntil(100);
  const request = { host: address, port: 9_100, timeoutMs: 1_000 } as const;
  const opening = tcp.connect(request);
  await timeline.runUntil(200);
  const connection = await opening;
  await connection.write(documentOf(7, 40));
  assert.equal(connection.unacknowledgedBytes(), 40);
  await timeline.runUntil(235);
  assert.equal(connection.unacknowledgedBytes(), 24);
  await connection.endWrite();
  await timeline.runUntil(400);
  assert.equal(connection.unacknowledgedBytes(), 0);
  assert.deepEqual(said, ['printed 7']);
});
