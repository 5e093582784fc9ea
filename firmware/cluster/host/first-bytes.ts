// Notes of first bytes for a group's spooler: there are none, since the attempt that broke off may
// have been the other appliance's.
import type { FirstBytes } from '../../printers/first-bytes.ts';

/** Every attempt that was started and did not end may have sent bytes. */
export const noFirstBytes: FirstBytes = {
  note: () => undefined,
  mayHaveSent: () => true,
  begin: () => undefined,
  close: () => undefined,
};
