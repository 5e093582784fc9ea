// Slows guessing down: after some wrong passwords for a name or from an address, both wait.
import type { Clock } from '../../hal/contract.ts';
import { lockOutLimits } from '../limits/user-limits.ts';

export interface LockOut {
  /** Whether this name, or this address, has to wait now. */
  waits(name: string, address: string): boolean;
  failed(name: string, address: string): void;
  succeeded(name: string): void;
}

interface Failures {
  readonly sinceMs: number;
  readonly count: number;
}

export function createLockOut({ clock }: { readonly clock: Clock }): LockOut {
  const failures = new Map<string, Failures>();
  // An address's wait is its own: whoever knows a name can't lock its owner out from elsewhere
  // for longer than one window.
  const keys = (name: string, address: string): readonly string[] => [
    `name ${name.toLowerCase()} ${address}`,
    `address ${address}`,
  ];

  const recent = (key: string): number => {
    const known = failures.get(key);
    if (known === undefined) return 0;
    if (clock.monotonicMs() - known.sinceMs < lockOutLimits.windowMs) return known.count;
    failures.delete(key);
    return 0;
  };

  return {
    waits: (name, address) =>
      keys(name, address).some((key) => recent(key) >= lockOutLimits.failures),
    failed(name, address) {
      for (const key of keys(name, address)) {
        const count = recent(key) + 1;
        const sinceMs = failures.get(key)?.sinceMs ?? clock.monotonicMs();
        failures.delete(key);
        failures.set(key, { count, sinceMs });
        const [oldest] = failures.keys();
        if (failures.size > lockOutLimits.remembered && oldest !== undefined) {
          failures.delete(oldest);
        }
      }
    },
    succeeded(name) {
      for (const key of failures.keys()) {
        if (key.startsWith(`name ${name.toLowerCase()} `)) failures.delete(key);
      }
    },
  };
}
