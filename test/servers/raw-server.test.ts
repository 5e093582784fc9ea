// Raw 9100: a connection is a document, and how it is closed is the answer.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { serverLimits } from '../../firmware/limits/server-limits.ts';
import { createBackChannel } from '../../firmware/servers/raw/back-channel.ts';
import { settle, VirtualClock } from '../world/clock.ts';
import { startServers } from './harness.ts';
import { WireClient } from './wire-client.ts';

const mebibyte = 1024 * 1024;

async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 2_000 && !isSo(); turn += 1) await settle();
  assert.ok(isSo(), 'it never came to it');
}

describe('a client that resets and sends again', () => {
  test('the document is held once, and what ends in order prints', async () => {
    await using servers = await startServers();
    const { spooler } = servers;
    let pulls = 0;
    spooler.pace = async () => {
      pulls += 1;
    };
    const ended = () => spooler.documents.length + spooler.brokenUploads;
    const send = async (words: string, how: 'reset' | 'finish') => {
      const [over, pulledBefore] = [ended(), pulls];
      const client = await WireClient.to(servers.rawPort);
      client.send(words);
      if (how === 'finish') client.finish();
      else {
        // A reset throws away what was not read yet.
        await until(() => pulls >= pulledBefore + 2);
        client.reset();
      }
      await until(() => ended() > over);
    };
    await send('label 17', 'reset');
    assert.equal(spooler.documents.length, 0);
    await send('label 17', 'reset');
    assert.deepEqual(
      spooler.documents.map(({ bytes }) => String(bytes)),
      ['label 17'],
    );
    assert.equal(spooler.requests.at(-1)?.hold?.kind, 'indefinite');
    await send('label 17', 'reset');
    assert.equal(spooler.documents.length, 1);
    await send('label 18', 'finish');
    assert.equal(spooler.documents.length, 2);
    assert.equal(spooler.requests.at(-1)?.hold, undefined);
  });
});

describe('raw 9100', () => {
  test('a document is kept byte for byte, and its connection closed in order', async () => {
    await using servers = await startServers();
    for (const document of [Buffer.from('x'), Buffer.alloc(5 * mebibyte, 'platen')]) {
      const client = await WireClient.to(servers.rawPort);
      assert.equal(await client.pour(document), true);
      client.finish();
      assert.equal(await client.over(), 'closed');
      assert.ok(document.equals(servers.spooler.documents.at(-1)?.bytes ?? Buffer.alloc(0)));
    }
    const [request] = servers.spooler.requests;
    assert.equal(request?.name, 'Raw job from 127.0.0.1');
    assert.equal(request?.document?.format, 'application/octet-stream');
    assert.equal(request?.origin.door, 'raw');
  });

  test('the close waits for the acceptance', async () => {
    await using servers = await startServers();
    const gate = Promise.withResolvers<void>();
    servers.spooler.pace = () => gate.promise;
    const client = await WireClient.to(servers.rawPort);
    client.send('abc').finish();
    let over = false;
    const ending = client.over().then((how) => {
      over = true;
      return how;
    });
    await settle();
    assert.equal(over, false);
    gate.resolve();
    assert.equal(await ending, 'closed');
  });

  test('no byte makes no job', async () => {
    await using servers = await startServers();
    const client = await WireClient.to(servers.rawPort);
    client.finish();
    assert.equal(await client.over(), 'closed');
    assert.deepEqual(servers.spooler.requests, []);
    assert.equal(servers.spooler.brokenUploads, 0);
  });

  test('a refusal is a reset, also in the middle', async () => {
    await using servers = await startServers();
    servers.spooler.refuseWith = 'spool-full';
    for (const afterBytes of [0, mebibyte]) {
      servers.spooler.refuseAfterBytes = afterBytes;
      const client = await WireClient.to(servers.rawPort);
      await client.pour(Buffer.alloc(8 * mebibyte));
      client.finish();
      assert.equal(await client.over(), 'reset');
    }
    assert.deepEqual(servers.spooler.documents, []);
  });

  test('a client that breaks off leaves nothing', async () => {
    await using servers = await startServers();
    const client = await WireClient.to(servers.rawPort);
    await client.pour(Buffer.alloc(mebibyte));
    client.reset();
    await client.over();
    while (servers.spooler.brokenUploads === 0) await settle();
    assert.deepEqual(servers.spooler.documents, []);
    assert.deepEqual(servers.faults, []);
  });

  test('a client that stops is reset after its time, with or without a byte', async () => {
    await using servers = await startServers();
    const silent = await WireClient.to(servers.rawPort);
    const stopped = await WireClient.to(servers.rawPort);
    await stopped.pour(Buffer.from('half a label'));
    const other = await WireClient.to(servers.rawPort);
    other.send('whole').finish();
    assert.equal(await other.over(), 'closed');
    await servers.clock.advance(serverLimits.raw.idleTimeoutMs);
    assert.equal(await silent.over(), 'reset');
    assert.equal(await stopped.over(), 'reset');
    assert.equal(servers.spooler.documents.length, 1);
    assert.deepEqual(servers.faults, []);
  });

  test('where places are scarce, who was silent for longest makes room', async () => {
    await using servers = await startServers();
    const clients: WireClient[] = [];
    for (let count = 0; count < 8; count += 1) {
      const client = await WireClient.to(servers.rawPort);
      if (count !== 3 && count !== 5) client.send('x');
      clients.push(client);
      await settle();
    }
    const ninth = await WireClient.to(servers.rawPort);
    ninth.send('x');
    assert.equal(await clients[3]?.over(), 'reset');
    await settle();
    const tenth = await WireClient.to(servers.rawPort);
    assert.equal(await clients[5]?.over(), 'reset');
    const speaking = [...clients.filter((_, at) => at !== 3 && at !== 5), ninth, tenth];
    for (const client of speaking) client.finish();
    for (const client of speaking) assert.equal(await client.over(), 'closed');
    assert.equal(servers.spooler.documents.length, 7);
    assert.deepEqual(servers.faults, []);
  });

  test('one connection too many is reset, and the place is free again afterwards', async () => {
    await using servers = await startServers();
    const clients: WireClient[] = [];
    for (let count = 0; count < 8; count += 1) {
      const client = await WireClient.to(servers.rawPort);
      client.send('x');
      clients.push(client);
    }
    await settle();
    // The reset may come before the client knows that it is connected.
    const ninth = await WireClient.to(servers.rawPort).then(
      (client) => client.over(),
      () => 'reset',
    );
    assert.equal(ninth, 'reset');
    for (const client of clients) client.finish();
    await Promise.all(clients.map((client) => client.over()));
    const again = await WireClient.to(servers.rawPort);
    again.send('x').finish();
    assert.equal(await again.over(), 'closed');
  });

  test('stop waits for uploads until its deadline, then they are broken', async () => {
    await using servers = await startServers();
    const client = await WireClient.to(servers.rawPort);
    await client.pour(Buffer.from('half'));
    await settle();
    const deadline = new AbortController();
    const stopping = servers.raw.stop(deadline.signal);
    deadline.abort();
    await stopping;
    assert.equal(await client.over(), 'reset');
    assert.deepEqual(servers.spooler.documents, []);
    assert.equal(servers.spooler.brokenUploads, 1);
  });
});

