// What provision.toml on the boot partition may set: read once, at the first boot, and taken whole
// or not at all.
import { z } from 'zod';
import { networkSettings } from '../network-settings/contract.ts';
import { readPairingCode } from '../cluster/pairing/code.ts';
import { isPasswordHash } from '../users/passwords.ts';

export const provision = z.strictObject({
  ...networkSettings.shape,
  /** The first administrator; without it the set-up code makes one. */
  administrator: z
    .strictObject({
      name: z.string().min(1).max(255),
      /** In PHC string form, as `platen user hash-password` says it. */
      passwordHash: z
        .string()
        .refine(isPasswordHash, 'is no hash of a password: platen user hash-password makes one'),
    })
    .optional(),
  /** Pairs the box once, with another one that was given the same code. */
  peer: z
    .strictObject({
      /** Of the two boxes one names the other: name or address. */
      host: z.string().min(1).max(255).optional(),
      port: z.int().min(1).max(65_535).default(8_884),
      code: z
        .string()
        .refine(
          (text) => readPairingCode(text) !== undefined,
          'is no pairing code: eight of 2 to 9 and A to Z without I and O, as in K7QM-2XWD',
        ),
    })
    .optional(),
});

export type Provision = z.output<typeof provision>;

/** One sentence for each mistake, with its place: `provision.toml:3: …`. */
export type ReadProvision =
  | { readonly kind: 'read'; readonly provision: Provision }
  | { readonly kind: 'wrong'; readonly problems: readonly string[] };
