// Commands for the certificates that clients see over TLS.
import type { z } from 'zod';
import { certificate } from '../../api/schemas/certificate.ts';
import { identityLimits } from '../../limits/identity-limits.ts';
import {
  CliError,
  type Command,
  type CommandContext,
  type CommandInput,
  type OptionRows,
} from '../command.ts';

const owned = { usage: '[OWNER]', arguments: { least: 0, most: 1 } } as const;

export const certificateCommands: readonly Command[] = [
  {
    ...owned,
    name: 'certificate show',
    summary: 'The certificate of the appliance, or of a group, and the pin of its key',
    options: {},
    async run(input, context) {
      const client = await context.api();
      show(context, await client.get(pathOf(input), certificate));
    },
  },
  {
    ...owned,
    name: 'certificate install',
    summary: 'Show an own certificate to clients',
    options: {
      chain: { type: 'string', value: 'FILE', help: 'Certificate, and those that vouch, PEM' },
      key: { type: 'string', value: 'FILE', help: 'Its private key without a password, PEM' },
    } satisfies OptionRows,
    async run(input, context) {
      const body = {
        chainPem: await pemIn(input, 'chain', context),
        privateKeyPem: await pemIn(input, 'key', context),
      };
      const client = await context.api();
      show(context, await client.send('POST', pathOf(input), body, certificate));
    },
  },
  {
    ...owned,
    name: 'certificate remove',
    summary: 'Show the certificate again that the appliance makes by itself',
    options: {},
    async run(input, context) {
      const client = await context.api();
      show(context, await client.send('DELETE', pathOf(input), undefined, certificate));
    },
  },
];

async function pemIn(
  input: CommandInput,
  option: 'chain' | 'key',
  { readDocument }: CommandContext,
): Promise<string> {
  const name = input.text(option);
  if (name === undefined) throw new CliError(`--${option} is missing.`, 2);
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of await readDocument(name)) {
    sizeBytes += chunk.length;
    if (sizeBytes > identityLimits.pemBytes) throw new CliError(`${name} is too large.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function pathOf({ args }: CommandInput): string {
  return `/certificates/${encodeURIComponent(args[0] ?? 'node')}`;
}

function show({ asJson, out }: CommandContext, item: z.infer<typeof certificate>): void {
  if (asJson) return out.json(item);
  out.fields([
    ['owner', item.owner],
    ['made by', item.source === 'own' ? 'the appliance' : 'an administrator'],
    ['pin', item.pin],
    ['names', item.names.join(' ')],
    ['from', new Date(item.notBeforeMs).toISOString()],
    ['to', new Date(item.notAfterMs).toISOString()],
    ['state', item.state],
  ]);
}
