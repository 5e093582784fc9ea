// The agent without its sockets: a datagram and where it came from make an answer, or none.
import { SnmpDecodeError } from '../../monitors/wire/snmp/errors.ts';
import {
  type CommunityMessage,
  decodeMessage,
  encodeCommunityMessage,
  userSecurityModel,
  type V3Message,
} from '../../monitors/wire/snmp/message.ts';
import type { NetworkInterface, Random } from '../../hal/contract.ts';
import { snmpLimits } from '../limits/snmp-limits.ts';
import {
  type EngineView,
  type ReaderRules,
  type SnmpAccess,
  type SnmpCounter,
} from './contract.ts';
import { isInNetwork, localNetworks, parseNetwork } from '../../hal/networks.ts';
import { answer } from './reading.ts';
import type { Snapshot } from './snapshot.ts';
import { createUsm, type Usm } from './usm.ts';
import { viewOf } from './view.ts';

export interface EngineOptions {
  readonly engine: EngineView;
  readonly access: Pick<SnmpAccess, 'communities' | 'users'>;
  readonly snapshot: () => Promise<Snapshot>;
  readonly interfaces: () => readonly NetworkInterface[];
  readonly random: Pick<Random, 'bytes'>;
  /** Somebody asked who may not; `address` is where from. */
  readonly onRefused: (address: string) => void;
}

export interface SnmpEngine {
  readonly usm: Usm;
  counters(): Readonly<Record<SnmpCounter, number>>;
  /** Never rejects for what a datagram holds. Undefined: nothing is sent. */
  respond(bytes: Uint8Array, address: string): Promise<Uint8Array | undefined>;
}

const noCounts: Readonly<Record<SnmpCounter, number>> = {
  inPackets: 0,
  badVersions: 0,
  badCommunityNames: 0,
  badCommunityUses: 0,
  parseErrors: 0,
  silentDrops: 0,
  unknownSecurityModels: 0,
  invalidMessages: 0,
  unknownPduHandlers: 0,
  unsupportedSecurityLevels: 0,
  notInTimeWindows: 0,
  unknownUserNames: 0,
  unknownEngineIds: 0,
  wrongDigests: 0,
  decryptionErrors: 0,
  unknownContexts: 0,
  replays: 0,
};

/** What stands around the bindings of an answer, at most. */
const frameBytes = { community: 48, user: 208 } as const;

export function createEngine(options: EngineOptions): SnmpEngine {
  const counters = { ...noCounts };
  const count = (which: SnmpCounter): number => {
    counters[which] += 1;
    return counters[which];
  };
  const usm = createUsm({
    engine: options.engine,
    users: () => options.access.users(),
    random: options.random,
    count,
  });

  const mayAsk = (address: string, { networks }: Pick<ReaderRules, 'networks'>): boolean => {
    const wanted =
      networks.length === 0
        ? localNetworks(options.interfaces())
        : networks.flatMap((text) => parseNetwork(text) ?? []);
    return wanted.some((network) => isInNetwork(address, network));
  };

  const byCommunity = async (message: CommunityMessage, address: string) => {
    const { version, community, pdu } = message;
    const reader = options.access
      .communities()
      .find((candidate) => Buffer.compare(Buffer.from(candidate.community), community) === 0);
    if (reader === undefined || !mayAsk(address, reader)) {
      count('badCommunityNames');
      options.onRefused(address);
      return undefined;
    }
    if (pdu.type === 'set') count('badCommunityUses');
    const answered = answer({
      pdu,
      snapshot: await options.snapshot(),
      view: viewOf(reader),
      isV1: version === 'v1',
      roomBytes: snmpLimits.answerBytes - frameBytes.community - community.length,
    });
    if (answered === undefined) return dropped(count);
    return encodeCommunityMessage({ version, community, pdu: answered });
  };

  const byUser = async (message: V3Message, bytes: Uint8Array, address: string) => {
    if (message.header.securityModel !== userSecurityModel) {
      count('unknownSecurityModels');
      return undefined;
    }
    // Strangers from elsewhere learn nothing, not even which engine this is.
    const users = options.access.users();
    if (!users.some((user) => mayAsk(address, user))) return dropped(count);
    const checked = usm.check(message, bytes);
    if (checked.kind === 'refused') {
      if (checked.why === 'wrongDigests' || checked.why === 'unknownUserNames') {
        if (message.security.userName.length > 0) options.onRefused(address);
      }
      return checked.report;
    }
    const { user, level, scoped } = checked;
    if (!mayAsk(address, user)) {
      options.onRefused(address);
      return dropped(count);
    }
    if (scoped.contextName.length > 0) return usm.reportContext(message, user, level);
    const mostBytes = Math.min(message.header.maxSizeBytes, snmpLimits.answerBytes);
    const answered = answer({
      pdu: scoped.pdu,
      snapshot: await options.snapshot(),
      view: viewOf(user),
      isV1: false,
      roomBytes: mostBytes - frameBytes.user,
    });
    return answered === undefined ? dropped(count) : usm.reply(message, user, level, answered);
  };

  return {
    usm,
    counters: () => counters,
    async respond(bytes, address) {
      count('inPackets');
      try {
        const message = decodeMessage(bytes);
        return message.version === 'v3'
          ? await byUser(message, bytes, address)
          : await byCommunity(message, address);
      } catch (error) {
        if (!(error instanceof SnmpDecodeError)) throw error;
        count('parseErrors');
        return undefined;
      }
    },
  };
}

function dropped(count: (which: SnmpCounter) => number): undefined {
  count('silentDrops');
}
