// Language monitors from files: on the ports of any monitor, and never in anybody's way.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { HostedPort } from '../../firmware/spooler/hosted-port.ts';
import type { TcpConnection } from '../../hal/contract.ts';
import { sleep } from '../../hal/time.ts';
import { tcpMonitor } from '../../monitors/tcp/module.ts';
import { docOf } from '../monitors/port-monitor-suite.ts';
import { administrator, hal, type House, house, never, open, print } from './house.ts';
import { type LanguageActs, languageSource, moduleSource } from './module-source.ts';
import { atEnd } from '../at-end.ts';

const document = Buffer.from('a document');
const words = 'little paper.';

/** Answers `?`, keeps what it got, and ends a connection with its other side. */
async function startDevice(t: TestContext) {
  const documents: Buffer[] = [];
  const serve = async (connection: TcpConnection) => {
    const parts: Uint8Array[] = [];
    try {
      for (let part = await connection.read(); part !== undefined; part = await connection.read()) {
        parts.push(part);
        if (Buffer.from(part).includes('?')) await connection.write(Buffer.from(words));
      }
    } catch {
      // It broke off, as it does where a port is cut off.
    }
    documents.push(Buffer.concat(parts));
    await connection.close();
  };
  const server = await hal.tcp.listen({
    address: '127.0.0.1',
    port: 0,
    backlog: 4,
    onConnection: (connection) => void serve(connection),
  });
  atEnd(t, () => server.close());
  const { address: host, port: portNumber } = server.local;
  return { documents, fields: { host, portNumber, finWaitMs: 1_000 } };
}

/** A port `desk` to the device, with the language monitor `acme` that acts so. */
async function rig(t: TestContext, acts: LanguageActs = {}) {
  const device = await startDevice(t);
  const files = { 'acme.mjs': languageSource('acme', acts) };
  const rooms = await house(t, files, { builtIn: [tcpMonitor] });
  await rooms.languages.set('desk', { language: 'acme' });
  return { ...rooms, ...device };
}

/** Opened as it is now to be. */
async function openDesk({ host, languages }: House, language: string): Promise<HostedPort> {
  await languages.set('desk', { language });
  const untilMs = hal.clock.monotonicMs() + 30_000;
  let opened = await host.openPort('desk', never);
  // A module that was ended is started again after a moment.
  while (opened.kind === 'failed' && hal.clock.monotonicMs() < untilMs) {
    await sleep(hal.clock, 500);
    opened = await host.openPort('desk', never);
  }
  assert.ok(opened.kind === 'opened', JSON.stringify(opened));
  return opened.port;
}

const outcomeOf = async (port: HostedPort) => {
  const end = await print(port, document);
  return end.kind === 'returned' ? end.value.outcome : end.message;
};

