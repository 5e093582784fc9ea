// A client that prints by IPP over one connection that it keeps.

import { Agent, request } from 'node:http';

import { decodeIppMessage } from '../../monitors/wire/ipp/decode.ts';
import { encodeIppMessage } from '../../monitors/wire/ipp/encode.ts';
import { ippResponseLimits } from '../../monitors/wire/ipp/limits.ts';
import { ippOperations } from '../../monitors/wire/ipp/operations.ts';

const FIRST_ERROR_STATUS = 0x0100;
const TIMEOUT_MS = 60_000;

export interface IppClient {
  /** Print-Job; rejects unless the server answers with success (RFC 8011 4.2.1). */
  print(document: Uint8Array): Promise<void>;
  close(): void;
}

export function openIppClient(port: number, queue: string): IppClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let requestId = 0;
  return {
    async print(document) {
      requestId += 1;
      const message = encodeIppMessage(printJob(port, queue, requestId));
      const answer = await post(agent, port, `/printers/${queue}`, [message, document]);
      const { code } = decodeIppMessage(answer, {
        badValues: 'keep',
        limits: ippResponseLimits,
      }).message;
      if (code >= FIRST_ERROR_STATUS) throw new Error(`IPP status 0x${code.toString(16)}`);
    },
    close: () => agent.destroy(),
  };
}

function printJob(
  port: number,
  queue: string,
  requestId: number,
): Parameters<typeof encodeIppMessage>[0] {
  const uri = `ipp://127.0.0.1:${port}/printers/${queue}`;
  return {
    version: { major: 1, minor: 1 },
    code: ippOperations['Print-Job'],
    requestId,
    groups: [
      {
        tag: 'operation-attributes',
        attributes: [
          { name: 'attributes-charset', values: [{ syntax: 'charset', value: 'utf-8' }] },
          {
            name: 'attributes-natural-language',
            values: [{ syntax: 'naturalLanguage', value: 'en' }],
          },
          { name: 'printer-uri', values: [{ syntax: 'uri', value: uri }] },
          {
            name: 'requesting-user-name',
            values: [{ syntax: 'nameWithoutLanguage', value: 'bench' }],
          },
          {
            name: 'document-format',
            values: [{ syntax: 'mimeMediaType', value: 'application/octet-stream' }],
          },
        ],
      },
    ],
  };
}

function post(
  agent: Agent,
  port: number,
  path: string,
  parts: readonly Uint8Array[],
): Promise<Uint8Array> {
  const body = Buffer.concat(parts);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        agent,
        port,
        path,
        host: '127.0.0.1',
        method: 'POST',
        timeout: TIMEOUT_MS,
        headers: { 'Content-Type': 'application/ipp', 'Content-Length': body.length },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.once('error', reject);
        incoming.once('end', () => {
          if (incoming.statusCode === 200) resolve(Buffer.concat(chunks));
          else reject(new Error(`HTTP status ${incoming.statusCode}`));
        });
      },
    );
    outgoing.once('timeout', () => outgoing.destroy(new Error('no answer in time')));
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}
