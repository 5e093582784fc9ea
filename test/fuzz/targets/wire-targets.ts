// Targets: the codecs of the wire, each in one call.
import { deepStrictEqual } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decodeTxt } from '../../../firmware/discovery/txt-entry.ts';
import { parseBasic } from '../../../firmware/servers/authentication.ts';
import { parseRequestTarget, pathSegments } from '../../../firmware/servers/http/path.ts';
import { parseTargetUri } from '../../../firmware/servers/ipp/uris.ts';
import { abilitiesOf } from '../../../firmware/servers/ipp/abilities.ts';
import { readDeviceFacts } from '../../../monitors/ipp/device-facts.ts';
import { ippMonitorLimits } from '../../../monitors/ipp/limits.ts';
import { decodeDnsMessage } from '../../../monitors/wire/dns/decode.ts';
import { encodeDnsMessage } from '../../../monitors/wire/dns/encode.ts';
import { DnsDecodeError, DnsEncodeError } from '../../../monitors/wire/dns/errors.ts';
import { EscposReplyReader } from '../../../monitors/wire/escpos/status.ts';
import { deviceIdLimits, parseDeviceId } from '../../../monitors/wire/ieee1284/device-id.ts';
import { decodeIppMessage, IppDecoder } from '../../../monitors/wire/ipp/decode.ts';
import { encodeIppMessage } from '../../../monitors/wire/ipp/encode.ts';
import { IppDecodeError } from '../../../monitors/wire/ipp/errors.ts';
import { ippRequestLimits as limits } from '../../../monitors/wire/ipp/limits.ts';
import { decodeLpdCommand, decodeLpdSubcommand } from '../../../monitors/wire/lpd/commands.ts';
import {
  decodeLpdControlFile,
  lpdJobOf,
  parseLpdFileName,
} from '../../../monitors/wire/lpd/control-file.ts';
import { LpdDecodeError } from '../../../monitors/wire/lpd/errors.ts';
import { PjlReplyReader } from '../../../monitors/wire/pjl/replies.ts';
import { SnmpDecodeError } from '../../../monitors/wire/snmp/errors.ts';
import { decodeMessage, decodeScopedPdu } from '../../../monitors/wire/snmp/message.ts';
import { type ZplReply, ZplReplyReader } from '../../../monitors/wire/zpl/host-status.ts';
import { ascii, type Chance, cut, must, pureTarget } from '../target.ts';

const captures = fileURLToPath(new URL('../../captures/', import.meta.url));

export function captured(folder: 'ipp' | 'dns'): readonly Uint8Array[] {
  return readdirSync(`${captures}${folder}`)
    .filter((name) => name.endsWith('.bin'))
    .map((name) => readFileSync(`${captures}${folder}/${name}`));
}

export const ippWords = [
  'attributes-charset',
  'attributes-natural-language',
  'utf-8',
  'printer-uri',
  'ipp://localhost/ipp/print/office',
  'requested-attributes',
  'media-col',
  'job-attributes',
  'document-format',
  'application/octet-stream',
  'compression',
  'gzip',
  'overrides',
  'copies',
  'notify-events',
  '\x01\x47\x00\x12',
  '\x34\x00\x00\x00\x00',
  '\x37\x00\x00\x00\x00',
  '\x4a\x00\x00\x00\x05',
  '\x03',
];

const ippTarget = pureTarget({
  name: 'ipp',
  seeds: captured('ipp'),
  words: ippWords,
  judge(input, chance) {
    try {
      const { message, rest } = decodeIppMessage(input, { limits, badValues: 'refuse' });
      const again = Buffer.concat([encodeIppMessage(message), rest]);
      must(again.equals(input), 'what was read does not encode to what came');
      const pieces = new IppDecoder({ limits, badValues: 'refuse' });
      for (const part of cut(input, chance)) {
        const progress = pieces.push(part);
        if (!progress.done) continue;
        deepStrictEqual(progress.message, message);
        break;
      }
      // As a printer's answer it tells what it tells, within bounds.
      const { takes = {} } = readDeviceFacts(message);
      must((takes.media?.length ?? 0) <= ippMonitorLimits.media + 1, 'too many media');
      must((takes.formats?.length ?? 0) <= ippMonitorLimits.formats, 'too many formats');
      abilitiesOf({ formats: [] }, takes);
      const values = message.groups.flatMap(({ attributes }) =>
        attributes.flatMap((a) => a.values),
      );
      const syntaxes = new Set(values.map(({ syntax }) => syntax));
      const tags = message.groups.map(({ tag }) => tag);
      return `${tags.join()} ${[...syntaxes].toSorted().join()}`;
    } catch (error) {
      if (!(error instanceof IppDecodeError)) throw error;
      must(error.offsetBytes <= input.length, 'the fault lies behind the end');
      return error.code;
    }
  },
});

