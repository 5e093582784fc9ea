// Where clients reach this appliance: listen addresses from the configuration, and URIs for people.
import { isLoopback, parseIpAddress } from '../../hal/address.ts';
import type { Addresses, Hal } from '../../hal/contract.ts';
import type { ApplianceView, PrinterAddresses } from '../api/types.ts';
import type { Config } from '../config/table.ts';
import type { Printer } from '../printers/printer.ts';
import type { RawPorts } from '../servers/raw/raw-ports.ts';
import type { Spooler } from '../spooler/contract.ts';
import type { DataFolder } from './data-folder.ts';

/** `*` as an address that sockets know: both families where the machine has both. */
export function listenAddress(configured: string, addresses: Addresses): string {
  if (configured !== '*') return configured;
  return addresses.own().addresses.some((address) => address.includes(':')) ? '::' : '0.0.0.0';
}

/** What listens now; `http` answers undefined before the IPP server does. */
export interface Listening {
  readonly hal: Pick<Hal, 'addresses'>;
  readonly config: Config;
  readonly folder: DataFolder;
  readonly spooler: Spooler;
  readonly raw: RawPorts;
  http: () => number | undefined;
  /** The same with TLS. */
  https: () => number | undefined;
  /** The same of the LPD server. */
  lpd: () => number | undefined;
  /** The same of the SNMP agent. */
  snmp: () => number | undefined;
}

export async function addressesOf(listening: Listening): Promise<ApplianceView['addresses']> {
  const { hal, config, folder, spooler, raw, http, https, lpd, snmp } = listening;
  const host = reachableAddress(config['listen.address'], hal.addresses);
  const [port, securePort, lpdPort, snmpPort] = [http(), https(), lpd(), snmp()];
  const printers = await spooler.printers.list();
  return [
    { what: 'socket', address: folder.socket },
    ...(port === undefined ? [] : [{ what: 'http', address: `http://${host}:${port}/` } as const]),
    ...(securePort === undefined
      ? []
      : [{ what: 'https', address: `https://${host}:${securePort}/` } as const]),
    ...(lpdPort === undefined
      ? []
      : [{ what: 'lpd', address: `lpd://${host}:${lpdPort}/` } as const]),
    ...(snmpPort === undefined
      ? []
      : [{ what: 'snmp', address: `snmp://${host}:${snmpPort}` } as const]),
    ...printers.flatMap(({ id, name }) => {
      const rawPort = raw.portOf(id);
      if (rawPort === undefined) return [];
      return [{ what: 'raw', address: `socket://${host}:${rawPort}`, printer: name } as const];
    }),
  ];
}

export function printerAddresses(
  { hal, config, raw, http, https }: Listening,
  { id, name }: Printer,
): PrinterAddresses {
  const host = reachableAddress(config['listen.address'], hal.addresses);
  const [port, securePort] = [http(), https()];
  const path = `ipp/print/${encodeURIComponent(name)}`;
  const rawPort = raw.portOf(id);
  return {
    ...(port === undefined ? {} : { ipp: `ipp://${host}:${port}/${path}` }),
    ...(securePort === undefined ? {} : { ipps: `ipps://${host}:${securePort}/${path}` }),
    ...(rawPort === undefined ? {} : { rawPort }),
  };
}

/**
 * What people write to reach the appliance: the configured address, or the first that others can
 * reach.
 */
function reachableAddress(configured: string, addresses: Addresses): string {
  if (configured !== '*') return bracketed(configured);
  const candidates = addresses.own().addresses.filter((text) => !isOwnOnly(text));
  const ipv4 = candidates.find((address) => !address.includes(':'));
  return bracketed(ipv4 ?? candidates[0] ?? '127.0.0.1');
}

function isOwnOnly(text: string): boolean {
  const address = parseIpAddress(text);
  return address === undefined || isLoopback(address) || /^fe80:/i.test(text);
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
