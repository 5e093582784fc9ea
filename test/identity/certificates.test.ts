// Certificates: made without a trusted clock, renewed over the same key, replaced by an
// administrator's only where it fits, and the same on both appliances of a pair.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { openCertificates } from '../../firmware/identity/certificates.ts';
import type { Certificates, TlsCredentials } from '../../firmware/identity/contract.ts';
import { IdentityError } from '../../firmware/identity/identity.ts';
import { identityLimits } from '../../firmware/limits/identity-limits.ts';
import { createLinuxFiles } from '../../hal/linux/files.ts';
import { createLinuxRandom } from '../../hal/linux/random.ts';
import { VirtualClock } from '../world/clock.ts';
import { atEnd } from '../at-end.ts';

const day = 24 * 60 * 60 * 1000;
const group = '6f6d1a9e-0000-4000-8000-000000000001';

interface Rig {
  readonly folder: string;
  readonly clock: VirtualClock;
  readonly open: () => Promise<Certificates>;
}

async function makeRig(t: TestContext, trusted = true): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), 'platen-certificates-'));
  atEnd(t, () => rm(folder, { recursive: true }));
  const clock = new VirtualClock({ trusted });
  const files = createLinuxFiles();
  const open = () =>
    openCertificates({ files, random: createLinuxRandom(), clock, folder: join(folder, 'tls') });
  return { folder, clock, open };
}

function leaf({ chainPem }: TlsCredentials): X509Certificate {
  return new X509Certificate(chainPem);
}

function openssl(...args: readonly string[]): string {
  return execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** A small authority of openssl's, and certificates that it issued. */
async function makeAuthority(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'platen-authority-'));
  atEnd(t, () => rm(folder, { recursive: true }));
  const at = (name: string) => join(folder, name);
  const make = (name: string, ...more: readonly string[]) =>
    openssl(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      at(`${name}.key`),
      '-out',
      at(`${name}.pem`),
      '-subj',
      `/CN=${name}`,
      ...more,
    );
  make('root', '-days', '30');
  make('server', '-days', '20', '-CA', at('root.pem'), '-CAkey', at('root.key'));
  make('other', '-days', '20');
  const read = (name: string) => readFile(at(name), 'utf8');
  return {
    root: await read('root.pem'),
    server: await read('server.pem'),
    serverKey: await read('server.key'),
    otherKey: await read('other.key'),
    at,
  };
}

