// The node's key and id: made at first start, kept in the data folder, the same at every later one.
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { Files, Random } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { identityLimits } from '../limits/identity-limits.ts';
import type { Identity, IdentityKey, TlsCredentials } from './contract.ts';
import { makeSelfSigned, pemOf, pinOf, spkiOf } from './self-signed.ts';

export interface IdentityOptions {
  readonly files: Files;
  readonly random: Random;
  /** The file that holds id and key, readable by its owner alone. */
  readonly path: string;
}

/**
 * The identity's file is not what was written: starting with a new one would break what trusts the
 * old.
 */
export class IdentityError extends Error {
  constructor(path: string, what: string, options?: ErrorOptions) {
    super(
      `The identity ${path} is damaged (${what}). Restore it from a backup, or remove the file ` +
        'to give the appliance a new identity; who trusts the old one must be told the new one.',
      options,
    );
    this.name = 'IdentityError';
  }
}

const fileLimitBytes = 16 * 1024;
const ownerOnlyMode = 0o600;
const seedBytes = 32;

/** PrivateKeyInfo around an Ed25519 seed (RFC 8410 7): the prefix is the same for every key. */
const privateKeyPrefix = Buffer.from('302e020100300506032b657004220420', 'hex');

const fileSchema = z.strictObject({
  version: z.literal(1),
  nodeId: z.uuid(),
  /** PrivateKeyInfo, DER in base64. */
  nodeKey: z.base64(),
});

export async function openIdentity({ files, random, path }: IdentityOptions): Promise<Identity> {
  const text = await readIdentity(files, path);
  const kept = text === undefined ? makeIdentity(random) : parseIdentity(path, text);
  if (text === undefined) {
    const line = `${JSON.stringify(kept)}\n`;
    await files.replaceFile(path, new TextEncoder().encode(line), ownerOnlyMode);
  }
  const privateKey = readKey(path, Buffer.from(kept.nodeKey, 'base64'));
  return {
    nodeId: kept.nodeId,
    nodeKey: identityKey(privateKey),
    peerCredentials: peerCredentials(kept.nodeId, privateKey),
    verify: verifySignature,
  };
}

async function readIdentity(files: Files, path: string): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await files.readFile(path, fileLimitBytes));
  } catch (error) {
    if (isHalError(error, 'not-found')) return undefined;
    throw error;
  }
}

function makeIdentity(random: Random): z.infer<typeof fileSchema> {
  const key = Buffer.concat([privateKeyPrefix, random.bytes(seedBytes)]);
  return { version: 1, nodeId: random.uuid(), nodeKey: key.toString('base64') };
}

function parseIdentity(path: string, text: string): z.infer<typeof fileSchema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    // The parser's own message quotes the text, and the text holds the key.
    throw new IdentityError(path, 'it is no JSON', { cause: error instanceof SyntaxError });
  }
  const parsed = fileSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new IdentityError(path, where === '' ? 'it is no object' : `${where} is wrong`);
}

/** The id of the node whose file this is; throws an IdentityError where it is none. */
export function nodeIdIn(path: string, bytes: Uint8Array): string {
  const { nodeId, nodeKey } = parseIdentity(path, new TextDecoder().decode(bytes));
  readKey(path, Buffer.from(nodeKey, 'base64'));
  return nodeId;
}

function readKey(path: string, der: Buffer): KeyObject {
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } catch (error) {
    throw new IdentityError(path, 'nodeKey is no key', { cause: error });
  }
  if (privateKey.asymmetricKeyType !== 'ed25519') {
    throw new IdentityError(path, 'nodeKey is no Ed25519 key');
  }
  return privateKey;
}

function identityKey(privateKey: KeyObject): IdentityKey {
  return {
    fingerprint: pinOf(privateKey),
    publicKey: spkiOf(privateKey),
    sign: (data) => Promise.resolve(new Uint8Array(sign(null, data, privateKey))),
  };
}

/** The same at every start: nothing in it depends on the clock or on chance. */
function peerCredentials(nodeId: string, privateKey: KeyObject): TlsCredentials {
  const certificate = makeSelfSigned({
    privateKey,
    names: [nodeId],
    serial: Buffer.from(nodeId.replaceAll('-', ''), 'hex'),
    notBeforeMs: 0,
    notAfterMs: identityLimits.noEndMs,
  });
  return {
    chainPem: pemOf('CERTIFICATE', certificate),
    privateKeyPem: privateKey.export({ format: 'pem', type: 'pkcs8' }),
  };
}

function verifySignature(publicKey: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'ed25519' && verify(null, data, key, signature);
  } catch {
    // What is no key has signed nothing.
    return false;
  }
}
