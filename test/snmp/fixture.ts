// An agent without an appliance: what it shows is made here, and its clock is moved by hand.
import type { SnmpUser, MibPrinter, MibSource, Community } from '../../firmware/snmp/contract.ts';
import { createEngine, type SnmpEngine } from '../../firmware/snmp/engine.ts';
import { mibRows } from '../../firmware/snmp/mib/table.ts';
import { makeSnapshot, type Snapshot } from '../../firmware/snmp/snapshot.ts';
import type { DeviceFacts } from '../../monitors/device-facts.ts';
import { oidOf } from '../../monitors/wire/snmp/oid.ts';
import {
  decodeMessage,
  decodeScopedPdu,
  encodeCommunityMessage,
  encodeScopedPdu,
  encodeV3Message,
  userSecurityModel,
} from '../../monitors/wire/snmp/message.ts';
import { encodable, type Pdu, type PduType } from '../../monitors/wire/snmp/pdu.ts';
import {
  decrypt,
  encrypt,
  localizedKey,
  macOctets,
  messageMac,
} from '../../monitors/wire/snmp/usm-crypto.ts';
import { nullValue } from '../../monitors/wire/snmp/values.ts';
import { VirtualClock } from '../world/clock.ts';
import { SeededRandom } from '../world/random.ts';

export const engineId = new Uint8Array(Buffer.from('80007ed905000102030405', 'hex'));

const device: DeviceFacts = {
  makeAndModel: 'Acme ColorLaser 4700',
  serialNumber: 'CNDXA01234',
  deviceId: 'MFG:Acme;MDL:ColorLaser 4700;CMD:PDF;',
  consoleText: ['Ready'],
  pageCount: 48_213,
  supplies: [
    {
      name: 'Black Toner',
      type: 'toner',
      kind: 'consumed',
      unit: 19,
      capacity: 100,
      level: 61,
      colorant: 'black',
    },
    { name: 'Waste', type: 'wasteToner', kind: 'filled', unit: 19, capacity: 100, level: 90 },
  ],
  inputs: [
    { name: 'Tray 1', mediaName: 'iso_a4_210x297mm', type: 3, unit: 8, capacity: 500, level: 250 },
  ],
};

export function printerOf(index: number, more: Partial<MibPrinter> = {}): MibPrinter {
  const name = `p${index}`;
  const moment = { ms: 0, trusted: true };
  return {
    index,
    printer: {
      id: `id-${index}`,
      spooler: 'local',
      name,
      description: '',
      location: `room ${index}`,
      portNames: [name],
      accepting: true,
      enabled: true,
      holdNewJobs: false,
      note: '',
      defaults: {},
      quotas: {},
      access: {},
      raw: {},
      documentRetention: {},
      historyRetention: {},
      interrupted: 'restart',
      startPrinting: 'spooled',
      formats: ['application/octet-stream', 'application/pdf'],
      createdAt: moment,
      changedAt: moment,
    },
    status: { state: 'idle', reasons: ['none'], message: '', queuedJobCount: 0 },
    device,
    alerts: [],
    alertCounts: { all: 0, critical: 0 },
    ways: [
      { kind: 'ipp', uri: `ipp://print.example:8631/ipp/print/${name}`, port: 8631 },
      { kind: 'raw', uri: `socket://print.example:${9100 + index}`, port: 9100 + index },
    ],
    deviceId: device.deviceId ?? '',
    ...more,
  };
}

export function sourceOf(
  printers: readonly MibPrinter[],
  clock: VirtualClock,
  counters: MibSource['counters'],
): MibSource {
  return {
    system: {
      description: 'Platen',
      name: 'platen',
      contact: 'anna',
      location: 'cellar',
      upMs: () => clock.monotonicMs(),
      wallMs: () => 0,
      memoryBytes: 1024 ** 3,
    },
    engine: { id: engineId, boots: 1, timeSeconds: () => 0 },
    counters,
    links: [
      {
        index: 1,
        name: 'eth0',
        loopback: false,
        mtuBytes: 1_500,
        hardwareAddress: Uint8Array.from([2, 0, 0, 0, 0, 1]),
        enabled: true,
        carrier: true,
        bitsPerSecond: 1_000_000_000,
        received: { bytes: 2 ** 40, packets: 10, errors: 0, dropped: 0 },
        sent: { bytes: 7, packets: 1, errors: 0, dropped: 0 },
      },
    ],
    printers,
    storage: [{ name: 'Spool', kind: 'disk', totalBytes: 2 ** 44, usedBytes: 2 ** 40 }],
    software: [{ index: 7, name: 'platen', path: '/platen', cpuHundredths: 1, memoryBytes: 1e8 }],
    pair: {
      nodeId: 'node',
      peerId: 'peer',
      heartbeatAgeMs: 100,
      spoolReserveBytes: 2 ** 26,
      spoolFreeBytes: 2 ** 30,
      groups: [
        {
          name: 'PRINT1',
          state: 'online',
          term: 4,
          ownerId: 'node',
          ownedHere: true,
          exposed: false,
        },
      ],
    },
  };
}

