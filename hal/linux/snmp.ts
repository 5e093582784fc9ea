// Questions to SNMP agents through net-snmp, which gets a socket that hears the agent alone.
import { createSocket, type RemoteInfo, type Socket, type SocketType } from 'node:dgram';
import { isIPv6 } from 'node:net';
import * as netSnmp from 'net-snmp';
import { canonicalAddress } from '../address.ts';
import type {
  SnmpCredentials,
  SnmpManager,
  SnmpOpenOptions,
  SnmpReading,
  SnmpReadings,
  SnmpSession,
} from '../snmp.ts';
import { HalError, toHalError } from '../errors.ts';

const linuxSnmpLimits = {
  /** Identifiers of one get: an answer of them fits a datagram of any network. */
  oidsPerGet: 16,
  columnsPerGet: 8,
  repetitions: 8,
  /** Beyond the time-outs of the packets of one question. */
  graceMs: 500,
  /** Longer texts are cut. */
  textOctets: 4_096,
} as const;

const authProtocols = {
  sha1: netSnmp.AuthProtocols.sha,
  sha256: netSnmp.AuthProtocols.sha256,
  sha512: netSnmp.AuthProtocols.sha512,
} as const;

const privProtocols = {
  aes128: netSnmp.PrivProtocols.aes,
  aes256: netSnmp.PrivProtocols.aes256b,
} as const;

/** A variable, or those that follow each other in a column. */
type Answered = netSnmp.Varbind | netSnmp.Varbind[];

/** A column that is being read. */
interface OpenColumn {
  readonly root: string;
  readonly last: string;
  readonly count: number;
}

export function createLinuxSnmp(): SnmpManager {
  return { open };
}

function open(options: SnmpOpenOptions): SnmpSession {
  const subject = `${options.address}:${options.port} (SNMP)`;
  // The library's own errors (a datagram that is no SNMP) belong to no question.
  const session = makeSession(options).on('error', () => {});
  const isV1 = options.credentials.version === '1';
  // Version 3 asks for the engine, and for its time, before the question itself.
  const wholeMs = options.timeoutMs * (options.retries + 1) * 3 + linuxSnmpLimits.graceMs;
  let closed = false;

  const ask = async (question: (done: netSnmp.GetBulkCallback) => void) => {
    if (closed) throw new HalError('closed', subject);
    return await new Promise<readonly Answered[]>((resolve, reject) => {
      // The library forgets a question before it reads the answer: one over which it throws would
      // be waited for for ever.
      const late = () => reject(new HalError('timed-out', subject));
      const timer = setTimeout(late, wholeMs);
      const done: netSnmp.GetBulkCallback = (error, varbinds) => {
        clearTimeout(timer);
        if (error === null) resolve(varbinds ?? []);
        else reject(closed ? new HalError('closed', subject) : translated(error, subject));
      };
      try {
        question(done);
      } catch (error) {
        clearTimeout(timer);
        reject(translated(error, subject));
      }
    });
  };

  /** An agent of version 1 refuses a whole question for one identifier that it has not. */
  const getSome = async (oids: readonly string[]): Promise<SnmpReadings> => {
    try {
      const varbinds = await ask((done) => session.get([...oids], done));
      return readingsOf(
        varbinds.flatMap((varbind) => varbind),
        (oid) => oids.includes(oid),
      );
    } catch (error) {
      if (!isNoSuchName(error)) throw error;
      if (oids.length < 2) return new Map();
      const parts = oids.map((oid) => getSome([oid]));
      return new Map((await Promise.all(parts)).flatMap((readings) => [...readings]));
    }
  };

  /** What follows in each column; nothing where an agent of version 1 is at its end. */
  const nextOf = async (
    columns: readonly OpenColumn[],
  ): Promise<readonly (readonly netSnmp.Varbind[])[]> => {
    const oids = columns.map(({ last }) => last);
    if (!isV1) {
      const rows = await ask((done) => session.getBulk(oids, 0, linuxSnmpLimits.repetitions, done));
      return rows.map((row) => [row].flat());
    }
    try {
      return (await ask((done) => session.getNext(oids, done))).map((row) => [row].flat());
    } catch (error) {
      if (!isNoSuchName(error)) throw error;
      if (columns.length === 1) return [[]];
      return (await Promise.all(columns.map((column) => nextOf([column])))).flat();
    }
  };

  return {
    async get(oids) {
      const found = new Map<string, SnmpReading>();
      for (let at = 0; at < oids.length; at += linuxSnmpLimits.oidsPerGet) {
        const part = await getSome(oids.slice(at, at + linuxSnmpLimits.oidsPerGet));
        for (const [oid, reading] of part) found.set(oid, reading);
      }
      return found;
    },

    async table(columns, most) {
      const found = new Map<string, SnmpReading>();
      let open: readonly OpenColumn[] = columns.map((root) => ({ root, last: root, count: 0 }));
      while (open.length > 0) {
        const asked = open.slice(0, linuxSnmpLimits.columnsPerGet);
        const answers = await nextOf(asked);
        const isWithout = answers.every((answer) => answer.length === 0);
        const left = asked.flatMap((column, at) => {
          const answer = answers[at];
          // An answer that had no room for this column is asked again.
          if (answer === undefined) return isWithout ? [] : [column];
          return taken(column, answer, most, found);
        });
        open = [...left, ...open.slice(asked.length)];
      }
      return found;
    },

    close() {
      if (closed) return;
      closed = true;
      session.close();
    },
  };
}

