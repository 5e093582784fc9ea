// Printers that announce themselves by DNS-SD, as ports that could be added (Bonjour Printing
// 1.2.1).
import { canonicalAddress } from '../../hal/address.ts';
import type { Addresses, Clock, Timer } from '../../hal/contract.ts';
import { sleep } from '../../hal/time.ts';
import type { Browsing, Discovery, FoundService } from '../discovery/contract.ts';
import { devicesLimits as limits } from '../limits/devices-limits.ts';
import type { DeviceFinder, FoundDevice } from './contract.ts';
import { shownText } from './text.ts';

export interface NetworkDevicesOptions {
  readonly discovery: Pick<Discovery, 'browse'>;
  readonly clock: Clock;
  readonly addresses: Addresses;
  readonly languageFor: (commandSets: readonly string[]) => string | undefined;
}

export interface NetworkDevices extends DeviceFinder {
  stop(): void;
}

/** Ports in the order of how much the printer tells on them. */
const types = ['_ipps', '_ipp', '_pdl-datastream', '_printer'] as const;

export function createNetworkDevices(options: NetworkDevicesOptions): NetworkDevices {
  const { discovery, clock } = options;
  let browsing: Browsing | undefined;
  let idle: Timer | undefined;
  const stop = () => {
    idle?.cancel();
    browsing?.stop();
    browsing = undefined;
  };
  return {
    async find() {
      idle?.cancel();
      if (browsing === undefined) {
        browsing = discovery.browse({ types, onChange() {} });
        await sleep(clock, limits.browseFirstMs);
      }
      idle = clock.startTimer(limits.browseIdleMs, stop);
      const own = new Set(options.addresses.own().addresses.map(canonicalAddress));
      return (browsing?.found() ?? [])
        .filter(({ addresses }) => !addresses.some((each) => own.has(canonicalAddress(each))))
        .flatMap((service) => deviceOf(service, options.languageFor) ?? [])
        .slice(0, limits.devices);
    },
    stop,
  };
}

/** Undefined where it can't be reached, or says nothing that makes a port. */
function deviceOf(
  service: FoundService,
  languageFor: NetworkDevicesOptions['languageFor'],
): FoundDevice | undefined {
  // Names of .local need a resolver that the box may not have; addresses need none.
  const host = service.addresses.find((each) => !each.includes(':')) ?? service.addresses[0];
  if (host === undefined) return undefined;
  const { txt } = service;
  const commandSets = (txt.get('usb_cmd') ?? '').split(',').map(shownText).filter(Boolean);
  const found = portOf(service, host, languageFor(commandSets));
  if (found === undefined) return undefined;
  const make = txt.get('ty') ?? `${txt.get('usb_mfg') ?? ''} ${txt.get('usb_mdl') ?? ''}`;
  return {
    ...found,
    source: 'dns-sd',
    name: shownText(make) || shownText(service.instance),
    location: shownText(txt.get('note')),
    serialNumber: '',
    address: `${shownText(service.host)} (${host})`,
    deviceId: '',
    commandSets,
  };
}

function portOf(
  { type, port, txt }: FoundService,
  host: string,
  language: string | undefined,
): Pick<FoundDevice, 'key' | 'port' | 'language'> | undefined {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const resource = txt.get('rp') ?? '';
  if (!/^[!-~]*$/.test(resource)) return undefined;
  switch (type) {
    case '_ipp':
    case '_ipps': {
      const uri = `${type.slice(1)}://${authority}/${resource.replace(/^\//, '')}`;
      return { key: uri, port: { monitor: 'ipp', input: { uri } } };
    }
    case '_pdl-datastream':
      return {
        key: `socket://${authority}`,
        port: { monitor: 'tcp', input: { host, portNumber: port } },
        ...(language === undefined ? {} : { language }),
      };
    case '_printer': {
      const queue = resource === '' ? 'auto' : resource;
      const input = { host, portNumber: port, queue };
      return { key: `lpd://${authority}/${queue}`, port: { monitor: 'lpr', input } };
    }
    default:
      return undefined;
  }
}
