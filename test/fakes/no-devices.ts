// A box to which nothing is plugged in.
import { HalError } from '../../hal/errors.ts';
import type { MonitorDevices } from '../../monitors/contract.ts';

const nothing = async (subject: string): Promise<never> => {
  throw new HalError('not-found', subject);
};

/** Nor can an SNMP agent be asked. */
export const noLocalDevices: Omit<MonitorDevices, 'connectTcp'> = {
  openSnmp: ({ host }) => nothing(host),
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
