// What tests of the HTTP server say to it, and how they wait.
import assert from 'node:assert/strict';
import type { Harness } from './harness.ts';
import { askIpp, ippOctets } from './ipp-client.ts';
import { WireClient } from './wire-client.ts';

export function printJob(document: Uint8Array): Buffer {
  return ippOctets({ operation: 'Print-Job', document });
}

export async function ask(servers: Harness, ...parts: readonly (string | Uint8Array)[]) {
  const client = await WireClient.to(servers.httpPort);
  client.send(...parts);
  const answer = await client.answer();
  return { client, answer };
}

export async function assertServed(servers: Harness): Promise<void> {
  assert.equal((await askIpp(servers.httpPort, { operation: 'Get-Jobs' })).status, 'successful-ok');
}

/** Lets the sockets come to rest: what was written has been read, or never will be. */
export async function comeToRest(): Promise<void> {
  for (let round = 0; round < 200; round += 1) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}