/** Takes in what follows in a column; it stays open where more may follow. */
function taken(
  { root, last, count }: OpenColumn,
  varbinds: readonly netSnmp.Varbind[],
  most: number,
  found: Map<string, SnmpReading>,
): readonly OpenColumn[] {
  let [end, sum] = [last, count];
  for (const varbind of varbinds) {
    const { oid } = varbind;
    const reading = netSnmp.isVarbindError(varbind) ? undefined : readingOf(varbind);
    // An agent that does not go forward would be asked for ever.
    const isNext = oid.startsWith(`${root}.`) && isAfter(oid, end);
    if (reading === undefined || !isNext || sum >= most) return [];
    found.set(oid, reading);
    [end, sum] = [oid, sum + 1];
  }
  return varbinds.length === 0 || sum >= most ? [] : [{ root, last: end, count: sum }];
}

function makeSession(options: SnmpOpenOptions): netSnmp.Session {
  const { address, port, localAddress, credentials, timeoutMs, retries } = options;
  const shared = {
    transport: isIPv6(address) ? ('udp6' as const) : ('udp4' as const),
    port,
    timeout: timeoutMs,
    retries,
    backwardsGetNexts: false,
    ...(localAddress === undefined ? {} : { sourceAddress: localAddress, sourcePort: 0 }),
    dgramModule: { createSocket: (type: SocketType) => socketTo(type, options) },
  };
  if (credentials.version === '3') {
    return netSnmp.createV3Session(address, userOf(credentials), shared);
  }
  const version = credentials.version === '1' ? netSnmp.Version1 : netSnmp.Version2c;
  return netSnmp.createSession(address, credentials.community, { ...shared, version });
}

function userOf({ user, auth, priv }: Extract<SnmpCredentials, { version: '3' }>): netSnmp.User {
  const levels = netSnmp.SecurityLevel;
  if (auth === undefined) return { name: user, level: levels.noAuthNoPriv };
  const known = {
    name: user,
    authProtocol: authProtocols[auth.protocol],
    authKey: auth.password,
  };
  if (priv === undefined) return { ...known, level: levels.authNoPriv };
  return {
    ...known,
    level: levels.authPriv,
    privProtocol: privProtocols[priv.protocol],
    privKey: priv.password,
  };
}

/**
 * The library looks at no sender, and what it throws over a hostile datagram would end the process:
 * both are held off here. Whoever asked hears that nothing came.
 */
function socketTo(type: SocketType, { address, port }: SnmpOpenOptions): Socket {
  const socket = createSocket({ type, reuseAddr: false });
  const agent = canonicalAddress(address);
  const on = socket.on.bind(socket);
  return Object.assign(socket, {
    on(event: string, listener: (...args: unknown[]) => void) {
      if (event !== 'message') return on(event, listener);
      return on('message', (bytes: Buffer, from: RemoteInfo) => {
        if (from.port !== port || canonicalAddress(from.address) !== agent) return;
        try {
          listener(bytes, from);
        } catch {
          // No answer: the question runs into its time-out.
        }
      });
    },
  });
}

function readingsOf(
  varbinds: readonly netSnmp.Varbind[],
  isWanted: (oid: string) => boolean,
): SnmpReadings {
  const found = new Map<string, SnmpReading>();
  for (const varbind of varbinds) {
    const { oid } = varbind;
    const reading = netSnmp.isVarbindError(varbind) ? undefined : readingOf(varbind);
    if (reading !== undefined && isWanted(oid)) found.set(oid, reading);
  }
  return found;
}

function readingOf({ type, value }: netSnmp.Varbind): SnmpReading | undefined {
  if (typeof value === 'number' || typeof value === 'string') return value;
  if (typeof value === 'bigint') return value;
  if (!(value instanceof Uint8Array)) return undefined;
  if (type === netSnmp.ObjectType.Counter64) {
    return BigInt(`0x0${Buffer.from(value.subarray(-8)).toString('hex')}`);
  }
  return new Uint8Array(value.subarray(0, linuxSnmpLimits.textOctets));
}

function isAfter(oid: string, last: string): boolean {
  const [a, b] = [oid, last].map((text) => text.split('.').map(Number));
  const length = Math.max(a?.length ?? 0, b?.length ?? 0);
  for (let index = 0; index < length; index += 1) {
    const difference = (a?.[index] ?? -1) - (b?.[index] ?? -1);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

function isNoSuchName(error: unknown): boolean {
  const cause = error instanceof HalError ? error.cause : undefined;
  return (
    cause instanceof netSnmp.RequestFailedError && cause.status === netSnmp.ErrorStatus.NoSuchName
  );
}

function translated(error: unknown, subject: string): HalError {
  if (error instanceof Error && error.name === 'RequestTimedOutError') {
    return new HalError('timed-out', subject, { cause: error });
  }
  const known = toHalError(error, subject);
  if (known.code !== 'other') return known;
  const detail = error instanceof Error ? error.message.slice(0, 200) : 'an answer that is none';
  return new HalError('io-error', subject, { cause: error, detail });
}
