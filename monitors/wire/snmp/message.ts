// SNMP messages: versions 1 and 2c with their community (RFC 1157, RFC 1901), version 3 with its
// header and the user-based security parameters (RFC 3412 6, RFC 3414 2.4).
import { BerReader } from './ber-reader.ts';
import { BerWriter } from './ber-writer.ts';
import { SnmpDecodeError } from './errors.ts';
import { snmpWireLimits as limits } from './limits.ts';
import {
  type EncodablePdu,
  type Pdu,
  readPdu,
  type TrapV1Pdu,
  writePdu,
  writeTrapV1,
} from './pdu.ts';
import { tags } from './tags.ts';

export interface CommunityMessage {
  readonly version: 'v1' | 'v2c';
  readonly community: Uint8Array;
  readonly pdu: Pdu;
}

export interface SecurityParameters {
  readonly engineId: Uint8Array;
  readonly boots: number;
  readonly timeSeconds: number;
  readonly userName: Uint8Array;
  readonly authentication: Uint8Array;
  readonly privacy: Uint8Array;
}

export interface V3Header {
  readonly id: number;
  readonly maxSizeBytes: number;
  readonly authenticated: boolean;
  readonly encrypted: boolean;
  readonly reportable: boolean;
  readonly securityModel: number;
}

export interface V3Message {
  readonly version: 'v3';
  readonly header: V3Header;
  readonly security: SecurityParameters;
  /** Where in the datagram `security.authentication` stands: it is zero while the MAC is made. */
  readonly authenticationOffset: number;
  /** The scoped PDU, or what it became by encryption. */
  readonly data: Uint8Array;
}

export interface ScopedPdu<P = Pdu> {
  readonly contextEngineId: Uint8Array;
  readonly contextName: Uint8Array;
  readonly pdu: P;
}

/** SNMP's number of the user-based security model (RFC 3411 5). */
export const userSecurityModel = 3;

const versionNumbers = { v1: 0, v2c: 1, v3: 3 } as const;
const flagBits = { authenticated: 1, encrypted: 2, reportable: 4 } as const;
const wholeInt = limits.int32.max;

/** Throws a SnmpDecodeError; what follows the message is an error too. */
export function decodeMessage(bytes: Uint8Array): CommunityMessage | V3Message {
  const datagram = new BerReader(bytes);
  const message = datagram.enter(tags.sequence);
  datagram.mustEnd();
  const at = message.offsetBytes;
  const version = message.integer(0, wholeInt);
  if (version === versionNumbers.v3) return readV3(message);
  if (version !== versionNumbers.v1 && version !== versionNumbers.v2c) {
    throw new SnmpDecodeError(`there is no version ${version}`, at);
  }
  const community = message.octets(limits.communityOctets);
  const pdu = readPdu(message);
  message.mustEnd();
  return { version: version === versionNumbers.v1 ? 'v1' : 'v2c', community, pdu };
}

function readV3(message: BerReader): V3Message {
  const head = message.enter(tags.sequence);
  const id = head.integer(0, wholeInt);
  const maxSizeBytes = head.integer(limits.leastMaxSizeBytes, wholeInt);
  const flagsAt = head.offsetBytes;
  const [flags, ...moreFlags] = head.octets(1);
  if (flags === undefined || moreFlags.length > 0) {
    throw new SnmpDecodeError('msgFlags is one octet', flagsAt);
  }
  const securityModel = head.integer(1, wholeInt);
  head.mustEnd();
  const parameters = message.enter(tags.octets);
  const { security, authenticationOffset } = readSecurity(parameters);
  const isEncrypted = (flags & flagBits.encrypted) !== 0;
  const dataAt = message.offsetBytes;
  const data = isEncrypted ? message.octets(limits.messageBytes) : message.rest();
  if (isEncrypted) message.mustEnd();
  if (isEncrypted && (flags & flagBits.authenticated) === 0) {
    throw new SnmpDecodeError('privacy without authentication', dataAt);
  }
  return {
    version: 'v3',
    header: {
      id,
      maxSizeBytes,
      authenticated: (flags & flagBits.authenticated) !== 0,
      encrypted: isEncrypted,
      reportable: (flags & flagBits.reportable) !== 0,
      securityModel,
    },
    security,
    authenticationOffset,
    data,
  };
}

