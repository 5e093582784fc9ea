// A printer as the services under which clients find it: IPP, IPPS, raw, LPD.
import { printerAttributes, selectAttributes } from '../servers/ipp/attribute-table.ts';
import type { PrinterSource } from '../servers/ipp/sources.ts';
import type { Service, ServiceInstance } from './contract.ts';
import { printerSubtypes, printerTxt, txtAttributes } from './printer-txt.ts';
import type { TxtEntry } from './txt-entry.ts';

/** Where the printer is served; undefined: that way is switched off. */
export interface PrinterPorts {
  readonly ipp: number | undefined;
  readonly ipps: number | undefined;
  readonly raw: number | undefined;
  readonly lpd: number | undefined;
}

export interface PrinterInstanceOptions {
  /** Its URIs name the host that is announced. */
  readonly source: PrinterSource;
  readonly ports: PrinterPorts;
  /** The name that people see; printer-name where it is not given. */
  readonly name?: string;
}

/** Which way a client should prefer: the least counts (Bonjour Printing 1.2.1, priority). */
const priorities = { ipps: '0', ipp: '10', raw: '30', lpd: '50' } as const;

export function printerInstance({ source, ports, name }: PrinterInstanceOptions): ServiceInstance {
  const { printer } = source;
  const attributes = selectAttributes(printerAttributes, txtAttributes, source);
  const subtypes = printerSubtypes(attributes);
  const txt = printerTxt(attributes);
  const plain = txt.filter(({ key }) => !ippKeys.has(key));
  const services: readonly (Service | undefined)[] = [
    service('_ipp', ports.ipp, subtypes, prefer(txt, priorities.ipp)),
    service('_ipps', ports.ipps, subtypes, [
      ...prefer(txt, priorities.ipps),
      { key: 'TLS', value: '1.3' },
    ]),
    service('_pdl-datastream', ports.raw, [], prefer(plain, priorities.raw)),
    // The flagship: its name is taken where LPD is off, too, so that all services of one name are
    // one printer (Bonjour Printing 1.2.1, 3).
    service(
      '_printer',
      ports.lpd ?? 0,
      [],
      ports.lpd === undefined
        ? []
        : prefer([...plain, { key: 'rp', value: printer.name }], priorities.lpd),
    ),
  ];
  return {
    key: printer.id,
    name: name ?? printer.name,
    services: services.filter((each) => each !== undefined),
  };
}

/** The appliance's own page, for browsers that list what is near. */
export function pageInstance(name: string, port: number): ServiceInstance {
  const txt = [
    { key: 'txtvers', value: '1' },
    { key: 'path', value: '/' },
  ];
  return { key: 'page', name, services: [{ type: '_http', subtypes: [], port, txt }] };
}

/** What only IPP clients can use. */
const ippKeys: ReadonlySet<string> = new Set(['rp', 'URF', 'air']);

function service(
  type: string,
  port: number | undefined,
  subtypes: readonly string[],
  txt: readonly TxtEntry[],
): Service | undefined {
  return port === undefined ? undefined : { type, subtypes, port, txt };
}

function prefer(txt: readonly TxtEntry[], priority: string): readonly TxtEntry[] {
  return [...txt, { key: 'priority', value: priority }];
}
