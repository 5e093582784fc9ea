// SNMP: an agent that shows the appliance and its printers (RFC 3411 ff.), and notifications of
// what happens to them.
//
// Life cycle: createSnmpAgent has no side effect; `start` listens; `stop` ends it. Requests are
// answered from a snapshot of everything, which is made anew when it is asked for and too old, or
// when an event told that something changed. Everything is read-only.
import type { Oid } from '../../monitors/wire/snmp/oid.ts';
import type { SnmpValue } from '../../monitors/wire/snmp/values.ts';
import type { AuthProtocol, PrivProtocol } from '../../monitors/wire/snmp/usm-crypto.ts';
import type { DeviceFacts } from '../../monitors/device-facts.ts';
import type { NetworkLink } from '../../hal/links.ts';
import type { Printer } from '../printers/printer.ts';
import type { PrinterStatus } from '../spooler/contract.ts';
import type { PrinterAlert } from './alerts.ts';

// ---- what is shown ------------------------------------------------------------------------------

/** Everything that rows of the MIB are made from, at one moment. */
export interface MibSource {
  readonly system: MibSystem;
  readonly engine: EngineView;
  readonly counters: Readonly<Record<SnmpCounter, number>>;
  readonly links: readonly NetworkLink[];
  readonly printers: readonly MibPrinter[];
  readonly storage: readonly MibStorage[];
  readonly software: readonly MibSoftware[];
  readonly pair: MibPair;
}

export interface MibSystem {
  readonly description: string;
  readonly name: string;
  readonly contact: string;
  readonly location: string;
  /** Since the agent started; asked when it is answered. */
  readonly upMs: () => number;
  /** Milliseconds since 1970. */
  readonly wallMs: () => number;
  readonly memoryBytes: number;
}

export interface MibPrinter {
  /** hrDeviceIndex. */
  readonly index: number;
  readonly printer: Printer;
  readonly status: PrinterStatus;
  /** What its device says; without a member where it does not. */
  readonly device: DeviceFacts;
  readonly alerts: readonly PrinterAlert[];
  readonly alertCounts: { readonly all: number; readonly critical: number };
  /** Where clients print to it: the first is the one to be preferred. */
  readonly ways: readonly PrinterWay[];
  /** `MFG:…;MDL:…;CMD:…;` */
  readonly deviceId: string;
}

export interface PrinterWay {
  readonly kind: 'ipp' | 'raw' | 'lpd';
  readonly uri: string;
  readonly port: number;
}

export interface MibStorage {
  readonly name: string;
  readonly kind: 'disk' | 'memory';
  readonly totalBytes: number;
  readonly usedBytes: number;
}

export interface MibSoftware {
  readonly index: number;
  readonly name: string;
  readonly path: string;
  readonly cpuHundredths: number;
  readonly memoryBytes: number;
}

/** What the pair knows; a node by itself has no groups. */
export interface MibPair {
  readonly nodeId: string;
  readonly peerId: string;
  /** Since the peer was last heard; undefined: never, or there is none. */
  readonly heartbeatAgeMs: number | undefined;
  /** What is kept free for documents that are arriving, and how much is left beyond it. */
  readonly spoolReserveBytes: number;
  readonly spoolFreeBytes: number;
  readonly groups: readonly MibGroup[];
}

export interface MibGroup {
  readonly name: string;
  readonly state:
    | 'initializing'
    | 'online'
    | 'offline'
    | 'failed'
    | 'online-pending'
    | 'offline-pending';
  readonly term: number;
  readonly ownerId: string;
  readonly ownedHere: boolean;
  /** It goes on alone: the peer does not hold all that clients were told. */
  readonly exposed: boolean;
}

/** One value of one object. */
export interface MibEntry {
  readonly oid: Oid;
  /** A function is asked for each answer. */
  readonly value: SnmpValue | (() => SnmpValue);
}

/** Rows of the MIB; each file of `mib/` adds some. */
export interface MibRows {
  /** The objects, without their instances: asking for another instance is a no-such-instance. */
  readonly objects: readonly Oid[];
  readonly entries: (source: MibSource) => readonly MibEntry[];
}

// ---- the engine ---------------------------------------------------------------------------------

export interface EngineView {
  /** SnmpEngineID (RFC 3411 5). */
  readonly id: Uint8Array;
  /** Grows with each start. */
  readonly boots: number;
  readonly timeSeconds: () => number;
}

/** What is counted (SNMPv2-MIB, SNMP-MPD-MIB, SNMP-USER-BASED-SM-MIB, SNMP-TARGET-MIB). */
export const snmpCounters = [
  'inPackets',
  'badVersions',
  'badCommunityNames',
  'badCommunityUses',
  'parseErrors',
  'silentDrops',
  'unknownSecurityModels',
  'invalidMessages',
  'unknownPduHandlers',
  'unsupportedSecurityLevels',
  'notInTimeWindows',
  'unknownUserNames',
  'unknownEngineIds',
  'wrongDigests',
  'decryptionErrors',
  'unknownContexts',
  'replays',
] as const;

export type SnmpCounter = (typeof snmpCounters)[number];

// ---- who may read what --------------------------------------------------------------------------

export type SecurityLevel = 'noAuthNoPriv' | 'authNoPriv' | 'authPriv';

/** What all kinds of reader have: from where they may ask, and what they see. */
export interface ReaderRules {
  /** Networks as `10.1.0.0/16`; empty: the networks that this appliance is in. */
  readonly networks: readonly string[];
  /** Subtrees; empty: everything. */
  readonly included: readonly string[];
  readonly excluded: readonly string[];
}

export interface Community extends ReaderRules {
  /** For people; the community itself is a secret. */
  readonly name: string;
  readonly community: string;
}

/** Keys are localized: they are good for this engine alone, and no password is kept. */
export interface SnmpUser extends ReaderRules {
  readonly name: string;
  readonly auth: { readonly protocol: AuthProtocol; readonly key: Uint8Array };
  readonly priv: { readonly protocol: PrivProtocol; readonly key: Uint8Array } | undefined;
}

/** Where notifications go. */
export interface TrapTarget {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly version: 'v1' | 'v2c' | 'v3';
  /** The name of a community or, for v3, of a user. */
  readonly reader: string;
}

/** Communities, users and targets as they are now; administrators change them. */
export interface SnmpAccess {
  communities(): readonly Community[];
  users(): readonly SnmpUser[];
  targets(): readonly TrapTarget[];
}
