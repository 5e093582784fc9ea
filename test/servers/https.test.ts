// HTTPS, IPPS and the upgrade to TLS, with openssl, curl and ipptool as clients that are not ours.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { openCertificates } from '../../firmware/identity/certificates.ts';
import type { Certificates } from '../../firmware/identity/contract.ts';
import { serverLimits } from '../../firmware/limits/server-limits.ts';
import { createHttpServer } from '../../firmware/servers/http/server.ts';
import type { HttpRoute } from '../../firmware/servers/http/contract.ts';
import { createIppRoutes } from '../../firmware/servers/ipp/routes.ts';
import type { Server } from '../../firmware/servers/contract.ts';
import { createLinuxHal } from '../../hal/linux/linux.ts';
import { FakeSpooler } from '../fakes/fake-spooler.ts';
import { VirtualClock } from '../world/clock.ts';
import { WireClient } from './wire-client.ts';
import { atEnd } from '../at-end.ts';

const groupAddress = '127.0.0.2';

interface Rig {
  readonly folder: string;
  readonly clock: VirtualClock;
  readonly server: Server;
  readonly certificates: Certificates;
  readonly spooler: FakeSpooler;
  readonly plainPort: number;
  readonly tlsPort: number;
  readonly groupPort: number;
}

const hello: HttpRoute = {
  method: 'GET',
  path: '/hello',
  match: 'exact',
  handle: ({ secure }) => Promise.resolve({ status: 200, body: secure ? 'secure' : 'plain' }),
};

async function makeRig(t: TestContext): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), 'platen-https-'));
  atEnd(t, () => rm(folder, { recursive: true }));
  const hal = createLinuxHal({ wallTrusted: () => true });
  const certificates = await openCertificates({ ...hal, folder: join(folder, 'tls') });
  const { chainPem } = await certificates.ensure('node', ['localhost', '127.0.0.1']);
  await certificates.ensure('group', ['print.local', groupAddress]);
  await writeFile(join(folder, 'node.pem'), chainPem);
  const spooler = new FakeSpooler({ printers: ['office'], completes: true });
  const clock = new VirtualClock();
  const log = {
    info() {},
    warn() {},
    error: (...said: readonly unknown[]) => assert.fail(JSON.stringify(said)),
  };
  const server = createHttpServer({
    listen: [{ address: '127.0.0.1', port: 0 }],
    tls: {
      listen: [
        { address: '127.0.0.1', port: 0 },
        { address: groupAddress, port: 0 },
      ],
      source: {
        credentials: (address) => certificates.current(address === groupAddress ? 'group' : 'node'),
      },
    },
    routes: [
      hello,
      ...createIppRoutes({
        directory: spooler.directory,
        events: { subscribe: () => () => undefined },
        clock,
        log,
      }),
    ],
    clock,
    log,
  });
  await server.start();
  atEnd(t, () => server.stop(AbortSignal.abort()));
  const [plainPort = 0, tlsPort = 0, groupPort = 0] = server.addresses().map(({ port }) => port);
  return { folder, clock, server, certificates, spooler, plainPort, tlsPort, groupPort };
}

