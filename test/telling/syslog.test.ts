// Syslog over streams, against real servers: counted octets by TCP and TLS, a pin that must fit
// before a byte of the log leaves, and what waits while the server is away.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { openIdentity } from '../../firmware/identity/identity.ts';
import { tellingLimits } from '../../firmware/limits/telling-limits.ts';
import { createSyslog } from '../../firmware/telling/syslog.ts';
import { createLinuxHal } from '../../hal/linux/linux.ts';
import { VirtualClock } from '../world/clock.ts';
import { atEnd } from '../at-end.ts';

const hal = createLinuxHal({ wallTrusted: () => true });
const origin = { hostName: 'box', processId: 7 };

function line(message: string): string {
  return JSON.stringify({
    level: 'warn',
    time: '2026-11-29T07:00:00.000Z',
    room: 'spool',
    message,
  });
}

/** What came, and a bell for it. */
class Heard {
  bytes = Buffer.alloc(0);
  sockets: Socket[] = [];
  failures = 0;
  #bell = Promise.withResolvers<void>();

  readonly take = (socket: Socket): void => {
    this.sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      this.bytes = Buffer.concat([this.bytes, chunk]);
      this.ring();
    });
    this.ring();
  };

  readonly ring = (): void => {
    this.#bell.resolve();
    this.#bell = Promise.withResolvers<void>();
  };

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await this.#bell.promise;
  }

  /** RFC 6587 3.4.1: MSG-LEN SP SYSLOG-MSG. Throws where the octets do not add up. */
  messages(): readonly string[] {
    const messages: string[] = [];
    for (let rest = this.bytes; rest.length > 0; ) {
      const space = rest.indexOf(' ');
      const length = Number(rest.subarray(0, space).toString('latin1'));
      assert.ok(Number.isSafeInteger(length) && rest.length >= space + 1 + length);
      messages.push(rest.subarray(space + 1, space + 1 + length).toString('utf8'));
      rest = rest.subarray(space + 1 + length);
    }
    return messages;
  }
}

async function listen(t: TestContext, server: Server, heard: Heard, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  atEnd(t, () => {
    server.close();
    for (const socket of heard.sockets) socket.destroy();
  });
  const bound: AddressInfo | string | null = server.address();
  assert.ok(bound !== null && typeof bound === 'object');
  return bound.port;
}

async function tlsServer(t: TestContext, heard: Heard): Promise<{ port: number; pin: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'platen-syslog-'));
  atEnd(t, () => rm(folder, { recursive: true }));
  const path = join(folder, 'identity.json');
  const { nodeKey, peerCredentials } = await openIdentity({ ...hal, path });
  const { chainPem, privateKeyPem } = peerCredentials;
  const server = createTlsServer({ cert: chainPem, key: privateKeyPem }, heard.take);
  server.on('tlsClientError', () => {
    heard.failures += 1;
    heard.ring();
  });
  return { port: await listen(t, server, heard), pin: nodeKey.fingerprint };
}

function syslogTo(t: TestContext, server: string, pin = '') {
  const clock = new VirtualClock({ wallMs: 1_000_000 });
  const syslog = createSyslog({ hal: { ...hal, clock }, server, pin, origin });
  atEnd(t, () => syslog.stop());
  return { syslog, clock };
}

describe('syslog', () => {
  test('by TCP each line is one message of counted octets, in order', async (t) => {
    const heard = new Heard();
    const port = await listen(t, createServer(heard.take), heard);
    const { syslog } = syslogTo(t, `tcp://127.0.0.1:${port}`);
    for (const message of ['first', 'zweite Zeile: ü', 'third']) syslog.write(line(message));
    await heard.until(() => heard.bytes.includes('third'));
    const messages = heard.messages();
    assert.equal(messages.length, 3);
    assert.equal(
      messages[1],
      '<28>1 2026-11-29T07:00:00.000Z box platen 7 spool - \u{FEFF}zweite Zeile: ü',
    );
    assert.equal(heard.sockets.length, 1);
  });

  test('by TLS with the pin of the server’s key, whoever vouches for it', async (t) => {
    const heard = new Heard();
    const { port, pin } = await tlsServer(t, heard);
    const { syslog } = syslogTo(t, `tls://127.0.0.1:${port}`, pin.toUpperCase());
    syslog.write(line('sealed'));
    await heard.until(() => heard.bytes.includes('sealed'));
    assert.match(heard.messages()[0] ?? '', /^<28>1 .* spool - .*sealed$/);
  });

  test('another key gets no byte of the log, however often it is tried', async (t) => {
    const heard = new Heard();
    const { port, pin } = await tlsServer(t, heard);
    const other = `${pin.startsWith('0') ? '1' : '0'}${pin.slice(1)}`;
    const { syslog, clock } = syslogTo(t, `tls://127.0.0.1:${port}`, other);
    syslog.write(line('geheim'));
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await heard.until(() => heard.sockets.length + heard.failures >= attempt);
      for (const socket of heard.sockets) if (!socket.closed) await once(socket, 'close');
      await whenWaiting(clock);
      await clock.advanceTo(clock.nextTimerMs ?? 0);
    }
    assert.equal(heard.bytes.length, 0);
  });

  test('without a pin an authority has to vouch', async (t) => {
    const heard = new Heard();
    const { port } = await tlsServer(t, heard);
    const { syslog, clock } = syslogTo(t, `tls://127.0.0.1:${port}`);
    syslog.write(line('geheim'));
    await heard.until(() => heard.sockets.length + heard.failures >= 1);
    await whenWaiting(clock);
    assert.equal(heard.bytes.length, 0);
  });

  test('what is written while the server is away comes when it is back', async (t) => {
    const heard = new Heard();
    const first = createServer(heard.take);
    const port = await listen(t, first, heard);
    first.close();
    await once(first, 'close');
    const { syslog, clock } = syslogTo(t, `tcp://127.0.0.1:${port}`);
    syslog.write(line('kept'));
    await whenWaiting(clock);
    await listen(t, createServer(heard.take), heard, port);
    await clock.advance(tellingLimits.retryFirstMs);
    await heard.until(() => heard.bytes.includes('kept'));
  });

  test('lines that find no room are counted, and the count is told', async (t) => {
    const heard = new Heard();
    const first = createServer(heard.take);
    const port = await listen(t, first, heard);
    first.close();
    await once(first, 'close');
    const { syslog, clock } = syslogTo(t, `tcp://127.0.0.1:${port}`);
    const long = 'x'.repeat(1_900);
    for (let sent = 0; sent < 200; sent += 1) syslog.write(line(`${sent} ${long}`));
    await whenWaiting(clock);
    await listen(t, createServer(heard.take), heard, port);
    await clock.advance(tellingLimits.retryFirstMs);
    await heard.until(() => heard.bytes.includes('were dropped'));
    const messages = heard.messages();
    const [, dropped] = /lines="(\d+)"/.exec(messages.at(-1) ?? messages.join('\n')) ?? [];
    assert.equal(messages.length - 1 + Number(dropped), 200);
  });
});

/** It has given up for now, and waits for its timer. */
async function whenWaiting(clock: VirtualClock): Promise<void> {
  const waits = (): boolean => {
    const dueMs = clock.nextTimerMs ?? clock.monotonicMs();
    const leftMs = dueMs - clock.monotonicMs();
    // The other timer is the one that bounds an attempt.
    return leftMs > 0 && leftMs !== tellingLimits.connectMs;
  };
  while (!waits()) await new Promise((resolve) => setImmediate(resolve));
}