describe('a printer’s own raw settings', () => {
  test('a client may pause as long as its printer says', async () => {
    await using servers = await startServers({ rawSettings: { idleSeconds: 5 } });
    const client = await WireClient.to(servers.rawPort);
    await client.pour(Buffer.from('half a label'));
    await settle();
    await servers.clock.advance(5_000);
    assert.equal(await client.over(), 'reset');
    assert.deepEqual(servers.spooler.documents, []);
  });

  test('without pass-through nobody hears the device', async () => {
    await using servers = await startServers();
    const client = await WireClient.to(servers.rawPort);
    client.send('x').finish();
    assert.equal(await client.over(), 'closed');
    assert.equal(servers.spooler.requests[0]?.straight, undefined);
  });

  test('what passes through hears the device until it is done, and is not waited for', async () => {
    await using servers = await startServers({ rawSettings: { mode: 'pass-through' } });
    const client = await WireClient.to(servers.rawPort);
    client.send('x').finish();
    await until(() => servers.spooler.documents.length === 1);
    const { straight } = servers.spooler.requests[0] ?? {};
    assert.ok(straight);
    straight.onWords(Buffer.from('ready'));
    await client.bytes(5);
    straight.onWords(Buffer.from(' steady'));
    straight.onEnd();
    assert.equal(await client.over(), 'closed');
    assert.equal(String(client.received), 'ready steady');
    const late = await WireClient.to(servers.rawPort);
    late.send('y').finish();
    await until(() => servers.spooler.documents.length === 2);
    await settle();
    await servers.clock.advance(serverLimits.raw.lastWordsMs);
    assert.equal(await late.over(), 'closed');
  });

  test('words are dropped where a client does not read them', async () => {
    const clock = new VirtualClock();
    const written = Promise.withResolvers<void>();
    const writes: number[] = [];
    const back = createBackChannel({
      connection: {
        async write(bytes) {
          writes.push(bytes.length);
          await written.promise;
        },
      },
      clock,
      limits: { backChannelBytes: 100, lastWordsMs: 1_000 },
    });
    for (let count = 0; count < 10; count += 1) back.onWords(new Uint8Array(30));
    written.resolve();
    back.onEnd();
    await back.settled();
    assert.deepEqual(writes, [30, 30, 30]);
  });
});
