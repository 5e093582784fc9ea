// Asks every host of the box's IPv4 networks, by one SNMPv1 broadcast, whether it is a printer.
import { canonicalAddress } from '../../hal/address.ts';
import type { Clock, NetworkInterface, Random, Udp, UdpSocket } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { sleep } from '../../hal/time.ts';
import { decodeMessage, encodeCommunityMessage } from '../../monitors/wire/snmp/message.ts';
import { oidOf, type Oid } from '../../monitors/wire/snmp/oid.ts';
import { encodable } from '../../monitors/wire/snmp/pdu.ts';
import { nullValue, type SnmpValue, type Varbind } from '../../monitors/wire/snmp/values.ts';
import { parseDeviceId } from '../../monitors/wire/ieee1284/device-id.ts';
import { devicesLimits as limits } from '../limits/devices-limits.ts';
import type { FoundDevice } from './contract.ts';
import { shownText } from './text.ts';

export interface SnmpSearchOptions {
  readonly udp: Udp;
  readonly clock: Clock;
  readonly random: Random;
  readonly languageFor: (commandSets: readonly string[]) => string | undefined;
  readonly port?: number;
}

/** HOST-RESOURCES-MIB: the type of the first device, and what it says of itself. */
const hrDeviceType = oidOf('1.3.6.1.2.1.25.3.2.1.2.1');
const hrDeviceDescr = oidOf('1.3.6.1.2.1.25.3.2.1.3.1');
const hrDevicePrinter = oidOf('1.3.6.1.2.1.25.3.1.5');
const sysLocation = oidOf('1.3.6.1.2.1.1.6.0');
/** PWG 5107.1: ppmPrinterIEEE1284DeviceId of the first printer. */
const deviceIdOid = oidOf('1.3.6.1.4.1.2699.1.2.1.2.1.1.3.1');

const snmpPort = 161;
const rawPort = 9100;

/** Resolves after the time for answers, or at the signal, with whoever answered until then. */
export async function searchBySnmp(
  options: SnmpSearchOptions,
  signal: AbortSignal,
): Promise<readonly FoundDevice[]> {
  const { udp, clock, random } = options;
  const found = new Map<string, Answer>();
  const requestId = Math.floor(random.fraction() * 0x7fff_0000) + 1;
  const sockets: UdpSocket[] = [];
  try {
    for (const { address, broadcast } of networks(udp.interfaces())) {
      const socket = await askNetwork(options, { address, broadcast, requestId }, found);
      if (socket !== undefined) sockets.push(socket);
    }
    await sleep(clock, limits.searchMs, signal).catch(() => {
      // Whoever asked goes away; what came is the answer.
    });
  } finally {
    await Promise.all(sockets.map((socket) => socket.close()));
  }
  return [...found]
    .filter(([, { isPrinter }]) => isPrinter)
    .map(([host, answer]) => deviceOf(host, answer, options.languageFor));
}

interface Question {
  readonly address: string;
  readonly broadcast: string;
  readonly requestId: number;
}

/**
 * Each fact is a question of its own: version 1 answers a question with nothing where one fact in
 * it is missing (RFC 1157 4.1.2).
 */
async function askNetwork(
  { udp, port = snmpPort }: SnmpSearchOptions,
  { address, broadcast, requestId }: Question,
  found: Map<string, Answer>,
): Promise<UdpSocket | undefined> {
  try {
    const socket = await udp.open({
      address,
      port: 0,
      broadcast: true,
      onDatagram: (bytes, from) => take(bytes, canonicalAddress(from.address), requestId, found),
      onFault() {},
    });
    for (const [at, oid] of questions.entries()) {
      await socket.send(question(requestId + at, oid), { address: broadcast, port });
    }
    return socket;
  } catch (error) {
    if (!isHalError(error)) throw error;
    // A network that just went away has no printers.
    return undefined;
  }
}

