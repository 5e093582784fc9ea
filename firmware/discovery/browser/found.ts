// Services of others as a list for people, made from what the browser's cache holds.
import { formatDnsName } from '../../../monitors/wire/dns/message.ts';
import type { FoundService } from '../contract.ts';
import { zoned } from '../links.ts';
import { serviceDnsName } from '../names.ts';
import { decodeTxt } from '../txt-entry.ts';
import type { BrowserState } from './browser.ts';
import { recordsIn } from './cache.ts';

/** One of each type, instance, host and port, however many links it was heard on. */
export function foundServices(state: BrowserState): readonly FoundService[] {
  const found = new Map<string, FoundService>();
  for (const type of state.types) {
    for (const link of state.links.values()) {
      for (const service of foundOn(state, type, link)) {
        const key = JSON.stringify([type, service.instance, service.host, service.port]);
        const before = found.get(key);
        const addresses = [...(before?.addresses ?? []), ...service.addresses];
        found.set(key, { ...(before ?? service), addresses: [...new Set(addresses)] });
      }
    }
  }
  return [...found.values()];
}

type LinkName = { readonly id: string; readonly interfaceName: string };

function foundOn(state: BrowserState, type: string, link: LinkName): readonly FoundService[] {
  const { cache } = state;
  return recordsIn(cache, link.id, serviceDnsName(type)).flatMap(({ record }) => {
    if (record.data.type !== 'PTR') return [];
    const { target } = record.data;
    const about = recordsIn(cache, link.id, target).map((cached) => cached.record.data);
    const srv = about.find((data) => data.type === 'SRV');
    const txt = about.find((data) => data.type === 'TXT');
    // Port 0 keeps a name and offers nothing.
    if (srv === undefined || srv.port === 0) return [];
    const addresses = recordsIn(cache, link.id, srv.target).flatMap(({ record: { data } }) =>
      data.type === 'A' || data.type === 'AAAA' ? [zoned(data.address, link.interfaceName)] : [],
    );
    return {
      type,
      instance: target[0] ?? '',
      host: formatDnsName(srv.target),
      port: srv.port,
      addresses,
      txt: decodeTxt(txt?.strings ?? []),
    };
  });
}
