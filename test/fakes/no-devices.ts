// A box to which nothing is plugged in.
import { HalError } from '../../hal/errors.ts';
import type { LocalDevices, MonitorDevices } from '../../monitors/contract.ts';

const nothing = async (subject: string): Promise<never> => {
  throw new HalError('not-found', subject);
};

export const noLocalDevices: LocalDevices = {
  openOutput: nothing,
  openPrinterNode: nothing,
  listPrinterNodes: async () => [],
  openSerial: nothing,
  listSerial: async () => [],
  listUsb: async () => [],
  openUsb: ({ path }) => nothing(path),
};

/** And no network either. */
export const noDevices: MonitorDevices = {
  ...noLocalDevices,
  connectTcp: ({ host }) => nothing(host),
};
