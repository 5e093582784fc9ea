// Registry values on their way between monitors and records: bytes become base64, names and sizes
// are checked.
import type { RegistryValue } from '../../monitors/contract.ts';
import { registryLimits } from '../limits/registry-limits.ts';
import type { StoredValue } from '../store/records/payloads.ts';
import { pathSeparator } from '../store/registry-rows.ts';
import { RegistryError } from './registry-error.ts';

const maxDword = 0xffff_ffff;

/** Rejects names that Windows has no room for, or that would read as a path. */
export function checkKeyName(name: string): void {
  if (
    name.length === 0 ||
    name.length > registryLimits.keyNameLength ||
    name.includes(pathSeparator) ||
    name.includes('\0')
  ) {
    throw new RegistryError('ERROR_INVALID_PARAMETER', `key name ${JSON.stringify(name)}`);
  }
}

/** The empty name is the key's default value. */
export function checkValueName(name: string): void {
  if (name.length > registryLimits.valueNameLength || name.includes('\0')) {
    throw new RegistryError('ERROR_INVALID_PARAMETER', `value name ${JSON.stringify(name)}`);
  }
}

export function toStoredValue(name: string, value: RegistryValue): StoredValue {
  const stored = encode(name, value);
  if (JSON.stringify(stored).length > registryLimits.valueBytes) {
    throw new RegistryError('ERROR_INVALID_DATA', `value ${name} is too large`);
  }
  return stored;
}

export function fromStoredValue(stored: StoredValue): RegistryValue {
  if (stored.type !== 'binary') return stored;
  return { type: 'binary', data: new Uint8Array(Buffer.from(stored.data, 'base64')) };
}

function encode(name: string, value: RegistryValue): StoredValue {
  switch (value.type) {
    case 'binary':
      return { type: 'binary', data: Buffer.from(value.data).toString('base64') };
    case 'dword':
      if (!Number.isInteger(value.data) || value.data < 0 || value.data > maxDword) {
        throw new RegistryError('ERROR_INVALID_DATA', `value ${name} is no 32-bit number`);
      }
      return value;
    case 'string':
    case 'multi-string':
      return value;
  }
}
