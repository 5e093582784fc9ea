// The structured log: JSON lines with level, time, room and facts, behind one small interface that
// all rooms take.
import { pino } from 'pino';
import type { Clock } from '../../hal/contract.ts';
import type { LogLevel } from '../config/log-section.ts';

/**
 * What stands beside the message: names, numbers, codes. Never a key, a password or a document's
 * bytes.
 */
export type LogFacts = Readonly<Record<string, unknown>>;

/** A room's way to the log; also fits the smaller interface that monitors take. */
export interface Log {
  debug(message: string, facts?: LogFacts): void;
  info(message: string, facts?: LogFacts): void;
  warn(message: string, facts?: LogFacts): void;
  error(message: string, facts?: LogFacts): void;
  /** The same log under the name of a room. */
  child(room: string): Log;
}

export interface LogOptions {
  readonly level: LogLevel;
  readonly clock: Clock;
  /** Takes one JSON line at a time, newline included; must not block. */
  readonly destination: { write(line: string): void };
}

/**
 * Facts of these names are dropped on the way, wherever they stand: a log travels to people who
 * help.
 */
const secretNames = ['password', 'secret', 'token', 'privateKey', 'authorization', 'cookie'];

export function createLog({ level, clock, destination }: LogOptions): Log {
  const writer = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date(clock.wall().ms).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
        remove: true,
      },
    },
    destination,
  );
  return wrap(writer);
}

type Writer = Pick<ReturnType<typeof pino>, LogLevel | 'child'>;

function wrap(writer: Writer): Log {
  return {
    debug: (message, facts) => writer.debug(plain(facts), message),
    info: (message, facts) => writer.info(plain(facts), message),
    warn: (message, facts) => writer.warn(plain(facts), message),
    error: (message, facts) => writer.error(plain(facts), message),
    child: (room) => wrap(writer.child({ room })),
  };
}

/**
 * Errors lose their prototype's properties in JSON: their name, message, code, stack and cause are
 * kept. A fact that is called like a field of the line would stand in it twice, and readers keep
 * one: it goes under another name.
 */
function plain(facts: LogFacts | undefined): LogFacts {
  return Object.fromEntries(
    Object.entries(facts ?? {}).map(([name, value]) => [
      factNames.get(name) ?? name,
      plainValue(value, 0),
    ]),
  );
}

const factNames: ReadonlyMap<string, string> = new Map([
  ['message', 'why'],
  ['level', 'factLevel'],
  ['time', 'factTime'],
  ['room', 'factRoom'],
]);

const deepestCause = 4;

function plainValue(value: unknown, depth: number): unknown {
  if (!(value instanceof Error)) return typeof value === 'bigint' ? String(value) : value;
  const { cause } = value;
  return {
    name: value.name,
    message: value.message,
    ...('code' in value ? { code: value.code } : {}),
    stack: value.stack,
    ...(cause === undefined || depth >= deepestCause
      ? {}
      : { cause: plainValue(cause, depth + 1) }),
  };
}
