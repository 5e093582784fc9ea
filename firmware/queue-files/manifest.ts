// The manifest of a queue: what a client is promised, as one signed text. Server and client share
// this form; the client believes nothing before the signature.
import { z } from 'zod';
import { storedValueSchema } from '../store/records/payloads.ts';

/** Stands before the text in what is signed: the key has other uses, and none of them begins so. */
const context = 'Platen queue manifest 1\n';

const text = z.string().max(4_096);
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

const clientInfo = z.object({
  machineName: text,
  userName: text,
  buildNumber: z.number(),
  majorVersion: z.number(),
  minorVersion: z.number(),
  processorArchitecture: text,
});

const pathArgument = z.object({ path: text, sizeCharacters: z.int().min(0) });

const serverCall = z.object({
  module: text,
  call: z.object({
    printerName: text,
    directory: text,
    clientInfo,
    level: z.literal(1),
    source: pathArgument,
    target: pathArgument,
    flags: z.enum(['COPYFILE_FLAG_SERVER_SPOOLER', 'COPYFILE_FLAG_CLIENT_SPOOLER']),
  }),
  status: text,
});

export const manifestSchema = z.object({
  version: z.literal(1),
  /** The network name of the server, as it stands in `\\SERVER\PRINTER`. */
  server: text,
  printer: z.object({ id: text, name: text }),
  /** The client's own, so that this answer is to its question. */
  nonce: text,
  changeNumber: z.number(),
  madeAt: z.object({ ms: z.number(), trusted: z.boolean() }),
  /** EnumPrinterKey and EnumPrinterDataEx of every key, parents first. */
  keys: z.array(
    z.object({
      key: text,
      values: z.array(z.object({ name: text, value: storedValueSchema })),
      call: serverCall.optional(),
    }),
  ),
  files: z.array(
    z.object({
      component: text,
      directory: text,
      name: text,
      digest,
      sizeBytes: z.int().min(0),
      type: text,
      title: text,
    }),
  ),
});

export type Manifest = z.output<typeof manifestSchema>;
export type ManifestFile = Manifest['files'][number];
export type ManifestKey = Manifest['keys'][number];

export interface SignedManifest {
  readonly kind: 'manifest';
  readonly body: {
    /** The manifest as JSON: these very characters are signed. */
    readonly manifest: string;
    /** Base64. */
    readonly signature: string;
    /** SubjectPublicKeyInfo, DER in base64. */
    readonly publicKey: string;
  };
}

export const signedManifestSchema = z.object({
  manifest: z.string(),
  signature: z.base64(),
  publicKey: z.base64(),
});

export function signedBytes(manifest: string): Uint8Array {
  return Buffer.from(`${context}${manifest}`, 'utf8');
}
