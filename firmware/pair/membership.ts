// Whom this appliance is paired with, durably, and the number of this start: one file, for it has
// to outlast the registry, and its generation may only grow.
import { z } from 'zod';
import type { Files } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { pairLimits } from '../limits/pair-limits.ts';
import type { Membership } from './contract.ts';

export interface MembershipStore {
  readonly current: Membership;
  /** Number of this start: greater than at each before. */
  readonly boot: number;
  /** Durable when it resolves; then listeners are told. One change at a time. */
  change(next: (before: Membership) => Membership): Promise<void>;
  onChange(listener: (membership: Membership) => void): () => void;
}

/** The file is not what was written: starting without it would forget a generation. */
export class MembershipError extends Error {
  override readonly name = 'MembershipError';

  constructor(path: string, what: string) {
    super(
      `${path} is damaged (${what}). Restore it from a backup; or remove it, unpair the other ` +
        'appliance, and pair the two anew.',
    );
  }
}

const ownerOnlyMode = 0o600;

const port = z.int().min(0).max(65_535);

const bytes = z.base64().transform((text) => new Uint8Array(Buffer.from(text, 'base64')));

const witnessSchema = z.object({
  address: z.union([z.ipv4(), z.ipv6()]),
  port,
  tls: z.object({ pin: z.string() }).optional(),
  login: z.object({ name: z.string(), password: z.string() }).optional(),
});

const fileSchema = z.object({
  version: z.literal(1),
  boot: z.int().min(1),
  generation: z.int().min(0),
  peer: z
    .object({
      nodeId: z.string(),
      publicKey: bytes,
      pin: z.string(),
      name: z.string(),
      place: z.object({ address: z.string(), beatPort: port, channelPort: port }),
    })
    .optional(),
  secret: bytes.optional(),
  witness: witnessSchema.optional(),
});

const nothing: Membership = {
  generation: 0,
  peer: undefined,
  secret: undefined,
  witness: undefined,
};

/** Counts this start, durably. Rejects with a MembershipError or a HalError. */
export async function openMembership({
  files,
  path,
}: {
  readonly files: Files;
  readonly path: string;
}): Promise<MembershipStore> {
  const kept = await readFile(files, path);
  const boot = (kept?.boot ?? 0) + 1;
  let current = kept?.membership ?? nothing;
  const listeners = new Set<(membership: Membership) => void>();
  const write = (membership: Membership) =>
    files.replaceFile(path, encode(boot, membership), ownerOnlyMode);
  await write(current);
  let turn: Promise<void> = Promise.resolve();
  const changeAfter = async (before: Promise<void>, change: (was: Membership) => Membership) => {
    await before;
    const after = change(current);
    if (after === current) return;
    await write(after);
    current = after;
    for (const listener of listeners) listener(after);
  };
  return {
    get current() {
      return current;
    },
    boot,
    change(next) {
      const changing = changeAfter(turn, next);
      turn = changing.catch(() => {});
      return changing;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

async function readFile(
  files: Files,
  path: string,
): Promise<{ readonly boot: number; readonly membership: Membership } | undefined> {
  let text: string;
  try {
    text = new TextDecoder().decode(await files.readFile(path, pairLimits.membershipBytes));
  } catch (error) {
    if (isHalError(error, 'not-found')) return undefined;
    throw error;
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new MembershipError(path, 'it is no JSON');
  }
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) {
    throw new MembershipError(path, `${parsed.error.issues[0]?.path.join('.') ?? 'it'} is wrong`);
  }
  const { boot, generation, peer, secret, witness } = parsed.data;
  const place =
    witness === undefined ? undefined : { ...witness, tls: witness.tls, login: witness.login };
  return { boot, membership: { generation, peer, secret, witness: place } };
}

function encode(boot: number, { generation, peer, secret, witness }: Membership): Uint8Array {
  const base64 = (data: Uint8Array) => Buffer.from(data).toString('base64');
  const value = {
    version: 1,
    boot,
    generation,
    ...(peer === undefined ? {} : { peer: { ...peer, publicKey: base64(peer.publicKey) } }),
    ...(secret === undefined ? {} : { secret: base64(secret) }),
    ...(witness === undefined ? {} : { witness }),
  };
  return Buffer.from(`${JSON.stringify(value)}\n`);
}
