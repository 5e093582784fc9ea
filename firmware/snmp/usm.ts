// The user-based security model on the agent's side (RFC 3414 3): who sent a message of version 3,
// whether it is in time, and what answers or reports it.
import { oidOf, type Oid } from '../../monitors/wire/snmp/oid.ts';
import {
  decodeScopedPdu,
  encodeScopedPdu,
  encodeV3Message,
  type ScopedPdu,
  userSecurityModel,
  type V3Message,
} from '../../monitors/wire/snmp/message.ts';
import { type EncodablePdu, encodeVarbind } from '../../monitors/wire/snmp/pdu.ts';
import {
  decrypt,
  encrypt,
  hasGoodMac,
  macOctets,
  messageMac,
  type PrivacyOptions,
  saltOctets,
} from '../../monitors/wire/snmp/usm-crypto.ts';
import { counterValue } from '../../monitors/wire/snmp/values.ts';
import { SnmpDecodeError } from '../../monitors/wire/snmp/errors.ts';
import type { Random } from '../../hal/contract.ts';
import { snmpLimits } from '../limits/snmp-limits.ts';
import { createReplays } from './replays.ts';
import type { EngineView, SecurityLevel, SnmpCounter, SnmpUser } from './contract.ts';

export interface UsmOptions {
  readonly engine: EngineView;
  readonly users: () => readonly SnmpUser[];
  readonly random: Pick<Random, 'bytes'>;
  /** Counts one more, and answers with the sum. */
  readonly count: (which: SnmpCounter) => number;
}

export type Checked =
  | {
      readonly kind: 'good';
      readonly user: SnmpUser;
      readonly level: SecurityLevel;
      readonly scoped: ScopedPdu;
    }
  /** To be sent back, if anything. */
  | {
      readonly kind: 'refused';
      readonly report: Uint8Array | undefined;
      readonly why: SnmpCounter;
    };

export interface Usm {
  check(message: V3Message, bytes: Uint8Array): Checked;
  /** A message to the sender of `message` with its user's security. */
  reply(message: V3Message, user: SnmpUser, level: SecurityLevel, pdu: EncodablePdu): Uint8Array;
  /** The report that the message's context is not known (RFC 3413 3.2). */
  reportContext(message: V3Message, user: SnmpUser, level: SecurityLevel): Uint8Array | undefined;
  /** A notification of our own; its engine is the one that decides (RFC 3414 1.5.1). */
  notify(user: SnmpUser, id: number, pdu: EncodablePdu): Uint8Array;
}

/** usmStats and snmpUnknownContexts: the objects that reports carry. */
const statistics = {
  unsupportedSecurityLevels: oidOf('1.3.6.1.6.3.15.1.1.1.0'),
  notInTimeWindows: oidOf('1.3.6.1.6.3.15.1.1.2.0'),
  unknownUserNames: oidOf('1.3.6.1.6.3.15.1.1.3.0'),
  unknownEngineIds: oidOf('1.3.6.1.6.3.15.1.1.4.0'),
  wrongDigests: oidOf('1.3.6.1.6.3.15.1.1.5.0'),
  decryptionErrors: oidOf('1.3.6.1.6.3.15.1.1.6.0'),
  unknownContexts: oidOf('1.3.6.1.6.3.12.1.5.0'),
} as const satisfies Partial<Record<SnmpCounter, Oid>>;

type Reported = keyof typeof statistics;

const nothing = new Uint8Array();

export function levelOf({ authenticated, encrypted }: V3Message['header']): SecurityLevel {
  if (encrypted) return 'authPriv';
  return authenticated ? 'authNoPriv' : 'noAuthNoPriv';
}