const dnsTarget = pureTarget({
  name: 'dns',
  seeds: captured('dns'),
  words: ['\x04_ipp\x04_tcp\x05local\x00', '\xc0\x0c', '\xc0\xff', '\x00\x0c\x00\x01', '\x80\x01'],
  judge(input) {
    try {
      const message = decodeDnsMessage(input);
      const strings = [...message.answers, ...message.additionals].flatMap(({ data }) =>
        data.type === 'TXT' ? data.strings : [],
      );
      decodeTxt(strings);
      const again = encodeAgain(message);
      if (again !== undefined) deepStrictEqual(decodeDnsMessage(new Uint8Array(again)), message);
      const types = [...message.answers, ...message.authorities, ...message.additionals].map(
        ({ data }) => data.type,
      );
      return `${message.questions.length > 0} ${[...new Set(types)].toSorted().join()}`;
    } catch (error) {
      if (error instanceof DnsDecodeError) return error.code;
      throw error;
    }
  },
});

/** Compression lets a message say more than fits without it. */
function encodeAgain(message: Parameters<typeof encodeDnsMessage>[0]): Uint8Array | undefined {
  try {
    return encodeDnsMessage(message);
  } catch (error) {
    if (error instanceof DnsEncodeError) return undefined;
    throw error;
  }
}

const lpdTarget = pureTarget({
  name: 'lpd',
  seeds: [
    '\x02office',
    '\x01office',
    '\x03office anna 12',
    '\x04office',
    '\x05office anna 3 4',
    '\x0212 cfA123host',
    '\x031000 dfA123host',
    'Hhost\nPanna\nJletter\nNletter.txt\nldfA123host\nUdfA123host\n',
    'Hhost\nProot\nfdfA001h\nfdfA001h\nfdfB001h\n',
  ].map(ascii),
  words: ['cfA001', 'dfA001host', '\x00', '\n', 'Hhost\n', 'Panna\n', '0', '99999999999'],
  judge(input) {
    const said = [
      attempt(() => decodeLpdCommand(input).kind),
      attempt(() => decodeLpdSubcommand(input).kind),
      attempt(() => lpdJobOf(decodeLpdControlFile(input)).files.length > 1),
      String(parseLpdFileName(Buffer.from(input).toString('latin1')) !== undefined),
    ];
    return said.join(' ');
  },
});

function attempt(read: () => unknown): string {
  try {
    return String(read());
  } catch (error) {
    if (error instanceof LpdDecodeError) return error.code;
    throw error;
  }
}

const deviceIdTarget = pureTarget({
  name: '1284',
  seeds: [
    '\x00\x38MFG:HP;MDL:LaserJet 4;CMD:PJL,PCL,POSTSCRIPT;SN:123;',
    '\x38\x00MFG:HP;MDL:LaserJet 4;CMD:PJL,PCL;CLS:PRINTER;DES:x;',
    'MANUFACTURER:EPSON;COMMAND SET:ESCPL2,BDC;MODEL:x;MANUFACTURER:EPSON;',
  ].map(ascii),
  words: ['MFG:', 'MDL:', 'CMD:', 'SN:', ';', ':', ',', '\x00\x02', '\xff\xff'],
  judge(input) {
    const id = parseDeviceId(input);
    if (id === undefined) return 'none';
    for (const value of [id.manufacturer, id.model, id.serialNumber, id.description]) {
      must((value?.length ?? 0) <= deviceIdLimits.valueLength, 'a value is too long');
    }
    must(!/\p{Cc}/u.test(id.text), 'control characters are left');
    const { manufacturer, serialNumber, commandSets } = id;
    return `${manufacturer !== undefined} ${serialNumber !== undefined} ${commandSets.length}`;
  },
});

/** Cut differently, the same octets say the same. */
function sameHowever<Reply>(
  input: Uint8Array,
  chance: Chance,
  makeReader: () => { push(chunk: Uint8Array): readonly Reply[] },
  kindOf: (reply: Reply) => string,
  joinOf: (replies: readonly Reply[]) => unknown = (replies) => replies,
): string {
  const whole = makeReader().push(input);
  const reader = makeReader();
  const pieces = cut(input, chance).flatMap((part) => reader.push(part.slice()));
  deepStrictEqual(joinOf(pieces), joinOf(whole));
  return [...new Set(whole.map(kindOf))].toSorted().join();
}

