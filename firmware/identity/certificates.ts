// The keys and certificates of node and groups, one file an owner: made, renewed, replaced by an
// administrator's, and carried to the peer.
import { createPrivateKey, generateKeyPair, X509Certificate, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Clock, Files, Random, WallTime } from '../../hal/contract.ts';
import { canonicalAddress } from '../../hal/address.ts';
import type { Refusal } from '../errors/codes.ts';
import { identityLimits as limits } from '../limits/identity-limits.ts';
import { checkCredentials } from './check-credentials.ts';
import type { CertificateFacts, Certificates, IdentityKey, TlsCredentials } from './contract.ts';
import { IdentityError } from './identity.ts';
import { makeSelfSigned, pemOf, pinOf } from './self-signed.ts';
import { signingKey } from './signatures.ts';

export interface CertificatesOptions {
  readonly files: Files;
  readonly random: Random;
  readonly clock: Pick<Clock, 'wall'>;
  /** Holds one file an owner; made when it is missing. */
  readonly folder: string;
}

const ownerOnlyMode = 0o600;
const ownerForm = /^[a-z0-9][a-z0-9-]{0,63}$/;

const credentialsSchema = z.strictObject({ chainPem: z.string(), privateKeyPem: z.string() });
const keptSchema = z.strictObject({
  version: z.literal(1),
  own: credentialsSchema,
  names: z.array(z.string()),
  administrator: credentialsSchema.optional(),
});
type Kept = z.infer<typeof keptSchema>;

export async function openCertificates(options: CertificatesOptions): Promise<Certificates> {
  const { files, folder } = options;
  await files.makeDirectory(folder);
  const kept = new Map<string, Kept>();
  for (const { name, kind } of await files.list(folder)) {
    const owner = name.replace(/\.json$/, '');
    if (kind !== 'file' || owner === name || !ownerForm.test(owner)) continue;
    const path = `${folder}/${name}`;
    kept.set(owner, parseKept(path, await files.readFile(path, limits.fileBytes)));
  }
  return new KeptCertificates(options, kept);
}

class KeptCertificates implements Certificates {
  readonly #options: CertificatesOptions;
  readonly #kept: Map<string, Kept>;
  readonly #listeners = new Set<(owner: string) => void>();
  /** One change of an owner at a time. */
  #changing: Promise<unknown> = Promise.resolve();

  constructor(options: CertificatesOptions, kept: Map<string, Kept>) {
    this.#options = options;
    this.#kept = kept;
  }

  ensure(owner: string, names: readonly string[]): Promise<TlsCredentials> {
    return this.#inTurn(async () => {
      const before = this.#kept.get(owner);
      const wanted = certificateNames(names);
      const wall = this.#options.clock.wall();
      if (before !== undefined && isGood(before, wanted, wall)) return shown(before);
      const after = await this.#renewed(before, wanted, wall);
      await this.#keep(owner, after);
      return shown(after);
    });
  }

  current(owner: string): TlsCredentials | undefined {
    const kept = this.#kept.get(owner);
    return kept === undefined ? undefined : shown(kept);
  }

  facts(owner: string): CertificateFacts | undefined {
    const kept = this.#kept.get(owner);
    if (kept === undefined) return undefined;
    const certificate = leafOf(shown(kept));
    return {
      source: kept.administrator === undefined ? 'own' : 'administrator',
      pin: pinOf(certificate.publicKey),
      names: namesOf(certificate),
      notBeforeMs: certificate.validFromDate.getTime(),
      notAfterMs: certificate.validToDate.getTime(),
      state: stateOf(certificate, this.#options.clock.wall()),
    };
  }

  signer(owner: string): IdentityKey | undefined {
    const kept = this.#kept.get(owner);
    return kept === undefined ? undefined : signingKey(createPrivateKey(kept.own.privateKeyPem));
  }

  install(owner: string, credentials: TlsCredentials): Promise<Refusal | undefined> {
    return this.#inTurn(async () => {
      const wall = this.#options.clock.wall();
      const refusal = checkCredentials(credentials, wall);
      if (refusal !== undefined) return refusal;
      const before = this.#kept.get(owner) ?? (await this.#renewed(undefined, [], wall));
      const { chainPem, privateKeyPem } = credentials;
      await this.#keep(owner, { ...before, administrator: { chainPem, privateKeyPem } });
      return undefined;
    });
  }

  uninstall(owner: string): Promise<void> {
    return this.#inTurn(async () => {
      const before = this.#kept.get(owner);
      if (before?.administrator === undefined) return;
      const { version, own, names } = before;
      await this.#keep(owner, { version, own, names });
    });
  }

  exportOwner(owner: string): Uint8Array | undefined {
    const kept = this.#kept.get(owner);
    return kept === undefined ? undefined : bytesOf(kept);
  }

  importOwner(owner: string, exported: Uint8Array): Promise<void> {
    return this.#inTurn(async () => {
      const kept = parseKept(`of ${owner}`, exported);
      if (this.#kept.get(owner) !== undefined && sameKept(this.#kept.get(owner), kept)) return;
      await this.#keep(owner, kept);
    });
  }

  remove(owner: string): Promise<void> {
    return this.#inTurn(async () => {
      await this.#options.files.remove(this.#pathOf(owner));
      await this.#options.files.syncDirectory(this.#options.folder);
      this.#kept.delete(owner);
      this.#tell(owner);
    });
  }

  onChange(listener: (owner: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#changing.then(work);
    // Whoever asked hears of a failure; the next change goes on.
    this.#changing = result.catch(() => {});
    return result;
  }

  /** The key stays for ever: whoever pinned it still knows us. */
  async #renewed(
    before: Kept | undefined,
    names: readonly string[],
    wall: WallTime,
  ): Promise<Kept> {
    const key = before === undefined ? await makeKey() : createPrivateKey(before.own.privateKeyPem);
    const all = [...new Set([...names, ...(before?.names ?? [])])].slice(0, limits.subjectNames);
    const certificate = makeSelfSigned({
      privateKey: key,
      names: all,
      serial: this.#options.random.bytes(limits.serialBytes),
      notBeforeMs: wall.trusted ? wall.ms - limits.validBeforeMs : limits.untrustedNotBeforeMs,
      notAfterMs: wall.trusted ? wall.ms + limits.validForMs : limits.untrustedNotAfterMs,
    });
    const own = {
      chainPem: pemOf('CERTIFICATE', certificate),
      privateKeyPem: key.export({ format: 'pem', type: 'pkcs8' }),
    };
    const administrator = before?.administrator;
    return {
      version: 1,
      own,
      names: all,
      ...(administrator === undefined ? {} : { administrator }),
    };
  }

  async #keep(owner: string, kept: Kept): Promise<void> {
    await this.#options.files.replaceFile(this.#pathOf(owner), bytesOf(kept), ownerOnlyMode);
    this.#kept.set(owner, kept);
    this.#tell(owner);
  }

  #tell(owner: string): void {
    for (const listener of this.#listeners) listener(owner);
  }

  #pathOf(owner: string): string {
    if (!ownerForm.test(owner)) throw new Error(`${JSON.stringify(owner)} owns no certificate`);
    return `${this.#options.folder}/${owner}.json`;
  }
}