async function run(
  program: string,
  args: readonly string[],
  { input = '', cwd = tmpdir() }: { readonly input?: string; readonly cwd?: string } = {},
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(program, args, { cwd, env: { ...process.env, HOME: cwd } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  child.stdin.end(input);
  await once(child, 'close');
  return { code: child.exitCode, output };
}

async function handshake(port: number, host = '127.0.0.1'): Promise<TLSSocket> {
  const socket = connectTls({ host, port, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  return socket;
}

function shownBy(socket: TLSSocket): X509Certificate {
  const certificate = socket.getPeerX509Certificate();
  assert.ok(certificate !== undefined);
  return certificate;
}

describe('HTTPS', () => {
  test('curl trusts the certificate, by name and by address', async (t) => {
    const { folder, tlsPort } = await makeRig(t);
    for (const host of ['localhost', '127.0.0.1']) {
      const { code, output } = await run(
        'curl',
        ['-sS', '-4', '--noproxy', '*', '--cacert', 'node.pem', `https://${host}:${tlsPort}/hello`],
        { cwd: folder },
      );
      assert.equal(code, 0, output);
      assert.equal(output, 'secure');
    }
  });

  test('TLS 1.2 and 1.3 with forward secrecy; nothing older or weaker', async (t) => {
    const { tlsPort } = await makeRig(t);
    const client = (...args: readonly string[]) =>
      run('openssl', ['s_client', '-connect', `127.0.0.1:${tlsPort}`, ...args]);
    assert.match((await client('-tls1_3')).output, /New, TLSv1\.3, Cipher is TLS_AES/);
    assert.match((await client('-tls1_2')).output, /New, TLSv1\.2, Cipher is ECDHE-ECDSA-AES/);
    const refused = [
      ['-tls1_1', '-cipher', 'ALL:@SECLEVEL=0'],
      ['-tls1', '-cipher', 'ALL:@SECLEVEL=0'],
      ['-tls1_2', '-cipher', 'ECDHE-ECDSA-AES128-SHA'],
      ['-tls1_2', '-cipher', 'AES128-GCM-SHA256'],
    ];
    for (const args of refused) {
      const { code, output } = await client(...args);
      assert.notEqual(code, 0, args.join(' '));
      assert.match(output, /Cipher is \(NONE\)|no protocols available/, args.join(' '));
    }
  });

  test('at the address of a group its own certificate is shown', async (t) => {
    const { tlsPort, groupPort } = await makeRig(t);
    const [node, group] = [await handshake(tlsPort), await handshake(groupPort, groupAddress)];
    assert.match(shownBy(node).subjectAltName ?? '', /localhost/);
    assert.match(shownBy(group).subjectAltName ?? '', /print\.local/);
    node.destroy();
    group.destroy();
  });

  test('a new certificate is shown to new connections, and old ones live on', async (t) => {
    const { certificates, tlsPort } = await makeRig(t);
    const before = await handshake(tlsPort);
    await certificates.ensure('node', ['new.local']);
    const after = await handshake(tlsPort);
    assert.doesNotMatch(shownBy(before).subjectAltName ?? '', /new\.local/);
    assert.match(shownBy(after).subjectAltName ?? '', /new\.local/);
    before.write('GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    const [answer] = await once(before, 'data');
    assert.match(String(answer), /^HTTP\/1\.1 200 OK/);
    after.destroy();
  });

  test('without a certificate the client is turned away', async (t) => {
    const { certificates, tlsPort } = await makeRig(t);
    await certificates.remove('node');
    await assert.rejects(handshake(tlsPort));
  });

  test('who does not finish the handshake in time is cut off, and nobody waits', async (t) => {
    const { clock, tlsPort } = await makeRig(t);
    const slow = connectTcp(tlsPort, '127.0.0.1');
    await once(slow, 'connect');
    slow.write(Buffer.from([0x16, 0x03, 0x01]));
    const quick = await handshake(tlsPort);
    quick.destroy();
    // The server has met the slow one before the quick one, so its timer runs.
    const closed = once(slow, 'close');
    slow.on('error', () => {});
    await clock.advance(25_000);
    await closed;
  });

  test('a head that trickles in is cut off inside of TLS too, silence is not', async (t) => {
    const { clock, tlsPort } = await makeRig(t);
    const silent = await handshake(tlsPort);
    const slow = await handshake(tlsPort);
    silent.on('error', () => {});
    slow.on('error', () => {});
    slow.write('GET /hello HTTP/1.1\r\n');
    // Their bytes have been read when another's, sent after them, are answered.
    const other = await handshake(tlsPort);
    other.write('GET /hello HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(other, 'data');
    other.destroy();
    const closed = once(slow.resume(), 'close');
    await clock.advance(serverLimits.http.headLookMs + serverLimits.http.headTimeoutMs);
    await closed;
    silent.write('GET /hello HTTP/1.1\r\nHost: a\r\n\r\n');
    assert.match(String(await once(silent, 'data')), /^HTTP\/1\.1 200/);
    silent.destroy();
  });

  test('plain HTTP at the port of TLS, and garbage, end the connection', async (t) => {
    const { tlsPort } = await makeRig(t);
    for (const octets of [
      'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
      '\u0016\u0003\u0001\u0000\u0005abcde',
    ]) {
      const client = connectTcp(tlsPort, '127.0.0.1');
      client.on('error', () => {});
      client.resume().write(octets, 'latin1');
      await once(client, 'close');
    }
  });

  test('stopping ends idle connections and handshakes', async (t) => {
    const { server, tlsPort } = await makeRig(t);
    const idle = await handshake(tlsPort);
    const shaking = connectTcp(tlsPort, '127.0.0.1');
    await once(shaking, 'connect');
    const quick = await handshake(tlsPort);
    quick.destroy();
    const closed = [idle, shaking].map((socket) => once(socket.resume(), 'close'));
    idle.on('error', () => {});
    shaking.on('error', () => {});
    await server.stop(new AbortController().signal);
    await Promise.all(closed);
  });
});

describe('IPPS', () => {
  const suites = '/usr/share/cups/ipptool';

  test('ipptool prints over ipps, and is told URIs of ipps', async (t) => {
    const { folder, tlsPort, spooler } = await makeRig(t);
    await writeFile(join(folder, 'page.bin'), 'over TLS');
    const uri = `ipps://localhost:${tlsPort}/ipp/print/office`;
    const file = join(folder, 'page.bin');
    const job = ['-t', '-f', file, uri, `${suites}/print-job.test`];
    const printed = await run('ipptool', job, { cwd: folder });
    assert.equal(printed.code, 0, printed.output);
    assert.equal(String(spooler.documents[0]?.bytes), 'over TLS');
    const asked = await run('ipptool', ['-tv', uri, `${suites}/get-printer-attributes.test`], {
      cwd: folder,
    });
    assert.equal(asked.code, 0, asked.output);
    assert.match(asked.output, /uri-security-supported \(.*\) = tls/);
    assert.ok(asked.output.includes(`printer-uri-supported (uri) = ${uri}`), asked.output);
  });

  test('ipptool upgrades a plain connection to TLS and prints', async (t) => {
    const { folder, plainPort, spooler } = await makeRig(t);
    await writeFile(join(folder, 'page.bin'), 'upgraded');
    const uri = `ipp://localhost:${plainPort}/ipp/print/office`;
    const file = join(folder, 'page.bin');
    const job = ['-tE', '-f', file, uri, `${suites}/print-job.test`];
    const printed = await run('ipptool', job, { cwd: folder });
    assert.equal(printed.code, 0, printed.output);
    assert.equal(String(spooler.documents[0]?.bytes), 'upgraded');
    const asked = await run('ipptool', ['-tvE', uri, `${suites}/get-printer-attributes.test`], {
      cwd: folder,
    });
    assert.match(asked.output, /uri-security-supported \(.*\) = tls/);
  });
});

describe('the upgrade to TLS', () => {
  const options = [
    'OPTIONS * HTTP/1.1',
    'Host: localhost',
    'Connection: Upgrade',
    'Upgrade: TLS/1.2,TLS/1.1,TLS/1.0',
    '',
    '',
  ].join('\r\n');

  test('switches, shakes hands, and then answers the OPTIONS and more', async (t) => {
    const { plainPort } = await makeRig(t);
    const plain = connectTcp(plainPort, '127.0.0.1');
    atEnd(t, () => void plain.destroy());
    plain.write(options);
    const [switching] = await once(plain, 'data');
    assert.match(String(switching), /^HTTP\/1\.1 101 .*\r\nUpgrade: TLS\/1\.2, HTTP\/1\.1\r\n/);
    const secured = connectTls({ socket: plain, rejectUnauthorized: false });
    const [answer] = await once(secured, 'data');
    assert.match(String(answer), /^HTTP\/1\.1 200 OK/);
    secured.write('GET /hello HTTP/1.1\r\nHost: a\r\n\r\n');
    let greeting = '';
    while (!greeting.endsWith('secure')) {
      const [chunk] = await once(secured, 'data');
      greeting += String(chunk);
    }
    secured.destroy();
  });

  test('what was slipped in behind the request in the clear is not believed', async (t) => {
    const { plainPort } = await makeRig(t);
    const client = await WireClient.to(plainPort);
    client.send(options, 'GET /hello HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.over();
    assert.doesNotMatch(client.received.toString(), /200/);
  });

  test('other requests that offer it are answered as they are', async (t) => {
    const { plainPort } = await makeRig(t);
    const client = await WireClient.to(plainPort);
    client.send(options.replace('OPTIONS *', 'GET /hello'));
    const { status, body } = await client.answer();
    assert.deepEqual([status, String(body)], [200, 'plain']);
    client.send(options.replace(/TLS[^\r]*/, 'websocket').replace('*', '/hello'));
    assert.equal((await client.answer()).status, 405);
  });

  test('a client that never begins TLS is cut off', async (t) => {
    const { clock, plainPort } = await makeRig(t);
    const client = await WireClient.to(plainPort);
    client.send(options);
    await client.bytes('HTTP/1.1 101'.length);
    await clock.advance(25_000);
    await client.over();
  });
});
