// Sends notifications to their targets, in version 1, 2c or 3, one after the other.
import { parseIpAddress } from '../../hal/address.ts';
import type { Addresses, Clock, Random, SocketAddress } from '../../hal/contract.ts';
import { startDeadline } from '../../hal/time.ts';
import { encodeCommunityMessage } from '../../monitors/wire/snmp/message.ts';
import { oidOf } from '../../monitors/wire/snmp/oid.ts';
import { encodable, type Pdu, type TrapV1Pdu } from '../../monitors/wire/snmp/pdu.ts';
import { oidValue, ticksValue, type Varbind } from '../../monitors/wire/snmp/values.ts';
import type { Log } from '../log/log.ts';
import { snmpLimits } from '../limits/snmp-limits.ts';
import type { SnmpAccess, TrapTarget } from './contract.ts';
import { platenProduct } from './mib/names.ts';
import type { Notification } from './notifications.ts';
import type { Usm } from './usm.ts';

export interface TrapSenderOptions {
  readonly access: SnmpAccess;
  readonly usm: Usm;
  readonly addresses: Addresses;
  readonly clock: Clock;
  readonly random: Pick<Random, 'bytes'>;
  readonly upMs: () => number;
  readonly send: (bytes: Uint8Array, to: SocketAddress) => Promise<void>;
  readonly log: Pick<Log, 'warn'>;
}

export interface TrapSender {
  /** To all targets there are; never fails, and nobody waits. */
  tell(notification: Notification): void;
  /** Resolves once everything that waited was sent or given up. */
  idle(): Promise<void>;
}

const sysUpTime = oidOf('1.3.6.1.2.1.1.3.0');
const snmpTrapOid = oidOf('1.3.6.1.6.3.1.1.4.1.0');
const standardTraps = oidOf('1.3.6.1.6.3.1.1.5');
const enterpriseSpecific = 6;

export function createTrapSender(options: TrapSenderOptions): TrapSender {
  let waiting = 0;
  let tail: Promise<void> = Promise.resolve();

  const sendTo = async (target: TrapTarget, notification: Notification): Promise<void> => {
    try {
      using deadline = startDeadline(options.clock, snmpLimits.resolveMs);
      const [address] = await options.addresses.resolve(target.host, deadline.signal);
      const bytes = messageFor(target, notification, options);
      if (address === undefined || bytes === undefined) {
        options.log.warn('a target of notifications can not be told', { target: target.name });
        return;
      }
      await options.send(bytes, { address, port: target.port });
    } catch (error) {
      options.log.warn('a notification was not sent', { target: target.name, error });
    }
  };

  const sendAfter = async (
    before: Promise<void>,
    targets: readonly TrapTarget[],
    notification: Notification,
  ): Promise<void> => {
    await before;
    await Promise.all(targets.map((target) => sendTo(target, notification)));
    waiting -= 1;
  };

  return {
    tell(notification) {
      const targets = options.access.targets();
      if (targets.length === 0 || waiting >= snmpLimits.waitingTraps) return;
      waiting += 1;
      tail = sendAfter(tail, targets, notification);
    },
    idle: () => tail,
  };
}

/** Undefined where the target's community or user is gone. */
function messageFor(
  target: TrapTarget,
  notification: Notification,
  options: TrapSenderOptions,
): Uint8Array | undefined {
  const name = target.reader.toLowerCase();
  const isMeant = (reader: { readonly name: string }) => reader.name.toLowerCase() === name;
  if (target.version === 'v3') {
    const user = options.access.users().find(isMeant);
    if (user === undefined) return undefined;
    const id = numberFrom(options.random);
    return options.usm.notify(user, id, encodable(trapV2(notification, options)));
  }
  const reader = options.access.communities().find(isMeant);
  if (reader === undefined) return undefined;
  return encodeCommunityMessage({
    version: target.version,
    community: new TextEncoder().encode(reader.community),
    pdu:
      target.version === 'v1'
        ? trapV1(notification, options)
        : encodable(trapV2(notification, options)),
  });
}

function trapV2({ oid, varbinds }: Notification, { upMs, random }: TrapSenderOptions): Pdu {
  const first: readonly Varbind[] = [
    { oid: sysUpTime, value: ticksValue(upMs()) },
    { oid: snmpTrapOid, value: oidValue(oid) },
  ];
  return {
    type: 'trap-v2',
    requestId: numberFrom(random),
    errorStatus: 0,
    errorIndex: 0,
    varbinds: [...first, ...varbinds],
  };
}

/** RFC 3584 3.2. */
function trapV1({ oid, varbinds }: Notification, options: TrapSenderOptions): TrapV1Pdu {
  const last = oid.at(-1) ?? 0;
  const isStandard =
    oid.length === standardTraps.length + 1 && standardTraps.every((part, at) => oid[at] === part);
  const above = oid.slice(0, oid.at(-2) === 0 ? -2 : -1);
  return {
    type: 'trap-v1',
    enterprise: isStandard ? platenProduct : above,
    agentAddress: ownIpv4(options.addresses),
    genericTrap: isStandard ? last - 1 : enterpriseSpecific,
    specificTrap: isStandard ? 0 : last,
    timeTicks: Math.floor(options.upMs() / 10) % 0x1_0000_0000,
    varbinds,
  };
}

function ownIpv4(addresses: Addresses): Uint8Array {
  const found = addresses
    .own()
    .addresses.map((text) => parseIpAddress(text)?.bytes ?? [])
    .filter((bytes) => bytes.length === 4);
  const reachable = found.find(([first]) => first !== 127) ?? found[0];
  return Uint8Array.from(reachable ?? [0, 0, 0, 0]);
}

function numberFrom(random: Pick<Random, 'bytes'>): number {
  return Buffer.from(random.bytes(4)).readUInt32BE() & 0x7fff_ffff;
}
