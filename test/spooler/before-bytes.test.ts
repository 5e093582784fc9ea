// The note of a first byte is made right before the system call that sends it, and never after it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDeviceScopes, type DeviceScope } from '../../firmware/spooler/device-scopes.ts';
import type { TcpConnection } from '../../hal/contract.ts';

const unused = () => Promise.reject(new Error('not used'));

function makeScopes(handOver?: TcpConnection['handOver']) {
  const happened: string[] = [];
  const connection: TcpConnection = {
    local: { address: '192.0.2.1', port: 40_001 },
    remote: { address: '192.0.2.9', port: 9100 },
    takenBytes: 0,
    unacknowledgedBytes: () => undefined,
    async write(bytes) {
      happened.push(`sent ${bytes.length}`);
    },
    ...(handOver === undefined ? {} : { handOver }),
    settled: unused,
    read: unused,
    endWrite: unused,
    reset: () => undefined,
    close: () => Promise.resolve(),
  };
  const scopes = createDeviceScopes({
    tcp: { listen: unused, connect: async () => connection },
    rules: {},
  });
  const note = () => void happened.push('noted');
  const connect = (scope: DeviceScope) =>
    scope.run(() => scopes.devices.connectTcp({ host: 'printer', port: 9100, timeoutMs: 1_000 }));
  return { scopes, happened, note, connect };
}

test('the note waits for the write, and is made once', async () => {
  const { scopes, happened, note, connect } = makeScopes();
  const port = scopes.open('desk', 'port');
  const connection = await connect(port);
  port.beforeBytes(note);
  assert.deepEqual(happened, []);
  await connection.write(new Uint8Array(1));
  await connection.write(new Uint8Array(1));
  assert.deepEqual(happened, ['noted', 'sent 1', 'sent 1']);
});

test('a kernel that takes the first bytes at once gets them right after the note', async () => {
  const { scopes, happened, note, connect } = makeScopes((bytes, before) => {
    before();
    happened.push(`handed over ${bytes.length}`);
    return 2;
  });
  const port = scopes.open('desk', 'port');
  const connection = await connect(port);
  port.beforeBytes(note);
  await connection.write(new Uint8Array(3));
  await connection.write(new Uint8Array(3));
  assert.deepEqual(happened, ['noted', 'handed over 3', 'sent 1', 'sent 3']);
});

test('where nothing is open it is made at once', () => {
  const { scopes, happened, note } = makeScopes();
  scopes.open('desk', 'port').beforeBytes(note);
  assert.deepEqual(happened, ['noted']);
});

test('another port sends nothing on its account', async () => {
  const { scopes, happened, note, connect } = makeScopes();
  const [desk, other] = [scopes.open('desk', 'port'), scopes.open('other', 'port')];
  await connect(desk);
  desk.beforeBytes(note);
  await (await connect(other)).write(new Uint8Array(1));
  assert.deepEqual(happened, ['sent 1']);
});

test('what a monitor opened for no port of its own counts for all of them', async () => {
  const { scopes, happened, note, connect } = makeScopes();
  const desk = scopes.open('desk', 'port');
  await connect(desk);
  desk.beforeBytes(note);
  await (await connect(scopes.open('tcp'))).write(new Uint8Array(1));
  assert.deepEqual(happened, ['noted', 'sent 1']);
});

test('bytes that left by what nobody sees are noted as soon as it is known', async () => {
  const { scopes, happened, note, connect } = makeScopes();
  const desk = scopes.open('desk', 'port');
  await connect(desk);
  desk.beforeBytes(note);
  desk.bytesLeft();
  assert.deepEqual(happened, ['noted']);
});

test('a document that ended without a byte leaves no note behind', async () => {
  const { scopes, happened, note, connect } = makeScopes();
  const desk = scopes.open('desk', 'port');
  const connection = await connect(desk);
  desk.beforeBytes(note);
  desk.forgetBytes();
  await connection.write(new Uint8Array(1));
  assert.deepEqual(happened, ['sent 1']);
});
