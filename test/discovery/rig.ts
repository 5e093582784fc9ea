// Appliances with discovery on one simulated segment, in virtual time, and what was said on it.
import { createDiscovery } from '../../firmware/discovery/discovery.ts';
import type {
  Announcement,
  Discovery,
  KeptName,
  ServiceInstance,
} from '../../firmware/discovery/contract.ts';
import type { NetworkInterface } from '../../hal/contract.ts';
import { decodeDnsMessage } from '../../monitors/wire/dns/decode.ts';
import { encodeDnsMessage } from '../../monitors/wire/dns/encode.ts';
import {
  dnsTypes,
  type DnsMessage,
  type DnsName,
  type DnsQuestion,
  type DnsRecord,
} from '../../monitors/wire/dns/message.ts';
import { ethernet, type FakeHost, FakeSegment } from '../fakes/multicast.ts';
import { VirtualClock } from '../world/clock.ts';
import { SeededRandom } from '../world/random.ts';

export const group = { address: '224.0.0.251', port: 5353 };

export interface Appliance {
  readonly discovery: Discovery;
  readonly host: FakeHost;
  readonly kept: Map<string, KeptName>;
  readonly warnings: readonly { message: string; facts: Readonly<Record<string, unknown>> }[];
}

export interface ApplianceOptions {
  readonly interfaces?: readonly NetworkInterface[];
  readonly address?: string;
  readonly distinction?: string;
  readonly kept?: ReadonlyMap<string, KeptName>;
  readonly seed?: number;
}

export interface Said {
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly message: DnsMessage;
}

export class DiscoveryWorld {
  readonly clock = new VirtualClock();
  readonly segment = new FakeSegment();

  add(options: ApplianceOptions = {}): Appliance {
    const { interfaces = [ethernet(options.address ?? '10.0.0.1')] } = options;
    const host = this.segment.join(interfaces);
    const kept = new Map(options.kept);
    const warnings: { message: string; facts: Readonly<Record<string, unknown>> }[] = [];
    const discovery = createDiscovery({
      udp: host,
      clock: this.clock,
      random: new SeededRandom(options.seed ?? 1),
      log: { info() {}, warn: (message, facts = {}) => void warnings.push({ message, facts }) },
      distinction: options.distinction ?? '3f2a',
      keptNames: new Map(kept),
      keepName: (key, name) => void kept.set(key, name),
    });
    return { discovery, host, kept, warnings };
  }

  /** What was said since the last call. */
  said(): readonly Said[] {
    return this.segment.said.splice(0).map(({ from, to, bytes }) => ({
      from,
      to: to.address,
      port: to.port,
      message: decodeDnsMessage(bytes),
    }));
  }

  /** A query of a host that is none of ours. */
  ask(
    questions: readonly (Partial<DnsQuestion> & { readonly name: DnsName })[],
    more: Partial<DnsMessage> & { readonly from?: string; readonly port?: number } = {},
  ): void {
    const { from = '10.0.0.99', port = 5353, ...message } = more;
    this.tell(
      {
        ...message,
        response: false,
        authoritative: false,
        questions: questions.map((question) => ({
          type: dnsTypes.ANY,
          class: 1,
          unicastResponse: false,
          ...question,
        })),
      },
      { from, port },
    );
  }

  /** Any message of a host that is none of ours. */
  tell(
    message: Partial<DnsMessage>,
    { from = '10.0.0.99', port = 5353 }: { from?: string; port?: number } = {},
  ): void {
    const bytes = encodeDnsMessage({ ...emptyMessage, ...message });
    const at = this.segment.said.length;
    this.segment.say({ address: from, port }, group, bytes);
    // Answers may have come already; what was asked is not among them.
    this.segment.said.splice(at, 1);
  }
}

export const emptyMessage: DnsMessage = {
  id: 0,
  response: true,
  opcode: 0,
  authoritative: true,
  truncated: false,
  responseCode: 0,
  questions: [],
  answers: [],
  authorities: [],
  additionals: [],
};

/** A printer with IPP, its subtypes, and the name kept for LPD. */
export function printer(name = 'Office', key = 'office'): ServiceInstance {
  return {
    key,
    name,
    services: [
      {
        type: '_ipp',
        subtypes: ['_print', '_universal'],
        port: 8631,
        txt: [
          { key: 'txtvers', value: '1' },
          { key: 'rp', value: `ipp/print/${key}` },
        ],
      },
      { type: '_printer', subtypes: [], port: 0, txt: [] },
    ],
  };
}

export function announcement(changes: Partial<Announcement> = {}): Announcement {
  return { key: 'node', name: 'platen', addresses: 'own', instances: [printer()], ...changes };
}

export const ippName: DnsName = ['_ipp', '_tcp', 'local'];
export const officeName: DnsName = ['Office', ...ippName];
export const hostName: DnsName = ['platen', 'local'];

/** Records as lines that a person can read: `Office._ipp._tcp.local SRV 120`. */
export function lines(records: readonly DnsRecord[]): readonly string[] {
  return records
    .map(({ name, ttlSeconds, data }) => {
      const type = data.type === 'other' ? `TYPE${data.number}` : data.type;
      return `${name.join('.')} ${type} ${ttlSeconds}`;
    })
    .toSorted();
}

/** Long enough for probing and announcing, instances after their host, and a second of silence. */
export const establishedMs = 6_000;
