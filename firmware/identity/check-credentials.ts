// Checks the certificate that an administrator brings: key, chain and time have to fit before
// clients meet it.
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import type { WallTime } from '../../hal/contract.ts';
import { refused, type Refusal } from '../errors/codes.ts';
import { identityLimits as limits } from '../limits/identity-limits.ts';
import type { TlsCredentials } from './contract.ts';

const pemBlock = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Undefined: it fits. Whether clients trust its issuer is theirs to say. */
export function checkCredentials(
  { chainPem, privateKeyPem }: TlsCredentials,
  wall: WallTime,
): Refusal | undefined {
  if (Math.max(chainPem.length, privateKeyPem.length) > limits.pemBytes) {
    return no(`certificate and key have at most ${limits.pemBytes} octets each`);
  }
  const chain = parseChain(chainPem);
  if (typeof chain === 'string') return no(chain);
  const key = parseKey(privateKeyPem);
  if (typeof key === 'string') return no(key);
  const [leaf] = chain;
  if (leaf === undefined) return no('there is no PEM certificate in it');
  if (!leaf.checkPrivateKey(key)) {
    return no('the key is not the key of the first certificate; the server’s own comes first');
  }
  return checkChain(chain) ?? checkTime(leaf, wall);
}

function parseChain(pem: string): readonly X509Certificate[] | string {
  const blocks = pem.match(pemBlock) ?? [];
  if (blocks.length > limits.chainCertificates) {
    return `a chain has at most ${limits.chainCertificates} certificates`;
  }
  const chain: X509Certificate[] = [];
  for (const [at, block] of blocks.entries()) {
    try {
      chain.push(new X509Certificate(block));
    } catch {
      // The parser's reasons say nothing to a person.
      return `certificate ${at + 1} can not be read`;
    }
  }
  return chain;
}

function parseKey(pem: string): KeyObject | string {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    // Nothing of a key is quoted.
    return 'the key is no PEM private key without a password';
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'rsa') {
    const bits = details?.modulusLength ?? 0;
    return bits >= limits.rsaBitsMin ? key : `an RSA key has at least ${limits.rsaBitsMin} bits`;
  }
  const curve = details?.namedCurve ?? '';
  if (type === 'ec' && ['prime256v1', 'secp384r1', 'secp521r1'].includes(curve)) return key;
  return 'clients know keys of RSA, P-256, P-384 and P-521';
}

function checkChain(chain: readonly X509Certificate[]): Refusal | undefined {
  for (const [at, certificate] of chain.entries()) {
    const issuer = chain[at + 1];
    if (issuer === undefined) continue;
    if (!certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey)) {
      return no(`certificate ${at + 2} did not issue certificate ${at + 1}`);
    }
  }
  return undefined;
}

function checkTime(leaf: X509Certificate, wall: WallTime): Refusal | undefined {
  if (!wall.trusted || leaf.validToDate.getTime() > wall.ms) return undefined;
  return no(`the certificate ended at ${leaf.validToDate.toISOString()}`);
}

function no(detail: string): Refusal {
  return refused('value-not-supported', detail);
}
