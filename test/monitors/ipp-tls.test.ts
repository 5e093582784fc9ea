// IPP over TLS: the certificate is pinned by the first document, and a new one needs a person.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { createLinuxAddresses } from '../../hal/linux/addresses.ts';
import { createLinuxTcp } from '../../hal/linux/tcp.ts';
import type { Behaviour } from '../../tools/emulators/ipp-printer/behaviour.ts';
import { createFakeRegistry } from '../fakes/registry.ts';
import { VirtualClock } from '../world/clock.ts';
import { makeIppRig } from './ipp-rig.ts';
import {
  addPort,
  docOf,
  never,
  openPort,
  pattern,
  print,
  startInstance,
  xcv,
} from './port-monitor-suite.ts';
import { atEnd } from '../at-end.ts';

/** Signed by itself and for another name, as printers have them. */
async function makeCertificate(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'platen-tls-'));
  atEnd(t, () => rm(folder, { recursive: true }));
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
  const files = ['-keyout', keyFile, '-out', certFile, '-subj', '/CN=Some printer'];
  const child = spawn('openssl', ['req', '-x509', ...kind, ...files], { stdio: 'ignore' });
  const [code] = await once(child, 'close');
  assert.equal(code, 0);
  const cert = await readFile(certFile, 'utf8');
  const { fingerprint256 } = new X509Certificate(cert);
  const sha256 = fingerprint256.replaceAll(':', '').toLowerCase();
  return { cert, key: await readFile(keyFile, 'utf8'), sha256 };
}

/** TLS before the emulated printer, with a certificate that can be changed. */
async function make(t: TestContext, behaviour: Behaviour = {}) {
  const clock = new VirtualClock();
  const tcp = createLinuxTcp({ clock, addresses: createLinuxAddresses() });
  const rig = await makeIppRig({ clock, tcp, floodBytes: 1, behaviour });
  const certificate = await makeCertificate(t);
  const { port: plainPort } = rig.printer.local;
  const front = createTlsServer(certificate, (socket) => {
    const behind = connect(plainPort, '127.0.0.1');
    // Either side may break off: then the other is told so.
    socket.on('error', () => behind.destroy()).pipe(behind);
    behind.on('error', () => socket.destroy()).pipe(socket);
  });
  front.on('tlsClientError', () => {});
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  const address = front.address();
  assert.ok(address !== null && typeof address === 'object');
  const registry = createFakeRegistry();
  const instance = await startInstance(rig, registry);
  atEnd(t, async () => {
    await instance.shutdown();
    front.close();
    await rig.dispose();
  });
  const uri = `ipps://127.0.0.1:${address.port}/ipp/print`;
  return { ...rig, uri, front, certificate, registry, monitor: instance.monitor };
}

test('a document pins the certificate that it meets, whoever signed it', async (t) => {
  const { monitor, uri, certificate } = await make(t);
  await addPort(monitor, 'Desk', { uri });
  const before = await xcv(monitor, 'Desk').xcvDataPort('GetCertificate', null, never());
  assert.deepEqual(before.output, { pinned: '', seen: certificate.sha256 });
  const bytes = pattern(2_000_000);
  assert.equal((await print(await openPort(monitor, 'Desk'), bytes)).outcome, 'printed');
  const pinned = await xcv(monitor, 'Desk').xcvDataPort('GetCertificate', null, never());
  assert.deepEqual(pinned.output, { pinned: certificate.sha256, seen: certificate.sha256 });
});

test('another certificate is refused until somebody accepts it', async (t) => {
  const { monitor, uri, front, certificate, printer } = await make(t);
  await addPort(monitor, 'Desk', { uri });
  const port = await openPort(monitor, 'Desk');
  await print(port, pattern(10));
  const other = await makeCertificate(t);
  front.setSecureContext(other);
  const askedBefore = printer.jobs().length;
  const started = await port.startDocPort(docOf(10), never());
  assert.equal(started.kind === 'failed' && started.status, 'ERROR_ACCESS_DENIED');
  const message = 'message' in started ? started.message : '';
  assert.ok(message.includes(other.sha256) && message.includes(certificate.sha256), message);
  assert.equal(printer.jobs().length, askedBefore, 'the printer was asked nothing');
  const handle = xcv(monitor, 'Desk');
  const check = await handle.xcvDataPort('CheckPrinter', null, never());
  assert.equal(check.status, 'ERROR_ACCESS_DENIED');
  const viewer = xcv(monitor, 'Desk', new Set(['SERVER_ACCESS_ENUMERATE']));
  const forbidden = await viewer.xcvDataPort('AcceptNewCertificate', null, never());
  assert.equal(forbidden.status, 'ERROR_ACCESS_DENIED');
  const accepted = await handle.xcvDataPort('AcceptNewCertificate', null, never());
  assert.deepEqual(accepted, { status: 'ERROR_SUCCESS', output: { sha256: other.sha256 } });
  assert.equal((await print(port, pattern(10))).outcome, 'printed');
});

test('a certificate that is expected can be pinned before it is met', async (t) => {
  const { monitor, uri, certificate } = await make(t);
  await addPort(monitor, 'Desk', { uri });
  const handle = xcv(monitor, 'Desk');
  const accept = (sha256: string) =>
    handle.xcvDataPort('AcceptNewCertificate', { sha256 }, never());
  assert.equal((await accept('short')).status, 'ERROR_INVALID_DATA');
  assert.equal((await accept('0'.repeat(64))).status, 'ERROR_SUCCESS');
  const port = await openPort(monitor, 'Desk');
  assert.equal((await port.startDocPort(docOf(10), never())).kind, 'failed');
  assert.equal((await accept(certificate.sha256)).status, 'ERROR_SUCCESS');
  assert.equal((await print(port, pattern(10))).outcome, 'printed');
});

test('a password goes by TLS, and only by that', async (t) => {
  const { monitor, uri } = await make(t, { credentials: 'anna:hush' });
  await addPort(monitor, 'Desk', { uri, userName: 'anna', password: 'hush' });
  assert.equal((await print(await openPort(monitor, 'Desk'), pattern(10))).outcome, 'printed');
});

test('a printer without TLS behind an ipps address makes a document wait', async (t) => {
  const { monitor, printer, clock } = await make(t);
  await addPort(monitor, 'Plain', { uri: `ipps://127.0.0.1:${printer.local.port}/ipp/print` });
  const port = await openPort(monitor, 'Plain');
  const starting = port.startDocPort(docOf(10), never());
  // What it makes of a TLS greeting is silence.
  for (let turn = 0; turn < 20; turn += 1) await clock.advance(5_000);
  assert.equal((await starting).kind, 'waiting');
});
