// Multicast DNS messages of ours, packed so that each fits a packet.
import { encodeDnsMessage } from '../../monitors/wire/dns/encode.ts';
import { DnsEncodeError } from '../../monitors/wire/dns/errors.ts';
import { dnsLimits } from '../../monitors/wire/dns/limits.ts';
import type { DnsMessage, DnsQuestion, DnsRecord } from '../../monitors/wire/dns/message.ts';

const blank: DnsMessage = {
  id: 0,
  response: false,
  opcode: 0,
  authoritative: false,
  truncated: false,
  responseCode: 0,
  questions: [],
  answers: [],
  authorities: [],
  additionals: [],
};

/** Answers in as few packets as they need; additional records where they fit into the first. */
export function packAnswers(
  answers: readonly DnsRecord[],
  additionals: readonly DnsRecord[] = [],
): readonly DnsMessage[] {
  const message = { ...blank, response: true, authoritative: true, answers };
  const full = { ...message, additionals };
  if (fits(full)) return [full];
  if (additionals.length > 0) return packAnswers(answers);
  return halves(answers).flatMap((half) => packAnswers(half));
}

/** Probes (RFC 6762 8.1): what is asked for, and with which records it will be used. */
export function packProbes(
  probes: readonly { readonly question: DnsQuestion; readonly records: readonly DnsRecord[] }[],
): readonly DnsMessage[] {
  const message = {
    ...blank,
    questions: probes.map(({ question }) => question),
    authorities: probes.flatMap(({ records }) => records),
  };
  if (fits(message) || probes.length < 2) return [message];
  return halves(probes).flatMap((half) => packProbes(half));
}

/** A query with the answers that are known; those that do not fit follow (RFC 6762 7.2). */
export function packQuery(
  questions: readonly DnsQuestion[],
  known: readonly DnsRecord[],
): readonly DnsMessage[] {
  const message = { ...blank, questions, answers: known };
  if (fits(message) || known.length === 0) return [message];
  const [first = [], rest = []] = known.length > 1 ? halves(known) : [[], []];
  return [...packQuery(questions, first), ...packQuery([], rest)].map((each, at, all) => ({
    ...each,
    truncated: at < all.length - 1,
  }));
}

/** A single record that fits no packet is sent all the same: IP takes it apart (RFC 6762 17). */
function fits(message: DnsMessage): boolean {
  const { questions, answers, authorities, additionals } = message;
  const parts = questions.length + answers.length + authorities.length + additionals.length;
  return parts < 2 || (encodedBytes(message) ?? Infinity) <= dnsLimits.packetBytes;
}

/** Undefined: more than any message holds. */
function encodedBytes(message: DnsMessage): number | undefined {
  try {
    return encodeDnsMessage(message).length;
  } catch (error) {
    if (error instanceof DnsEncodeError) return undefined;
    throw error;
  }
}

function halves<T>(items: readonly T[]): readonly (readonly T[])[] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}
