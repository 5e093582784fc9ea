// Where the connections of ports went: what a host's name meant when it was last used.
import { portNameKey } from '../port-name.ts';

export interface LastAddresses {
  readonly connected: (portName: string, host: string, address: string) => void;
  /** Undefined: no connection of this port to this host was made yet. */
  find(portName: string, host: string): string | undefined;
}

export function createLastAddresses(): LastAddresses {
  const places = new Map<string, { readonly host: string; readonly address: string }>();
  return {
    connected: (portName, host, address) =>
      void places.set(portNameKey(portName), { host, address }),
    find(portName, host) {
      const place = places.get(portNameKey(portName));
      // The port may have got another host since, or be another one of the same name.
      return place?.host === host ? place.address : undefined;
    },
  };
}
