// Randomness from the kernel's generator.
import { randomBytes, randomUUID } from 'node:crypto';
import type { Random } from '../contract.ts';

export function createLinuxRandom(): Random {
  return {
    bytes: (count) => new Uint8Array(randomBytes(count)),
    uuid: () => randomUUID(),
    fraction: () => Math.random(),
  };
}
