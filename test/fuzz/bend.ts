// Bends JSON where it stands: inputs that parse get past the parser, and then the schemas and what
// is behind them see values that nobody foresaw.
import { pick } from './mutate.ts';
import type { Chance } from './target.ts';

const odd: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  0.5,
  2 ** 31,
  2 ** 53,
  -(2 ** 63),
  1e308,
  '',
  ' ',
  '\u0000',
  '../../etc/passwd',
  'CON',
  '\ud800',
  '９９９',
  'x'.repeat(5_000),
  '9'.repeat(400),
  [],
  {},
  ['a', 'a'],
  { __proto__: null, toString: 1 },
];

/** The input as JSON, bent in some places; undefined where it is none. */
export function bentJson(input: Uint8Array, chance: Chance): unknown {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(input).toString('utf8'));
  } catch {
    return undefined;
  }
  const times = chance.integer(0, 3);
  for (let time = 0; time < times; time += 1) value = bend(value, chance, 0);
  return value;
}

const depthMost = 12;

function bend(value: unknown, chance: Chance, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > depthMost || chance.chance(0.15)) {
    return pick(odd, chance);
  }
  if (Array.isArray(value)) {
    const at = chance.integer(0, Math.max(0, value.length - 1));
    if (chance.chance(0.1)) return Array.from({ length: 200 }, () => value[at]);
    return value.map((each, index) => (index === at ? bend(each, chance, depth + 1) : each));
  }
  const entries = Object.entries(value);
  const [name] = pick(entries, chance) ?? ['x'];
  if (chance.chance(0.1)) return Object.fromEntries(entries.filter(([each]) => each !== name));
  if (chance.chance(0.05)) return Object.fromEntries([...entries, ['__proto__', 1], ['new', {}]]);
  return Object.fromEntries(
    entries.map(([each, inner]) => [each, each === name ? bend(inner, chance, depth + 1) : inner]),
  );
}