const pjlTarget = pureTarget({
  name: 'pjl',
  seeds: [
    '@PJL USTATUS DEVICE\r\nCODE=10001\r\nDISPLAY="READY"\r\nONLINE=TRUE\r\n\f',
    '@PJL USTATUS JOB\r\nEND\r\nNAME="x"\r\nPAGES=3\r\n\f@PJL USTATUS PAGE\r\n3\r\n\f',
    '@PJL INFO STATUS\r\nCODE=40010\r\n\f@PJL USTATUS TIMED\r\nCODE=1\r\n\f',
  ].map(ascii),
  words: [
    '@PJL ',
    'USTATUS ',
    'CODE=',
    'DISPLAY="',
    'PAGES=',
    '\f',
    '\r\n',
    '"',
    'START',
    'CANCELED',
  ],
  judge: (input, chance) =>
    sameHowever(
      input,
      chance,
      () => new PjlReplyReader(),
      ({ kind }) => kind,
    ),
});

const zplTarget = pureTarget({
  name: 'zpl',
  seeds: [
    '\x02030,0,0,1245,000,0,0,0,000,0,0,0\x03\r\n' +
      '\x02000,0,0,0,0,2,4,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n',
  ].map(ascii),
  words: ['\x02', '\x03', '\r\n', ',', '030', '1'],
  judge: (input, chance) =>
    sameHowever(
      input,
      chance,
      () => new ZplReplyReader(),
      ({ kind }) => kind,
      joinUnknown,
    ),
});

/** What is no reply is counted as it comes. */
function joinUnknown(replies: readonly ZplReply[]): unknown {
  const octets = replies.map((reply) => (reply.kind === 'unknown' ? reply.octets : 0));
  return [
    replies.filter(({ kind }) => kind !== 'unknown'),
    octets.reduce((sum, each) => sum + each, 0),
  ];
}

const escposTarget = pureTarget({
  name: 'escpos',
  seeds: ['\x12\x12\x12\x12', '\x14\x00\x00\x0f', '7"abcd\x00', '\x7c\x7c'].map(ascii),
  words: ['\x12', '\x14\x00\x00\x0f', '7"', '\x00'],
  judge(input) {
    const replies = new EscposReplyReader().push(input);
    return [...new Set(replies.map(({ kind }) => kind))].toSorted().join();
  },
});

const snmpTarget = pureTarget({
  name: 'snmp',
  seeds: [
    Buffer.from(
      '302602010104067075626c6963a019020104020100020100300e300c06082b060102010101000500',
      'hex',
    ),
  ],
  words: ['\x30\x82\xff\xff', '\x06\x01', '\x02\x01', '\xa5', '\x30\x80', '\x84\xff\xff\xff\xff'],
  judge(input) {
    const read = (decode: (bytes: Uint8Array) => unknown) => {
      try {
        decode(input);
        return 'read';
      } catch (error) {
        if (error instanceof SnmpDecodeError) return 'refused';
        throw error;
      }
    };
    return `${read(decodeMessage)} ${read(decodeScopedPdu)}`;
  },
});

const textTarget = pureTarget({
  name: 'text',
  seeds: [
    'ipp://host:631/ipp/print/office%20one/12',
    '/printers/..%2f..%2fetc',
    'https://[::1]/jobs/7',
    'Basic YW5uYTpzZWNyZXQ=',
    '/a/%00/%ff?x#y',
  ].map(ascii),
  words: ['%2e%2e', '%00', '%c0%af', '..', '//', '/ipp/print/', '%', '\\', 'Basic '],
  judge(input) {
    const text = Buffer.from(input).toString('latin1');
    const segments = pathSegments(text);
    must(!segments?.some((each) => each === '..' || each.includes('\0')), 'a path climbs');
    const target = parseTargetUri(text);
    const said = [segments?.length, target?.kind, parseRequestTarget(text) !== undefined];
    return `${said.join(' ')} ${parseBasic(text) !== undefined}`;
  },
});

export const wireTargets = [
  ippTarget,
  dnsTarget,
  lpdTarget,
  deviceIdTarget,
  pjlTarget,
  zplTarget,
  escposTarget,
  snmpTarget,
  textTarget,
];
