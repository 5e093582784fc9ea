// The messages of the pair as JSON on the wire: versioned, checked on arrival, with unknown members
// left out, so that appliances one release apart understand each other.
//
// `v` is the version of the form. A release adds members, optional ones, and kinds of messages; a
// receiver ignores the members and kinds that it does not know. Only a change that an older
// receiver would misread raises `v`, and a receiver takes its own version and the one before.
import { z } from 'zod';
import type { Body, Message } from '../cluster/contract/message.ts';
import type { Change } from '../store/records/table.ts';

export const messageVersion = 1;
const versionsTaken: readonly number[] = [messageVersion, messageVersion - 1];

const number = z.number();
const counter = z.int().min(0);
const id = z.string().min(1).max(100);

const term = z.object({ generation: counter, counter, node: z.string().max(100) });
const position = z.object({ term, seq: counter });

/** The payload is the store's to check: it knows its records, this only carries them. */
const change = z.custom<Change>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    typeof value.type === 'string' &&
    'payload' in value,
);
const record = z.object({ spooler: id, term, seq: counter, change });
const records = z.array(record).max(1_024).readonly();

const role = z.enum(['boot', 'standby', 'claiming', 'owner', 'draining']);
const mode = z.enum(['in-step', 'exposed', 'outdated']);
const history = z.array(z.object({ term, firstSeq: counter })).readonly();
const stepped = { term, epoch: counter };

const bodies = [
  z.object({
    kind: z.literal('heartbeat'),
    term,
    role,
    mode,
    logEnd: position,
    leaseMs: number,
    wireTailMs: number,
    confirms: counter,
    epoch: counter,
    yields: z.boolean(),
    // Later than version 1.
    leaves: z.boolean().optional(),
    lapsed: z.boolean().optional(),
    logBegin: position.optional(),
  }),
  z.object({
    kind: z.literal('echo'),
    boot: counter,
    term,
    seq: counter,
    number: counter,
    logEnd: position,
  }),
  z.object({ kind: z.literal('claim'), term }),
  z.object({ kind: z.literal('exposed'), term, number: counter }),
  z.object({ kind: z.literal('ask'), term, knows: term }),
  z.object({ kind: z.literal('grant'), term, boot: counter, seq: counter, logEnd: position }),
  z.object({
    kind: z.literal('fenced'),
    boot: counter,
    term,
    toBoot: counter,
    seq: counter,
  }),
  z.object({ kind: z.literal('compare'), term, history, end: position }),
  z.object({ kind: z.literal('compared'), term, fork: position, end: position }),
  z.object({ kind: z.literal('pull-tail'), term, afterSeq: counter }),
  z.object({ kind: z.literal('tail'), term, records }),
  z.object({ kind: z.literal('tail-taken'), term, fork: position }),
  z.object({ kind: z.literal('records'), term, after: position, records }),
  z.object({
    kind: z.literal('stored'),
    term,
    end: position,
    // Later than version 1.
    blocked: z.boolean().optional(),
  }),
  z.object({ kind: z.literal('step'), ...stepped, seq: counter }),
  z.object({ kind: z.literal('stepped'), ...stepped }),
  z.object({ kind: z.literal('mark-outdated'), ...stepped }),
  z.object({ kind: z.literal('outdated'), ...stepped }),
  z.object({ kind: z.literal('promise'), ...stepped }),
  z.object({ kind: z.literal('promise-kept'), ...stepped }),
] as const;

const messageSchema = z.object({
  v: z.number(),
  group: id,
  header: z.object({
    generation: counter,
    node: id,
    boot: counter,
    connection: counter,
    seq: counter,
  }),
  body: z.discriminatedUnion('kind', bodies),
});

export interface GroupMessage {
  readonly group: string;
  readonly message: Message;
}

export function encodeMessage(group: string, { header, body }: Message): Uint8Array {
  return Buffer.from(JSON.stringify({ v: messageVersion, group, header, body }));
}

/** Undefined for what is no message of a version that is understood here. */
export function decodeMessage(bytes: Uint8Array): GroupMessage | undefined {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
  const parsed = messageSchema.safeParse(json);
  if (!parsed.success || !versionsTaken.includes(parsed.data.v)) return undefined;
  const { group, header, body } = parsed.data;
  return { group, message: { header, body: body satisfies Body } };
}

/**
 * What is small and must not wait: it goes by every path. The rest goes by one, whose queue is
 * long.
 */
export function isUrgent({ body }: Message): boolean {
  return urgentKinds.has(body.kind);
}

const urgentKinds: ReadonlySet<Body['kind']> = new Set([
  'heartbeat',
  'echo',
  'claim',
  'exposed',
  'ask',
  'grant',
  'fenced',
]);