export const everything = { networks: [], included: [], excluded: [] } as const;

export const passwords = { auth: 'authpassword', priv: 'privpassword' } as const;

export const user: SnmpUser = {
  name: 'monitor',
  ...everything,
  auth: { protocol: 'sha256', key: localizedKey('sha256', passwords.auth, engineId) },
  priv: { protocol: 'aes128', key: localizedKey('sha256', passwords.priv, engineId) },
};

type Ask = (
  type: PduType,
  oids: readonly string[],
  more?: Partial<Pdu>,
) => Promise<Pdu | undefined>;

export interface Rig {
  readonly clock: VirtualClock;
  readonly engine: SnmpEngine;
  readonly refused: string[];
  /** `v2c` with the community `geheim`. */
  readonly ask: Ask;
  readonly askV1: Ask;
}

export function makeRig(
  options: {
    readonly printers?: readonly MibPrinter[];
    readonly boots?: number;
    readonly communities?: readonly Community[];
    readonly clock?: VirtualClock;
  } = {},
): Rig {
  const clock = options.clock ?? new VirtualClock();
  const refused: string[] = [];
  const startMs = clock.monotonicMs();
  const all = { name: 'readers', community: 'geheim', ...everything };
  let snapshot: Snapshot | undefined;
  const engine: SnmpEngine = createEngine({
    engine: {
      id: engineId,
      boots: options.boots ?? 1,
      timeSeconds: () => Math.floor((clock.monotonicMs() - startMs) / 1_000),
    },
    access: { communities: () => options.communities ?? [all], users: () => [user] },
    snapshot: async () => {
      const printers = options.printers ?? [printerOf(1)];
      snapshot ??= makeSnapshot(mibRows, sourceOf(printers, clock, engine.counters()));
      return snapshot;
    },
    interfaces: () => [
      { name: 'lo', loopback: true, addresses: [{ address: '127.0.0.1', prefixBits: 8 }] },
    ],
    random: new SeededRandom(1),
    onRefused: (address) => refused.push(address),
  });
  const by =
    (version: 'v1' | 'v2c') =>
    async (type: PduType, oids: readonly string[], more: Partial<Pdu> = {}) => {
      const pdu = { ...requestOf(type, oids), ...more };
      const community = new TextEncoder().encode('geheim');
      const bytes = encodeCommunityMessage({ version, community, pdu: encodable(pdu) });
      const answer = await engine.respond(bytes, '127.0.0.1');
      if (answer === undefined) return undefined;
      const message = decodeMessage(answer);
      return message.version === 'v3' ? undefined : message.pdu;
    };
  return { clock, engine, refused, ask: by('v2c'), askV1: by('v1') };
}

export function requestOf(type: PduType, oids: readonly string[]): Pdu {
  const varbinds = oids.map((oid) => ({ oid: oidOf(oid), value: nullValue }));
  return { type, requestId: 77, errorStatus: 0, errorIndex: 0, varbinds };
}

export interface Told {
  readonly boots: number;
  readonly timeSeconds: number;
}

/** A message of version 3 from the user `monitor`, as a manager makes it. */
export function v3Request(
  pdu: Pdu,
  told: Told,
  { context = '', id = 5 }: { readonly context?: string; readonly id?: number } = {},
): Uint8Array {
  const contextName = new TextEncoder().encode(context);
  const scoped = encodeScopedPdu({ contextEngineId: engineId, contextName, pdu: encodable(pdu) });
  return v3Sealed(scoped, told, id);
}

/** Whatever it is, sealed with the right keys. */
export function v3Sealed(scoped: Uint8Array, told: Told, id = 5): Uint8Array {
  const salt = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
  const { auth, priv } = user;
  if (priv === undefined) throw new Error('the user of the tests has privacy');
  const secrecy = { ...priv, authProtocol: auth.protocol, ...told, salt };
  const { bytes, authenticationOffset } = encodeV3Message({
    header: {
      id,
      maxSizeBytes: 65_507,
      authenticated: true,
      encrypted: true,
      reportable: true,
      securityModel: userSecurityModel,
    },
    security: {
      engineId,
      ...told,
      userName: new TextEncoder().encode(user.name),
      authentication: new Uint8Array(macOctets[auth.protocol]),
      privacy: salt,
    },
    data: encrypt(secrecy, scoped),
  });
  bytes.set(messageMac(auth.protocol, auth.key, bytes), authenticationOffset);
  return bytes;
}

/** What an answer to `monitor` says. */
export function v3Answer(bytes: Uint8Array | undefined): Pdu | undefined {
  if (bytes === undefined) return undefined;
  const message = decodeMessage(bytes);
  if (message.version !== 'v3') return undefined;
  const { header, security, data } = message;
  const { auth, priv } = user;
  if (!header.encrypted || priv === undefined) return decodeScopedPdu(data).pdu;
  const { boots, timeSeconds, privacy } = security;
  const secrecy = { ...priv, authProtocol: auth.protocol, boots, timeSeconds, salt: privacy };
  return decodeScopedPdu(decrypt(secrecy, data)).pdu;
}
