// An emulated SNMP agent of a network printer, versions 1 and 2c.
import type { SocketAddress, Udp } from '../../../hal/contract.ts';
import { element, integer, readRequest, type Request, type Value, variable } from './ber.ts';
import {
  type ShapeName,
  type StateName,
  type Shape,
  shapes,
  states,
  variablesOf,
} from './shapes.ts';

/** How it misbehaves. */
export const faults = [
  'none',
  /** Answers nothing. */
  'silent',
  /** Answers octets that are no SNMP. */
  'garbage',
  /** Answers get-next and get-bulk with what was asked: a walk would never end. */
  'standstill',
  /** Every value is a text of 20,000 octets. */
  'flood',
  /** Every value has another type than it should. */
  'types',
  /** Answers every question three times, the first time with another number. */
  'echo',
  /** Refuses every question with genErr. */
  'refusing',
] as const;

export type Fault = (typeof faults)[number];

export interface SnmpPrinterOptions {
  readonly udp: Udp;
  readonly address: string;
  readonly port: number;
  readonly community: string;
  readonly shape: ShapeName;
  readonly index?: number;
}

export interface SnmpPrinter {
  readonly local: SocketAddress;
  /** Questions that came with the right community. */
  readonly questions: number;
  /** Communities of questions that came with another. */
  readonly strangers: readonly string[];
  show(state: StateName): void;
  /** Once it has answered one more question. */
  showAfterNext(state: StateName): void;
  misbehave(fault: Fault): void;
  close(): Promise<void>;
}

const kinds = { get: 0xa0, getNext: 0xa1, getBulk: 0xa5, response: 0xa2 } as const;
const genErr = 5;
const noSuchName = 2;
const v1 = 0;
const mostVariables = 60;

export async function startSnmpPrinter(options: SnmpPrinterOptions): Promise<SnmpPrinter> {
  const { udp, address, port, community, index = 1 } = options;
  const shape: Shape = shapes[options.shape];
  const strangers: string[] = [];
  let questions = 0;
  let fault: Fault = 'none';
  let table = sorted(variablesOf(shape, states.idle, index));
  let later: StateName | undefined;
  const show = (state: StateName) => {
    table = sorted(variablesOf(shape, states[state], index));
  };

  const answers = (bytes: Uint8Array): readonly Uint8Array[] => {
    const request = readRequest(Buffer.from(bytes));
    if (request.community !== community) {
      strangers.push(request.community);
      return [];
    }
    questions += 1;
    if (fault === 'silent' || (shape.onlyV1 === true && request.version !== v1)) return [];
    if (fault === 'garbage') return [bytes.toReversed()];
    const answer = respond(request, table, fault);
    if (later !== undefined) show(later);
    later = undefined;
    if (fault !== 'echo') return [answer];
    const other = respond({ ...request, id: Buffer.from([1, 2, 3]) }, table, fault);
    return [other, answer, answer];
  };

  const socket = await udp.open({
    address,
    port,
    onDatagram(bytes, from) {
      try {
        // Whoever is gone misses the answer.
        for (const answer of answers(bytes)) socket.send(answer, from).catch(() => undefined);
      } catch {
        // No request: a real agent says nothing either.
      }
    },
    onFault: () => undefined,
  });
  return {
    local: socket.local,
    get questions() {
      return questions;
    },
    strangers,
    show,
    showAfterNext(state) {
      later = state;
    },
    misbehave(next) {
      fault = next;
    },
    close: () => socket.close(),
  };
}

type Table = readonly (readonly [string, Value])[];

function sorted(variables: Map<string, Value>): Table {
  return [...variables].toSorted(([a], [b]) => compare(a, b));
}

function compare(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split('.').map(Number));
  for (let at = 0; at < Math.max(left?.length ?? 0, right?.length ?? 0); at += 1) {
    const difference = (left?.[at] ?? -1) - (right?.[at] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

function respond(request: Request, table: Table, fault: Fault): Buffer {
  const { names, version } = request;
  if (fault === 'refusing') return message(request, genErr, 1, asked(names));
  const found = fault === 'standstill' ? names.map(still) : answered(request, table);
  if (version === v1) {
    const missing = found.findIndex(([, value]) => value.type === 'none' || value.type === 'end');
    if (missing >= 0) return message(request, noSuchName, missing + 1, asked(names));
  }
  return message(
    request,
    0,
    0,
    found.map(([name, value]) => variable(name, bent(value, fault))),
  );
}

function still(name: string): readonly [string, Value] {
  return [name, { type: 'i', value: 1 }];
}

function asked(names: readonly string[]): readonly Buffer[] {
  return names.map((name) => variable(name, { type: 'i', value: 0 }));
}

function answered(
  { kind, names, second, third }: Request,
  table: Table,
): readonly (readonly [string, Value])[] {
  const next = (name: string): readonly [string, Value] =>
    table.find(([each]) => compare(each, name) > 0) ?? [name, { type: 'end' }];
  if (kind === kinds.getNext) return names.map(next);
  if (kind !== kinds.getBulk) {
    return names.map((name) => table.find(([each]) => each === name) ?? [name, { type: 'none' }]);
  }
  const found: (readonly [string, Value])[] = names.slice(0, second).map(next);
  let last = names.slice(second);
  for (let row = 0; row < third && found.length + last.length <= mostVariables; row += 1) {
    const rows = last.map(next);
    found.push(...rows);
    last = rows.map(([name]) => name);
  }
  return found;
}

function bent(value: Value, fault: Fault): Value {
  if (value.type === 'end' || value.type === 'none' || value.type === 'instance') return value;
  if (fault === 'flood') return { type: 's', value: 'x'.repeat(20_000) };
  if (fault !== 'types') return value;
  return value.type === 's' ? { type: 'i', value: -7 } : { type: 's', value: '\u0000\uFFFD' };
}

function message(
  { version, community, id }: Request,
  status: number,
  at: number,
  variables: readonly Buffer[],
): Buffer {
  const pdu = element(
    kinds.response,
    element(0x02, id),
    integer(status),
    integer(at),
    element(0x30, ...variables),
  );
  return element(0x30, integer(version), element(0x04, Buffer.from(community, 'latin1')), pdu);
}