export function createUsm(options: UsmOptions): Usm {
  const { engine, random } = options;
  const salts = createSalts(random);
  const replays = createReplays();

  const refuse = (message: V3Message, why: Reported, user?: SnmpUser): Checked => {
    const count = options.count(why);
    const report = message.header.reportable
      ? makeReport(message, why, count, user, user === undefined ? 'noAuthNoPriv' : 'authNoPriv')
      : undefined;
    return { kind: 'refused', report, why };
  };

  const makeReport = (
    message: V3Message,
    why: Reported,
    count: number,
    user: SnmpUser | undefined,
    level: SecurityLevel,
  ): Uint8Array => {
    const varbind = { oid: statistics[why], value: counterValue(count) };
    const pdu: EncodablePdu = {
      type: 'report',
      requestId: requestIdOf(message),
      errorStatus: 0,
      errorIndex: 0,
      encoded: [encodeVarbind(varbind)],
    };
    return send({ id: message.header.id, user, level, pdu, name: message.security.userName });
  };

  const send = (what: {
    readonly id: number;
    readonly user: SnmpUser | undefined;
    readonly level: SecurityLevel;
    readonly pdu: EncodablePdu;
    readonly name: Uint8Array;
    readonly contextName?: Uint8Array;
  }): Uint8Array => {
    const { id, user, level, pdu } = what;
    const scoped = encodeScopedPdu({
      contextEngineId: engine.id,
      contextName: what.contextName ?? nothing,
      pdu,
    });
    const { boots } = engine;
    const timeSeconds = engine.timeSeconds();
    const salt = level === 'authPriv' ? salts.next() : nothing;
    const isSecured = user !== undefined && level !== 'noAuthNoPriv';
    const { bytes, authenticationOffset } = encodeV3Message({
      header: {
        id,
        maxSizeBytes: snmpLimits.answerBytes,
        authenticated: isSecured,
        encrypted: level === 'authPriv',
        reportable: false,
        securityModel: userSecurityModel,
      },
      security: {
        engineId: engine.id,
        boots,
        timeSeconds,
        userName: what.name,
        authentication: isSecured ? new Uint8Array(macOctets[user.auth.protocol]) : nothing,
        privacy: salt,
      },
      data:
        level === 'authPriv'
          ? encrypt(privacyOf(user, { boots, timeSeconds, salt }), scoped)
          : scoped,
    });
    if (isSecured) {
      bytes.set(messageMac(user.auth.protocol, user.auth.key, bytes), authenticationOffset);
    }
    return bytes;
  };

  const isInTime = ({ security }: V3Message): boolean =>
    engine.boots < snmpLimits.mostBoots &&
    security.boots === engine.boots &&
    Math.abs(security.timeSeconds - engine.timeSeconds()) <= snmpLimits.timeWindowSeconds;

  return {
    check(message, bytes) {
      const { security, header } = message;
      if (Buffer.compare(security.engineId, engine.id) !== 0) {
        return refuse(message, 'unknownEngineIds');
      }
      const name = new TextDecoder().decode(security.userName);
      const user = options.users().find((candidate) => candidate.name === name);
      if (user === undefined) return refuse(message, 'unknownUserNames');
      const level = levelOf(header);
      // A user without privacy can't be sent secrets; one with it need not ask for it.
      if (level === 'noAuthNoPriv' || (level === 'authPriv' && user.priv === undefined)) {
        return refuse(message, 'unsupportedSecurityLevels');
      }
      const isRight = hasGoodMac({
        ...user.auth,
        message: bytes,
        mac: security.authentication,
        offsetBytes: message.authenticationOffset,
      });
      if (!isRight) return refuse(message, 'wrongDigests');
      if (!isInTime(message)) return refuse(message, 'notInTimeWindows', user);
      const { timeSeconds, authentication: mac } = security;
      const taken = replays.take({ userName: name, mac, timeSeconds }, engine.timeSeconds());
      if (taken === 'too-old') return refuse(message, 'notInTimeWindows', user);
      if (taken === 'repeated') {
        options.count('replays');
        return { kind: 'refused', report: undefined, why: 'replays' };
      }
      try {
        return { kind: 'good', user, level, scoped: decodeScopedPdu(plainOf(message, user)) };
      } catch (error) {
        if (!(error instanceof SnmpDecodeError)) throw error;
        if (header.encrypted) return refuse(message, 'decryptionErrors', user);
        options.count('parseErrors');
        return { kind: 'refused', report: undefined, why: 'parseErrors' };
      }
    },

    reply: (message, user, level, pdu) =>
      send({ id: message.header.id, user, level, pdu, name: message.security.userName }),

    reportContext(message, user, level) {
      const count = options.count('unknownContexts');
      if (!message.header.reportable) return undefined;
      return makeReport(message, 'unknownContexts', count, user, level);
    },

    notify: (user, id, pdu) =>
      send({
        id,
        user,
        level: user.priv === undefined ? 'authNoPriv' : 'authPriv',
        pdu,
        name: new TextEncoder().encode(user.name),
      }),
  };
}

function plainOf({ header, security, data }: V3Message, user: SnmpUser): Uint8Array {
  if (!header.encrypted) return data;
  if (security.privacy.length !== saltOctets) {
    throw new SnmpDecodeError('the salt has not eight octets', 0);
  }
  const { boots, timeSeconds, privacy } = security;
  return decrypt(privacyOf(user, { boots, timeSeconds, salt: privacy }), data);
}

function privacyOf(
  user: SnmpUser | undefined,
  moment: Pick<PrivacyOptions, 'boots' | 'timeSeconds' | 'salt'>,
): PrivacyOptions {
  if (user?.priv === undefined) throw new TypeError('a user without privacy keeps no secret');
  return { ...user.priv, authProtocol: user.auth.protocol, ...moment };
}

/** A report answers a request by its number where that can be read (RFC 3412 7.1.3). */
function requestIdOf({ header, data }: V3Message): number {
  if (header.encrypted) return 0;
  try {
    return decodeScopedPdu(data).pdu.requestId;
  } catch (error) {
    if (error instanceof SnmpDecodeError) return 0;
    throw error;
  }
}

/** RFC 3826 3.1.2.1: a number that starts anywhere, and never comes again. */
function createSalts(random: Pick<Random, 'bytes'>): { next(): Uint8Array } {
  let value = Buffer.from(random.bytes(saltOctets)).readBigUInt64BE();
  return {
    next() {
      value = BigInt.asUintN(64, value + 1n);
      const salt = Buffer.alloc(saltOctets);
      salt.writeBigUInt64BE(value);
      return salt;
    },
  };
}