const questions = [hrDeviceType, hrDeviceDescr, sysLocation, deviceIdOid] as const;

interface Answer {
  isPrinter: boolean;
  readonly said: Map<number, string>;
}

function question(requestId: number, oid: Oid): Uint8Array {
  return encodeCommunityMessage({
    version: 'v1',
    community: Buffer.from('public'),
    pdu: encodable({
      type: 'get',
      requestId,
      errorStatus: 0,
      errorIndex: 0,
      varbinds: [{ oid, value: nullValue }],
    }),
  });
}

/** Anybody may send anything here: what is no answer to a question of ours is left alone. */
function take(
  bytes: Uint8Array,
  host: string,
  requestId: number,
  found: Map<string, Answer>,
): void {
  const read = readAnswer(bytes);
  const at = (read?.requestId ?? 0) - requestId;
  if (read === undefined || questions[at] === undefined) return;
  const answer = found.get(host) ?? { isPrinter: false, said: new Map<number, string>() };
  if (!found.has(host) && found.size >= limits.devices) return;
  found.set(host, answer);
  const { value } = read.varbind;
  if (at === 0) answer.isPrinter = value.type === 'oid' && isPrinterType(value.value);
  else answer.said.set(at, textOf(value));
}

function readAnswer(
  bytes: Uint8Array,
): { readonly requestId: number; readonly varbind: Varbind } | undefined {
  try {
    const message = decodeMessage(bytes);
    if (message.version === 'v3') return undefined;
    const { pdu } = message;
    const [varbind] = pdu.varbinds;
    if (pdu.type !== 'response' || pdu.errorStatus !== 0 || varbind === undefined) return undefined;
    return { requestId: pdu.requestId, varbind };
  } catch {
    // Not SNMP, or not as it should be: strangers may send what they like.
    return undefined;
  }
}

function isPrinterType(oid: Oid): boolean {
  return oid.join('.') === hrDevicePrinter.join('.');
}

function textOf(value: SnmpValue): string {
  return value.type === 'octets' ? Buffer.from(value.value).toString('utf8') : '';
}

function deviceOf(
  host: string,
  { said }: Answer,
  languageFor: SnmpSearchOptions['languageFor'],
): FoundDevice {
  const [, descr = '', location = '', idText = ''] = questions.map((_oid, at) => said.get(at));
  const id = parseDeviceId(Buffer.from(idText, 'latin1'));
  const language = languageFor(id?.commandSets ?? []);
  return {
    key: `socket://${host}:${rawPort}`,
    source: 'snmp',
    name: shownText(descr) || shownText(`${id?.manufacturer ?? ''} ${id?.model ?? ''}`),
    location: shownText(location),
    serialNumber: shownText(id?.serialNumber),
    address: host,
    deviceId: id?.text ?? '',
    commandSets: id?.commandSets ?? [],
    port: { monitor: 'tcp', input: { host, portNumber: rawPort } },
    ...(language === undefined ? {} : { language }),
  };
}

/** The broadcast address of each IPv4 network that is not the machine's own. */
function networks(
  interfaces: readonly NetworkInterface[],
): readonly { readonly address: string; readonly broadcast: string }[] {
  return interfaces
    .filter(({ loopback }) => !loopback)
    .flatMap(({ addresses }) => addresses)
    .flatMap(({ address, prefixBits }) => {
      const octets = address.split('.').map(Number);
      // A network of one or two has no broadcast (RFC 3021).
      if (octets.length !== 4 || prefixBits > 30 || prefixBits < 8) return [];
      const number = octets.reduce((sum, octet) => sum * 256 + octet, 0);
      const size = 2 ** (32 - prefixBits);
      const last = Math.floor(number / size) * size + size - 1;
      const broadcast = [24, 16, 8, 0].map((bits) => Math.floor(last / 2 ** bits) % 256).join('.');
      return [{ address, broadcast }];
    });
}
