// Limits and times of looking for devices, and of adding what is plugged in.

export const devicesLimits = {
  /** How often the box looks what is plugged in. */
  lookEachMs: 1_000,
  textOctets: 200,
  /** Of one source; the rest of a crowd is left out. */
  devices: 500,
  /** A first list waits this long for answers by DNS-SD. */
  browseFirstMs: 1_500,
  /** Nobody lists any more: browsing ends. */
  browseIdleMs: 120_000,
  searchMs: 2_000,
  /** Printers that were plugged in at some time. */
  rememberedDevices: 1_000,
  /** Tries at a free name: NAME, NAME-2 … */
  nameTries: 50,
  nameLength: 60,
} as const;
