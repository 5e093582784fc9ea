// The manifest of the queue, asked for and proven: by whom it is signed, that it answers this
// question, and that it is about this queue.
import { z } from 'zod';
import { verifySigned } from '../identity/signatures.ts';
import { pinOfSpki } from '../identity/self-signed.ts';
import { clientLimits as limits } from '../limits/client-limits.ts';
import { foldFileName } from '../queue-files/names.ts';
import {
  type Manifest,
  manifestSchema,
  signedBytes,
  signedManifestSchema,
} from '../queue-files/manifest.ts';
import type { SplClientInfo } from '../queue-files/modules/contract.ts';
import { ClientError, type QueueAddress } from './contract.ts';
import type { Session } from './session.ts';

export interface ProvenManifest {
  readonly manifest: Manifest;
  /** Fingerprint of the key that signed it. */
  readonly signatureKey: string;
}

export interface Question {
  readonly address: QueueAddress;
  readonly client: SplClientInfo;
  readonly nonce: string;
  /** Remembered from the first connection; undefined: this is the first. */
  readonly signatureKey: string | undefined;
}

export async function fetchManifest(session: Session, asked: Question): Promise<ProvenManifest> {
  const { client, nonce } = asked;
  const words = Object.entries({ ...client, nonce }).map(([name, value]) => [name, String(value)]);
  const query = new URLSearchParams(Object.fromEntries(words));
  const answer = await session.json('GET', `manifest?${query.toString()}`, signedManifestSchema, {
    limitBytes: limits.manifestBytes,
  });
  return prove(answer, asked);
}

/** Nothing of the text is looked at before its signature. */
export function prove(
  { manifest: text, signature, publicKey }: z.infer<typeof signedManifestSchema>,
  { address, nonce, signatureKey: wanted }: Question,
): ProvenManifest {
  const key = Buffer.from(publicKey, 'base64');
  const signatureKey = pinOfSpki(key);
  if (wanted !== undefined && wanted !== signatureKey) {
    throw new ClientError(
      'signature-key-changed',
      `The files of ${address.printer} are signed with the key ${signatureKey}, and before ` +
        `it was ${wanted}. If that is meant, disconnect and connect again.`,
    );
  }
  if (!verifySigned(key, signedBytes(text), Buffer.from(signature, 'base64'))) {
    throw new ClientError(
      'manifest-forged',
      'The signature over what the server promises is wrong.',
    );
  }
  const manifest = parse(text);
  if (manifest.nonce !== nonce) {
    throw new ClientError('manifest-wrong', 'The server sent an old answer to another question.');
  }
  if (foldFileName(manifest.printer.name) !== foldFileName(address.printer)) {
    const other = JSON.stringify(manifest.printer.name.slice(0, 200));
    throw new ClientError('manifest-wrong', `The server answers for another printer: ${other}.`);
  }
  return { manifest, signatureKey };
}

function parse(text: string): Manifest {
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : 'it is no JSON';
    throw new ClientError('manifest-wrong', `What the server promises can't be read: ${why}`, {
      cause: error,
    });
  }
}