describe('certificates of ours', () => {
  test('openssl reads them, and they name what was asked for', async (t) => {
    const { folder, open } = await makeRig(t);
    const certificates = await open();
    const names = ['Platen.local.', 'platen.local', '10.0.0.1', 'fe80::1%eth0', 'no name!'];
    const { chainPem, privateKeyPem } = await certificates.ensure('node', names);
    await writeFile(join(folder, 'c.pem'), chainPem);
    const text = openssl('x509', '-in', join(folder, 'c.pem'), '-noout', '-text');
    assert.match(text, /DNS:platen\.local, IP Address:10\.0\.0\.1, IP Address:FE80:0:0:0:0:0:0:1/);
    assert.match(text, /Basic Constraints: critical\s+CA:FALSE/);
    assert.match(text, /Key Usage: critical\s+Digital Signature/);
    assert.match(text, /TLS Web Server Authentication, TLS Web Client Authentication/);
    assert.match(text, /ASN1 OID: prime256v1/);
    assert.match(text, /Subject: CN = platen\.local/);
    const verified = openssl(
      'verify',
      '-check_ss_sig',
      '-x509_strict',
      '-partial_chain',
      '-trusted',
      join(folder, 'c.pem'),
      join(folder, 'c.pem'),
    );
    assert.match(verified, /OK/);
    assert.match(privateKeyPem, /BEGIN PRIVATE KEY/);
    assert.deepEqual(certificates.facts('node')?.names, ['platen.local', '10.0.0.1', 'fe80::1']);
  });

  test('the second start shows the same; only the owner of the files can read them', async (t) => {
    const { folder, open } = await makeRig(t);
    const first = await (await open()).ensure('node', ['platen.local']);
    const second = await open();
    assert.deepEqual(second.current('node'), first);
    assert.deepEqual(await second.ensure('node', ['platen.local']), first);
    const [file = ''] = await readdir(join(folder, 'tls'));
    assert.equal((await stat(join(folder, 'tls', file))).mode & 0o777, 0o600);
  });

  test('a new name makes a new certificate over the same key', async (t) => {
    const { open } = await makeRig(t);
    const certificates = await open();
    const before = await certificates.ensure('node', ['platen.local']);
    const pin = certificates.facts('node')?.pin;
    const changed: string[] = [];
    certificates.onChange((owner) => void changed.push(owner));
    const after = await certificates.ensure('node', ['platen-3f2a.local']);
    assert.notEqual(after.chainPem, before.chainPem);
    assert.equal(after.privateKeyPem, before.privateKeyPem);
    assert.equal(certificates.facts('node')?.pin, pin);
    assert.deepEqual(certificates.facts('node')?.names, ['platen-3f2a.local', 'platen.local']);
    assert.deepEqual(changed, ['node']);
    assert.notEqual(leaf(after).serialNumber, leaf(before).serialNumber);
  });

  test('without a trusted clock it is good for any client; a trusted one renews it', async (t) => {
    const { clock, open } = await makeRig(t, false);
    clock.setWall(0, false);
    const certificates = await open();
    const before = await certificates.ensure('node', ['platen.local']);
    assert.equal(leaf(before).validFromDate.getUTCFullYear(), 2020);
    assert.equal(leaf(before).validToDate.getUTCFullYear(), 2049);
    assert.equal(certificates.facts('node')?.state, 'unknown');
    clock.setWall(Date.UTC(2049, 6, 1));
    const after = await certificates.ensure('node', ['platen.local']);
    assert.equal(leaf(after).validToDate.getUTCFullYear(), 2059);
    assert.equal(certificates.facts('node')?.state, 'good');
  });

  test('it is renewed a year before its end, and not for a distrusted clock', async (t) => {
    const { clock, open } = await makeRig(t);
    const certificates = await open();
    const first = await certificates.ensure('node', []);
    clock.jumpWall(identityLimits.validForMs - identityLimits.renewLeftMs - day);
    assert.equal(await certificates.ensure('node', []), certificates.current('node'));
    assert.deepEqual(certificates.current('node'), first);
    clock.jumpWall(2 * day);
    clock.distrustWall();
    assert.deepEqual(await certificates.ensure('node', []), first);
    clock.setWall(clock.wall().ms);
    assert.notDeepEqual(await certificates.ensure('node', []), first);
  });

  test('calls at one time make one key', async (t) => {
    const { open } = await makeRig(t);
    const certificates = await open();
    const [a, b] = await Promise.all([
      certificates.ensure('node', ['a.local']),
      certificates.ensure('node', ['a.local']),
    ]);
    assert.deepEqual(a, b);
  });
});

describe('the certificate of a group', () => {
  test('is the same on the other appliance, and secret', async (t) => {
    const [one, two] = [await (await makeRig(t)).open(), await (await makeRig(t)).open()];
    const credentials = await one.ensure(group, ['print.local']);
    const exported = one.exportOwner(group);
    assert.ok(exported !== undefined);
    await two.importOwner(group, exported);
    assert.deepEqual(two.current(group), credentials);
    assert.deepEqual(two.exportOwner(group), exported);
    assert.deepEqual(await two.ensure(group, ['print.local']), credentials);
    await two.remove(group);
    assert.equal(two.current(group), undefined);
    assert.equal(one.exportOwner('another'), undefined);
  });

  test('what is no export is refused, and changes nothing', async (t) => {
    const certificates = await (await makeRig(t)).open();
    const before = await certificates.ensure(group, []);
    const other = await (await makeRig(t)).open();
    await other.ensure(group, []);
    const mixed = {
      ...JSON.parse(Buffer.from(other.exportOwner(group) ?? []).toString()),
      own: { ...before, privateKeyPem: other.current(group)?.privateKeyPem },
    };
    for (const text of ['', '{}', '[]', JSON.stringify(mixed), 'x'.repeat(300 * 1024)]) {
      await assert.rejects(certificates.importOwner(group, Buffer.from(text)), IdentityError);
    }
    assert.deepEqual(certificates.current(group), before);
  });

  test('an owner is no path', async (t) => {
    const certificates = await (await makeRig(t)).open();
    for (const owner of ['../node', 'a/b', '', '.', 'A B', 'x'.repeat(65)]) {
      await assert.rejects(certificates.ensure(owner, []), /owns no certificate/);
    }
  });

  test('a damaged file is told at the start, without a word of the key', async (t) => {
    const { folder, open } = await makeRig(t);
    await (await open()).ensure('node', []);
    const path = join(folder, 'tls', 'node.json');
    const whole = await readFile(path, 'utf8');
    await writeFile(path, whole.slice(0, whole.length / 2));
    await assert.rejects(open(), (error) => {
      assert.ok(error instanceof IdentityError);
      assert.doesNotMatch(error.message, /PRIVATE/);
      return true;
    });
  });
});

