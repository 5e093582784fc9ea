// Step: the certificates by which clients know the node, made at the first start and renewed.
import { isLoopback, parseIpAddress } from '../../../hal/address.ts';
import type { Hal } from '../../../hal/contract.ts';
import type { Config } from '../../config/table.ts';
import { openCertificates } from '../../identity/certificates.ts';
import type { Certificates } from '../../identity/contract.ts';
import { createRenewal, type Renewal } from '../../identity/renewal.ts';
import { entryLimits } from '../../limits/entry-limits.ts';
import type { Log } from '../../log/log.ts';
import type { DataFolder } from '../data-folder.ts';
import type { Step } from '../lifecycle.ts';

/** The owner of the node's own certificate. */
export const nodeOwner = 'node';

export interface NodeCertificates {
  readonly certificates: Certificates;
  readonly renewal: Renewal;
  /** The announced name, once it is known: with the next look the certificate has it too. */
  announcedHost: () => string | undefined;
}

export function certificatesStep(
  { files, random, clock, addresses }: Hal,
  config: Config,
  folder: DataFolder,
  log: Log,
): Step<NodeCertificates> {
  return {
    name: 'certificates',
    startTimeoutMs: entryLimits.startMs,
    stopTimeoutMs: entryLimits.stopMs,
    async start() {
      const certificates = await openCertificates({
        files,
        random,
        clock,
        folder: folder.certificates,
      });
      const names = (): readonly string[] => {
        const { hostName, addresses: own } = addresses.own();
        const announced = part.announcedHost() ?? `${config['discovery.name']}.local`;
        return [hostName, announced, 'localhost', ...own.filter(isLasting)];
      };
      const renewal = createRenewal({
        certificates,
        owner: nodeOwner,
        names,
        clock,
        log: log.child('certificates'),
      });
      const part: NodeCertificates = { certificates, renewal, announcedHost: () => undefined };
      await renewal.start();
      return { part, stop: async () => renewal.stop() };
    },
  };
}

/** Nobody types a link-local address, and loopback's are the same everywhere. */
function isLasting(text: string): boolean {
  const address = parseIpAddress(text);
  if (address === undefined || /^fe80:/i.test(text)) return false;
  return !isLoopback(address) || text === '127.0.0.1' || text === '::1';
}
