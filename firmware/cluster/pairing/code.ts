// The pairing code: what one appliance shows and a person types into the other.
import type { Random } from '../../../hal/contract.ts';
import { pairingLimits } from '../../limits/pairing-limits.ts';

/** `XXXX-XXXX`, from random bytes; the alphabet has 32 characters, so none is likelier. */
export function createPairingCode(random: Random): string {
  const { codeAlphabet, codeCharacters, codeGroup } = pairingLimits;
  const characters = [...random.bytes(codeCharacters)].map(
    (byte) => codeAlphabet[byte % codeAlphabet.length] ?? '',
  );
  const groups = Array.from({ length: codeCharacters / codeGroup }, (_, index) =>
    characters.slice(index * codeGroup, (index + 1) * codeGroup).join(''),
  );
  return groups.join('-');
}

/** The code as it was meant, however it was typed; undefined for what can't be one. */
export function readPairingCode(typed: string): Uint8Array | undefined {
  const { codeAlphabet, codeCharacters } = pairingLimits;
  const plain = typed.toUpperCase().replaceAll(/[\s-]/g, '');
  const known = Array.from(plain).every((character) => codeAlphabet.includes(character));
  return known && plain.length === codeCharacters ? Buffer.from(plain) : undefined;
}