describe('the certificate of an administrator', () => {
  test('is shown instead, with its chain, until it is taken away', async (t) => {
    const { clock, open } = await makeRig(t);
    const authority = await makeAuthority(t);
    clock.setWall(Date.parse(new X509Certificate(authority.server).validFrom) + day);
    const certificates = await open();
    const own = await certificates.ensure('node', ['platen.local']);
    const theirs = {
      chainPem: authority.server + authority.root,
      privateKeyPem: authority.serverKey,
    };
    assert.equal(await certificates.install('node', theirs), undefined);
    assert.deepEqual(certificates.current('node'), theirs);
    assert.equal(certificates.facts('node')?.source, 'administrator');
    assert.equal(certificates.facts('node')?.state, 'ends-soon');
    clock.jumpWall(40 * day);
    assert.equal(certificates.facts('node')?.state, 'over');
    assert.deepEqual(await certificates.ensure('node', ['new.local']), theirs);
    assert.deepEqual((await open()).current('node'), theirs);
    await certificates.uninstall('node');
    const after = certificates.current('node');
    assert.equal(after?.privateKeyPem, own.privateKeyPem);
    assert.deepEqual(certificates.facts('node')?.names, ['new.local', 'platen.local']);
  });

  test('is refused where key, chain or time do not fit, with the reason', async (t) => {
    const { clock, open } = await makeRig(t);
    const authority = await makeAuthority(t);
    const { root, server, serverKey, otherKey, at } = authority;
    clock.setWall(Date.parse(new X509Certificate(server).validFrom) + day);
    const certificates = await open();
    const weak = openssl('genrsa', '1024');
    openssl('ec', '-in', at('server.key'), '-aes128', '-passout', 'pass:x', '-out', at('locked'));
    const rows: readonly (readonly [string, string, RegExp])[] = [
      ['', serverKey, /no PEM certificate/],
      ['nonsense', serverKey, /no PEM certificate/],
      [server, 'nonsense', /no PEM private key/],
      [server, await readFile(at('locked'), 'utf8'), /without a password/],
      [server, otherKey, /not the key of the first certificate/],
      [root + server, serverKey, /the server’s own comes first/],
      [server + server, serverKey, /certificate 2 did not issue certificate 1/],
      [server, weak, /at least 2048 bits/],
      [server.replace(/[A-Z]/g, 'A'), serverKey, /no PEM certificate/],
      [server.replace(/MII?/, 'AAA'), serverKey, /certificate 1 can not be read/],
      [server.repeat(11), serverKey, /at most 10/],
      [server + ' '.repeat(70_000), serverKey, /octets/],
    ];
    for (const [chainPem, privateKeyPem, reason] of rows) {
      const refusal = await certificates.install('node', { chainPem, privateKeyPem });
      assert.match(refusal?.message ?? '', reason);
      assert.equal(certificates.current('node'), undefined);
    }
    clock.jumpWall(30 * day);
    const late = await certificates.install('node', { chainPem: server, privateKeyPem: serverKey });
    assert.match(late?.message ?? '', /ended at/);
  });
});