describe('a language monitor from a file', () => {
  test('is put on a built-in port by hand, and hears the device', async (t) => {
    const { host, fields, documents, statuses } = await rig(t);
    const port = await open(host, 'tcp', 'desk', fields);
    assert.equal(port.languageMonitor, 'acme');
    const end = await print(port, document);
    assert.deepEqual(end.kind === 'returned' && end.value, {
      deliveredBytes: document.length,
      outcome: 'printed',
      reasons: [],
      pages: 1,
    });
    assert.deepEqual(documents, [Buffer.from('a document?')]);
    const told = statuses.find(([, { source }]) => source === 'language-monitor');
    assert.partialDeepStrictEqual(told, ['desk', { message: words }]);
    await port.close();
  });

  test("is chosen by CMD of a device's 1284 id, on the port of another file", async (t) => {
    const more = `
      readPort: async () => new TextEncoder().encode('fine.'),
      getPrinterDataFromPort: async (name) =>
        name === 'DeviceId' ? 'MFG:X;CMD:ACME;MDL:Y;' : undefined,
    `;
    const { host, folder } = await house(t, {
      'acme.mjs': languageSource('acme'),
      'memo.mjs': moduleSource('memo', 'initializePrintMonitor2', '', more),
    });
    const port = await open(host, 'memo', 'desk');
    assert.equal(port.languageMonitor, 'acme');
    assert.ok(await port.suits(never));
    assert.equal(await outcomeOf(port), 'printed');
    const written = await readFile(join(folder, `desk-${docOf(0).jobId}`), 'latin1');
    assert.equal(written, 'a document?');
    await port.close();
  });

  test('that wants no such port leaves it to print without', async (t) => {
    const refuses = `return { status: 'ERROR_NOT_SUPPORTED', message: 'not this one' };`;
    const { host, fields } = await rig(t, { onOpen: refuses });
    const port = await open(host, 'tcp', 'desk', fields);
    assert.equal(port.languageMonitor, undefined);
    assert.equal(await outcomeOf(port), 'sent');
    await port.close();
  });

  test('that is not converted serves the node, and is refused for a group by name', async (t) => {
    const files = { 'old.mjs': languageSource('old', { entry: 'initializePrintMonitor' }) };
    const here = await house(t, files);
    assert.deepEqual(
      here.host.monitors().map(({ kind, state }) => [kind, state]),
      [['language', 'ready']],
    );
    const { host } = await house(t, files, { local: false });
    const [old] = host.monitors();
    assert.equal(old?.state, 'failed');
    assert.match(old.message, /"old" can't serve group "front-office": it is not converted/);
  });
});

describe('a language monitor from a file that misbehaves', () => {
  test('by a loop: its port prints without it, and with it in a new thread', async (t) => {
    const rooms = await rig(t, { onWrite: 'if (bytes.length === 3) for (;;);' });
    const port = await open(rooms.host, 'tcp', 'desk', rooms.fields);
    await port.startDoc(docOf(3), never);
    const end = await port.write(Buffer.from('...'), never);
    assert.match(end.kind === 'threw' ? end.message : end.kind, /acme.mjs: it did not answer/);
    await port.close();
    const without = await openDesk(rooms, 'none');
    assert.equal(await outcomeOf(without), 'sent');
    await without.close();
    const again = await openDesk(rooms, 'acme');
    assert.equal(await outcomeOf(again), 'printed');
    await again.close();
  });

  const hangs = 'await new Promise(() => {});';
  test('by never opening its port: the port is free, and prints without it', async (t) => {
    const once = `if (!globalThis.hung) {
      globalThis.hung = true;
      await portMonitor.openPort(name, call);
      ${hangs}
    }`;
    const rooms = await rig(t, { onOpen: once });
    const { host, fields } = rooms;
    const added = await host.xcv(
      { monitor: 'tcp' },
      'AddPort',
      { name: 'desk', ...fields },
      administrator,
    );
    assert.ok('status' in added && added.status === 'ERROR_SUCCESS');
    assert.equal((await host.openPort('desk', never)).kind, 'failed');
    const without = await openDesk(rooms, 'none');
    assert.equal(await outcomeOf(without), 'sent');
    await without.close();
    assert.equal(await outcomeOf(await openDesk(rooms, 'acme')), 'printed');
  });

  test('by never ending a document, nor closing: the port is free all the same', async (t) => {
    const rooms = await rig(t, { onEnd: hangs, onClose: hangs });
    const port = await open(rooms.host, 'tcp', 'desk', rooms.fields);
    assert.equal((await print(port, document)).kind, 'cut-off');
    await port.close();
    const without = await openDesk(rooms, 'none');
    assert.equal(await outcomeOf(without), 'sent');
  });

  for (const [what, onWrite] of [
    ['throws', 'throw new Error("no words for you")'],
    ['lies', 'return { kind: "written", writtenBytes: "all" }'],
    ['leaves', 'process.exit(3)'],
    ['hands on what are no bytes', 'return await below.writePort({ length: 1e9 }, call)'],
    [
      'writes to what it closed',
      'await below.closePort(call); return below.writePort(bytes, call)',
    ],
    ['opens what it was not given', 'return await below.openPort("other", call)'],
  ] as const) {
    test(`and ${what}: the call fails, and the port is free`, async (t) => {
      const rooms = await rig(t, { onWrite });
      const port = await open(rooms.host, 'tcp', 'desk', rooms.fields);
      await port.startDoc(docOf(3), never);
      assert.equal((await port.write(Buffer.from('...'), never)).kind, 'threw');
      await port.close();
      assert.equal(await outcomeOf(await openDesk(rooms, 'none')), 'sent');
    });
  }
});
