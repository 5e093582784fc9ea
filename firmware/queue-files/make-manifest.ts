// Makes the manifest of a queue for one client: every key enumerated, every file with its digest,
// and the whole signed.
import { type Refusal, refused, RefusedError } from '../errors/codes.ts';
import { queueFileLimits as limits } from '../limits/queue-file-limits.ts';
import type { PrinterData } from '../printer-data/contract.ts';
import type { Printer } from '../printers/printer.ts';
import type { ManifestRequest } from './contract.ts';
import { type Manifest, type ManifestKey, type SignedManifest, signedBytes } from './manifest.ts';
import type { SplClientInfo } from './modules/contract.ts';
import type { QueueFilesOptions } from './queue-files.ts';

export async function makeManifest(
  options: QueueFilesOptions,
  printer: Printer,
  { client, nonce }: ManifestRequest,
): Promise<SignedManifest | Refusal> {
  const key = options.signer();
  if (key === undefined) {
    return refused('not-live', 'The spooler of this printer has no key yet to sign with.');
  }
  const manifest: Manifest = {
    version: 1,
    server: options.networkName(),
    printer: { id: printer.id, name: printer.name },
    nonce,
    changeNumber: (await options.reading.changes(printer.id)).number,
    madeAt: options.clock.wall(),
    keys: await keysOf(options.data, printer.id, client),
    files: (await options.reading.files(printer.id)).map(({ at: _at, ...file }) => file),
  };
  const text = JSON.stringify(manifest);
  if (text.length > limits.manifestBytes) {
    return refused(
      'too-large',
      `Printer data and files need more than ${limits.manifestBytes} bytes.`,
    );
  }
  const signature = await key.sign(signedBytes(text));
  return {
    kind: 'manifest',
    body: {
      manifest: text,
      signature: Buffer.from(signature).toString('base64'),
      publicKey: Buffer.from(key.publicKey).toString('base64'),
    },
  };
}

/** EnumPrinterKey from the root down, and EnumPrinterDataEx of each key: parents first. */
async function keysOf(
  data: PrinterData,
  printerId: string,
  client: SplClientInfo,
): Promise<ManifestKey[]> {
  const found: ManifestKey[] = [];
  const visit = async (key: string): Promise<void> => {
    if (found.length >= limits.dataKeys) {
      throw new RefusedError(refused('too-large', `More than ${limits.dataKeys} keys are there.`));
    }
    const answer = await data.enumDataEx(printerId, key, client);
    // A key may go while it is enumerated: the client is told, and asks again.
    if (answer.kind === 'refused') throw new RefusedError(answer);
    const { values, call } = answer;
    found.push({
      key,
      values: [...values],
      ...(call === undefined ? {} : { call: { ...call, call: { ...call.call } } }),
    });
    const below = await data.enumKey(printerId, key);
    if (below.kind === 'refused') throw new RefusedError(below);
    for (const name of below.keys) {
      await visit(key === '' ? name : `${key}\\${name}`);
    }
  };
  await visit('');
  return found;
}
