// Grows inputs: bits, lengths, words, cuts and splices, drawn from a seed.
import type { Chance } from './target.ts';

const edges = [0, 1, 0x0a, 0x20, 0x2d, 0x3a, 0x7f, 0x80, 0xc0, 0xfe, 0xff];
const lengths = [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff];

export interface MutateOptions {
  readonly words: readonly string[];
  readonly others: readonly Uint8Array[];
  readonly mostBytes: number;
}

type Mutation = (input: Buffer, chance: Chance, options: MutateOptions) => Uint8Array;

const mutations: readonly Mutation[] = [
  /** One bit. */
  (input, chance) => {
    const at = place(input, chance);
    input[at] = (input[at] ?? 0) ^ (1 << chance.integer(0, 7));
    return input;
  },
  /** One octet at the edge of something. */
  (input, chance) => {
    input[place(input, chance)] = pick(edges, chance) ?? 0;
    return input;
  },
  /** A length of two octets. */
  (input, chance) => {
    if (input.length < 2) return input;
    input.writeUInt16BE(pick(lengths, chance) ?? 0, chance.integer(0, input.length - 2));
    return input;
  },
  /** A length of four octets. */
  (input, chance) => {
    if (input.length < 4) return input;
    const value = chance.chance(0.5) ? 0xffff_ffff : (pick(lengths, chance) ?? 0);
    input.writeUInt32BE(value, chance.integer(0, input.length - 4));
    return input;
  },
  /** Something is gone. */
  (input, chance) => {
    const [from, to] = span(input, chance);
    return Buffer.concat([input.subarray(0, from), input.subarray(to)]);
  },
  /** Something is there again, once or many times. */
  (input, chance) => {
    const [from, to] = span(input, chance);
    const times = chance.chance(0.1) ? chance.integer(2, 200) : 1;
    const again = Array.from({ length: times }, () => input.subarray(from, to));
    return Buffer.concat([input.subarray(0, to), ...again, input.subarray(to)]);
  },
  /** A word of the language. */
  (input, chance, { words }) => {
    const at = place(input, chance);
    const word = Buffer.from(pick(words, chance) ?? '', 'latin1');
    const over = chance.chance(0.5) ? word.length : 0;
    return Buffer.concat([input.subarray(0, at), word, input.subarray(at + over)]);
  },
  /** Noise. */
  (input, chance) => {
    const at = place(input, chance);
    const noise = Uint8Array.from({ length: chance.integer(1, 16) }, () => chance.integer(0, 255));
    return Buffer.concat([input.subarray(0, at), noise, input.subarray(at)]);
  },
  /** The end of another one. */
  (input, chance, { others }) => {
    const other = pick(others, chance) ?? new Uint8Array();
    const at = place(input, chance);
    return Buffer.concat([input.subarray(0, at), other.subarray(chance.integer(0, other.length))]);
  },
  /** It breaks off. */
  (input, chance) => input.subarray(0, place(input, chance)),
  /** Another number in text. */
  (input, chance) => {
    const text = input.toString('latin1');
    const numbers = [...text.matchAll(/\d+/g)];
    const found = pick(numbers, chance);
    if (found === undefined) return input;
    const other =
      pick(['0', '-1', '00', '4294967296', '9'.repeat(30), '1e9', '0x10'], chance) ?? '';
    const { index } = found;
    return Buffer.from(
      text.slice(0, index) + other + text.slice(index + found[0].length),
      'latin1',
    );
  },
];

export function mutate(input: Uint8Array, chance: Chance, options: MutateOptions): Uint8Array {
  let now: Uint8Array = input;
  const times = chance.chance(0.3) ? chance.integer(2, 8) : 1;
  for (let time = 0; time < times; time += 1) {
    const mutation = pick(mutations, chance);
    now = mutation?.(Buffer.from(now), chance, options) ?? now;
  }
  return now.subarray(0, options.mostBytes);
}

export function pick<T>(items: readonly T[], chance: Chance): T | undefined {
  return items[chance.integer(0, Math.max(0, items.length - 1))];
}

function place(input: Uint8Array, chance: Chance): number {
  return chance.integer(0, Math.max(0, input.length - 1));
}

function span(input: Uint8Array, chance: Chance): readonly [number, number] {
  const from = place(input, chance);
  const most = chance.chance(0.5) ? 8 : input.length;
  return [from, Math.min(input.length, from + chance.integer(1, Math.max(1, most)))];
}