function makeKey(): Promise<KeyObject> {
  return promisify(generateKeyPair)('ec', { namedCurve: 'P-256' }).then(
    ({ privateKey }) => privateKey,
  );
}

function shown({ own, administrator }: Kept): TlsCredentials {
  return administrator ?? own;
}

/** Names as certificates have them: no zones, no final dots, DNS names in lower case. */
function certificateNames(names: readonly string[]): readonly string[] {
  const plain = names.map((name) =>
    canonicalAddress(name.split('%', 1)[0] ?? name)
      .replace(/\.$/, '')
      .toLowerCase(),
  );
  return [...new Set(plain)].filter((name) => /^[a-z0-9._:-]+$/.test(name));
}

/** Our own certificate: an administrator's is theirs to renew. */
function isGood(kept: Kept, names: readonly string[], wall: WallTime): boolean {
  const known = new Set(kept.names);
  if (names.some((name) => !known.has(name))) return false;
  if (!wall.trusted) return true;
  const certificate = leafOf(kept.own);
  const leftMs = certificate.validToDate.getTime() - wall.ms;
  return leftMs > limits.renewLeftMs && certificate.validFromDate.getTime() <= wall.ms;
}

function stateOf(certificate: X509Certificate, wall: WallTime): CertificateFacts['state'] {
  if (!wall.trusted) return 'unknown';
  const leftMs = certificate.validToDate.getTime() - wall.ms;
  if (leftMs <= 0) return 'over';
  return leftMs <= limits.warnLeftMs ? 'ends-soon' : 'good';
}

function leafOf({ chainPem }: TlsCredentials): X509Certificate {
  return new X509Certificate(chainPem);
}

function namesOf(certificate: X509Certificate): readonly string[] {
  const names = certificate.subjectAltName?.split(', ') ?? [];
  return names.map((name) => canonicalAddress(name.replace(/^(DNS|IP Address):/, '')));
}

function bytesOf(kept: Kept): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(kept)}\n`);
}

function sameKept(a: Kept | undefined, b: Kept): boolean {
  return a !== undefined && Buffer.compare(bytesOf(a), bytesOf(b)) === 0;
}

/** Keys are read once, so that a damaged file is told at the start and not in a handshake. */
function parseKept(path: string, bytes: Uint8Array): Kept {
  if (bytes.length > limits.fileBytes) throw new IdentityError(path, 'it is too large');
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    // The parser's own message quotes the text, and the text holds the key.
    throw new IdentityError(path, 'it is no JSON', { cause: error instanceof SyntaxError });
  }
  const parsed = keptSchema.safeParse(json);
  if (!parsed.success) throw new IdentityError(path, 'it is no certificate of ours');
  const { own, administrator } = parsed.data;
  for (const each of [own, ...(administrator === undefined ? [] : [administrator])]) {
    if (!fits(each)) throw new IdentityError(path, 'its key and certificate do not fit');
  }
  return parsed.data;
}

/** Throws an IdentityError where the file of a certificate is not what was written. */
export function checkCertificateFile(path: string, bytes: Uint8Array): void {
  parseKept(path, bytes);
}

function fits({ chainPem, privateKeyPem }: TlsCredentials): boolean {
  try {
    return new X509Certificate(chainPem).checkPrivateKey(createPrivateKey(privateKeyPem));
  } catch {
    // What can not be read fits nothing; what it holds is not quoted.
    return false;
  }
}
