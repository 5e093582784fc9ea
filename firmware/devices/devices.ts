// The devices of the node: listed, searched for, and made into printers where a person asks.
import { didYouMean } from '../config/did-you-mean.ts';
import { refused } from '../errors/codes.ts';
import { devicesLimits as limits } from '../limits/devices-limits.ts';
import type { Spooler } from '../spooler/contract.ts';
import { needRole } from '../spooler/rights.ts';
import type { DeviceFinder, Devices, FoundDevice } from './contract.ts';
import { makePrinter } from './printer-making.ts';
import { plainName } from './text.ts';

export interface DevicesOptions {
  readonly spooler: Pick<Spooler, 'ports' | 'printers'>;
  readonly finders: readonly DeviceFinder[];
  readonly searchNetwork: (signal: AbortSignal) => Promise<readonly FoundDevice[]>;
}

export function createDevices({ spooler, finders, searchNetwork }: DevicesOptions): Devices {
  /** Of the last search: for whoever adds one of them. */
  let searched: readonly FoundDevice[] = [];

  const list = async (): Promise<readonly FoundDevice[]> => {
    const found = await Promise.all(finders.map((finder) => finder.find()));
    return withUsers(spooler, unique([...found.flat(), ...searched]));
  };

  return {
    list,
    async search(signal) {
      searched = (await searchNetwork(signal)).slice(0, limits.devices);
      return withUsers(spooler, searched);
    },
    async add({ key, name }, by) {
      const refusal = needRole(by, 'administrator', 'adding a printer');
      if (refusal !== undefined) return refusal;
      const all = await list();
      const device = all.find((each) => each.key === key);
      if (device === undefined) {
        const hint = didYouMean(
          key,
          all.map((each) => each.key),
        );
        return refused('not-found', `there is no device ${key}: list or search them first.${hint}`);
      }
      if (device.usedBy !== undefined) {
        return refused('port-in-use', `the port ${device.usedBy} leads to it already`);
      }
      const plain = plainName(device.name, device.serialNumber) || 'printer';
      return makePrinter(spooler, device, { printer: name ?? plain, port: plain }, by);
    },
  };
}

function unique(devices: readonly FoundDevice[]): readonly FoundDevice[] {
  return [...new Map(devices.map((device) => [device.key, device])).values()];
}

/** A network port that leads to the same host and kind is the one in use. */
async function withUsers(
  { ports }: Pick<Spooler, 'ports'>,
  devices: readonly FoundDevice[],
): Promise<readonly FoundDevice[]> {
  const all = (await ports.list()).map(({ info }) => info);
  return devices.map((device) => {
    if (device.usedBy !== undefined || !isNetwork(device)) return device;
    const { monitor, input } = device.port;
    const host = hostOf(input);
    const user = all.find((info) => info.monitorName === monitor && info.host === host);
    return user === undefined ? device : { ...device, usedBy: user.name };
  });
}

function isNetwork({ source }: FoundDevice): boolean {
  return source === 'dns-sd' || source === 'snmp';
}

function hostOf(input: FoundDevice['port']['input']): string | undefined {
  const { host, uri } = input;
  if (typeof host === 'string') return host;
  const [, bracketed, plain] = /^ipps?:\/\/(?:\[([^\]]+)\]|([^:/]+))/.exec(String(uri)) ?? [];
  return bracketed ?? plain;
}