function readSecurity(from: BerReader): Pick<V3Message, 'security' | 'authenticationOffset'> {
  const parts = from.enter(tags.sequence);
  from.mustEnd();
  const engineId = parts.octets(limits.engineIdOctets.max);
  const boots = parts.integer(0, wholeInt);
  const timeSeconds = parts.integer(0, wholeInt);
  const userName = parts.octets(limits.userNameOctets);
  const field = parts.enter(tags.octets);
  const authenticationOffset = field.offsetBytes;
  const authentication = field.rest();
  const privacy = parts.octets(limits.messageBytes);
  parts.mustEnd();
  return {
    security: { engineId, boots, timeSeconds, userName, authentication, privacy },
    authenticationOffset,
  };
}

export function decodeScopedPdu(bytes: Uint8Array): ScopedPdu {
  const from = new BerReader(bytes);
  // What a block cipher pads may follow (RFC 3414 8.1.1.3); what is plain was checked by its frame.
  const scoped = from.enter(tags.sequence);
  const contextEngineId = scoped.octets(limits.engineIdOctets.max);
  const contextName = scoped.octets(limits.communityOctets);
  const pdu = readPdu(scoped);
  scoped.mustEnd();
  return { contextEngineId, contextName, pdu };
}

export function encodeCommunityMessage(message: {
  readonly version: 'v1' | 'v2c';
  readonly community: Uint8Array;
  readonly pdu: EncodablePdu | TrapV1Pdu;
}): Uint8Array {
  const to = new BerWriter();
  const { pdu } = message;
  if (pdu.type === 'trap-v1') writeTrapV1(to, pdu);
  else writePdu(to, pdu);
  to.octets(tags.octets, message.community);
  to.integer(tags.integer, versionNumbers[message.version]);
  to.wrap(tags.sequence, 0);
  return to.take();
}

export function encodeScopedPdu(scoped: ScopedPdu<EncodablePdu>): Uint8Array {
  const to = new BerWriter();
  writePdu(to, scoped.pdu);
  to.octets(tags.octets, scoped.contextName);
  to.octets(tags.octets, scoped.contextEngineId);
  to.wrap(tags.sequence, 0);
  return to.take();
}

/** `data` is a scoped PDU as it is, or encrypted where the header says so. */
export function encodeV3Message(message: Omit<V3Message, 'version' | 'authenticationOffset'>): {
  readonly bytes: Uint8Array;
  readonly authenticationOffset: number;
} {
  const { header, security, data } = message;
  const to = new BerWriter();
  if (header.encrypted) to.octets(tags.octets, data);
  else to.bytes(data);
  const behind = writeSecurity(to, security);
  const mark = to.mark;
  to.integer(tags.integer, header.securityModel);
  const flags =
    (header.authenticated ? flagBits.authenticated : 0) +
    (header.encrypted ? flagBits.encrypted : 0) +
    (header.reportable ? flagBits.reportable : 0);
  to.octets(tags.octets, Uint8Array.of(flags));
  to.integer(tags.integer, header.maxSizeBytes);
  to.integer(tags.integer, header.id);
  to.wrap(tags.sequence, mark);
  to.integer(tags.integer, versionNumbers.v3);
  to.wrap(tags.sequence, 0);
  const bytes = to.take();
  return { bytes, authenticationOffset: bytes.length - behind };
}

/** Answers with how many octets of the message follow from the authentication field's start on. */
function writeSecurity(to: BerWriter, security: SecurityParameters): number {
  const mark = to.mark;
  to.octets(tags.octets, security.privacy);
  to.bytes(security.authentication);
  const behind = to.mark;
  to.wrap(tags.octets, behind - security.authentication.length);
  to.octets(tags.octets, security.userName);
  to.integer(tags.integer, security.timeSeconds);
  to.integer(tags.integer, security.boots);
  to.octets(tags.octets, security.engineId);
  to.wrap(tags.sequence, mark);
  to.wrap(tags.octets, mark);
  return behind;
}
