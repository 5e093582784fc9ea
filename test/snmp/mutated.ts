// `npm run snmp-fuzz`: mutated packets at the agent and mutated answers at the manager. Nothing may
// throw, nobody else may go unanswered, and memory may not grow.
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { createLinuxHal } from '../../hal/linux/linux.ts';
import {
  decodeMessage,
  decodeScopedPdu,
  encodeCommunityMessage,
  encodeScopedPdu,
} from '../../monitors/wire/snmp/message.ts';
import { encodable, type PduType } from '../../monitors/wire/snmp/pdu.ts';
import { octetsValue } from '../../monitors/wire/snmp/values.ts';
import { countOf, runAsTool, UsageError } from '../../tools/tool.ts';
import { VirtualClock } from '../world/clock.ts';
import { createRandom, type SeededRandom } from '../world/seeded-random.ts';
import {
  engineId,
  makeRig,
  printerOf,
  requestOf,
  type Rig,
  v3Answer,
  v3Sealed,
} from './fixture.ts';

const hal = createLinuxHal({ wallTrusted: () => true });

const usage = `usage: npm run snmp-fuzz -- [--seconds N] [--seed N] [--load 0.1…1]
`;

const sysName = '1.3.6.1.2.1.1.5.0';
const community = new TextEncoder().encode('geheim');
const slicesPerSecond = 20;
const clockStartMs = new VirtualClock().monotonicMs();
const sliceMs = 20;
/** What the heap may hold more at the end than after the first fifth. */
const growthBytes = 8 * 1024 * 1024;

interface Tally {
  packets: number;
  answered: number;
  managed: number;
}

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '600' },
      seed: { type: 'string', default: '1' },
      load: { type: 'string', default: '1' },
    },
  });
  const [seconds, seed] = [countOf('seconds', values.seconds, 1), countOf('seed', values.seed)];
  const load = Number(values.load);
  if (!(load > 0 && load <= 1)) throw new UsageError(`--load is up to 1, not ${values.load}`);
  const faults: unknown[] = [];
  process.on('uncaughtException', (error) => faults.push(error));
  process.on('unhandledRejection', (error) => faults.push(error));
  const chance = createRandom(seed, 'snmp');
  const rig = makeRig({ printers: Array.from({ length: 20 }, (_, at) => printerOf(at + 1)) });
  const manager = await openManager(chance);
  const tally: Tally = { packets: 0, answered: 0, managed: 0 };
  const startMs = performance.now();
  const endMs = startMs + seconds * 1_000;
  let early: number | undefined;
  while (performance.now() < endMs && faults.length === 0) {
    const sliceEndMs = performance.now() + sliceMs;
    await rig.clock.advance(1_000 / slicesPerSecond);
    while (performance.now() < sliceEndMs) await onePacket(rig, chance, tally);
    await stillAnswers(rig, chance);
    tally.managed += await manager.ask();
    if (load < 1) await rest((sliceMs * (1 - load)) / load);
    if (early === undefined && performance.now() > startMs + seconds * 200) early = heapBytes();
  }
  const grown = heapBytes() - (early ?? 0);
  await manager.close();
  for (const fault of faults) process.stderr.write(`${String(fault)}\n`);
  process.stdout.write(`${JSON.stringify({ ...tally, seconds, seed, grownBytes: grown })}\n`);
  return faults.length === 0 && grown < growthBytes ? 0 : 1;
}

/** Leaves the core to others. */
function rest(ms: number): Promise<void> {
  return new Promise((resolve) => hal.clock.startTimer(ms, resolve));
}

function heapBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

const types: readonly [PduType, ...PduType[]] = ['get', 'get-next', 'get-bulk', 'set', 'inform'];
const roots = [sysName, '1.3', '1.3.6.1.2.1.43', '1.3.6.1.2.1.25.3.5.1.2.1', '1.9'] as const;

async function onePacket(rig: Rig, chance: SeededRandom, tally: Tally): Promise<void> {
  const oids = Array.from({ length: chance.integer(1, 4) }, () => chance.pick(roots));
  const pdu = {
    ...requestOf(chance.pick(types), oids),
    errorStatus: chance.integer(-1, 3),
    errorIndex: chance.integer(-1, 60),
  };
  const bytes = packetOf(pdu, rig, chance);
  const answer = await rig.engine.respond(bytes, '127.0.0.1');
  tally.packets += 1;
  if (answer === undefined) return;
  tally.answered += 1;
  // What we send can be read.
  const message = decodeMessage(answer);
  if (message.version === 'v3' && !message.header.encrypted) decodeScopedPdu(message.data);
}

/** Mutated outside, or inside of what is then sealed with the right keys. */
function packetOf(pdu: ReturnType<typeof requestOf>, rig: Rig, chance: SeededRandom): Uint8Array {
  const kind = chance.integer(0, 3);
  if (kind < 2) {
    const version = kind === 0 ? 'v1' : 'v2c';
    const whole = encodeCommunityMessage({ version, community, pdu: encodable(pdu) });
    return mutated(whole, chance);
  }
  const scoped = encodeScopedPdu({
    contextEngineId: engineId,
    contextName: new Uint8Array(),
    pdu: encodable(pdu),
  });
  return kind === 2
    ? mutated(sealed(scoped, rig, chance), chance)
    : sealed(mutated(scoped, chance), rig, chance);
}

/** As of now, and with a number of its own: a repetition is dropped. */
function sealed(scoped: Uint8Array, { clock }: Rig, chance: SeededRandom): Uint8Array {
  const timeSeconds = Math.floor((clock.monotonicMs() - clockStartMs) / 1_000);
  return v3Sealed(scoped, { boots: 1, timeSeconds }, chance.integer(0, 0x7fff_ffff));
}

const edges = [0, 1, 2, 4, 5, 6, 0x30, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xa0, 0xa5, 0xff] as const;

function mutated(bytes: Uint8Array, chance: SeededRandom): Uint8Array {
  let now = Buffer.from(bytes);
  const times = chance.integer(0, 4);
  for (let time = 0; time < times; time += 1) {
    const at = chance.integer(0, Math.max(0, now.length - 1));
    const how = chance.integer(0, 5);
    if (how === 0) now[at] = (now[at] ?? 0) ^ (1 << chance.integer(0, 7));
    else if (how === 1) now[at] = chance.pick(edges);
    else if (how === 2) now = now.subarray(0, at);
    else if (how === 3) now = Buffer.concat([now.subarray(0, at), now.subarray(at + 1)]);
    else if (how === 4) now = Buffer.concat([now.subarray(0, at), now]);
    else now = Buffer.concat([now, Buffer.alloc(chance.integer(1, 2_000), at)]);
  }
  return new Uint8Array(now);
}

/** Others are served meanwhile, in each version. */
async function stillAnswers(rig: Rig, chance: SeededRandom): Promise<void> {
  const pdu = await rig.ask('get', [sysName]);
  const old = await rig.askV1('get', [sysName]);
  const scoped = encodeScopedPdu({
    contextEngineId: engineId,
    contextName: new Uint8Array(),
    pdu: encodable(requestOf('get', [sysName])),
  });
  const secure = v3Answer(await rig.engine.respond(sealed(scoped, rig, chance), '127.0.0.1'));
  for (const answer of [pdu, old, secure]) {
    if (answer?.varbinds[0]?.value.type !== 'octets') throw new Error('a right question failed');
  }
}

/** A manager of ours, and an agent that answers it with mutated answers. */
async function openManager(chance: SeededRandom) {
  const { udp, snmp } = hal;
  const socket = await udp.open({
    address: '127.0.0.1',
    port: 0,
    onDatagram(bytes, from) {
      const message = decodeMessage(bytes);
      if (message.version === 'v3') return;
      const varbinds = message.pdu.varbinds.map(({ oid }) => ({
        oid: [...oid, 1],
        value: octetsValue(Uint8Array.from([chance.integer(0, 255)])),
      }));
      const pdu = encodable({ ...message.pdu, type: 'response', errorStatus: 0, varbinds });
      const answer = encodeCommunityMessage({ version: message.version, community, pdu });
      socket.send(mutated(answer, chance), from).catch(() => undefined);
    },
    onFault: () => undefined,
  });
  const session = snmp.open({
    address: '127.0.0.1',
    port: socket.local.port,
    credentials: { version: '2c', community: 'geheim' },
    timeoutMs: 10,
    retries: 0,
  });
  return {
    async ask(): Promise<number> {
      try {
        await session.table(['1.3.6.1.2.1.43.11.1.1.6.1', '1.3.6.1.2.1.43.11.1.1.9.1'], 32);
        return 1;
      } catch {
        // A mutated answer is no answer.
        return 0;
      }
    },
    async close(): Promise<void> {
      session.close();
      await socket.close();
    },
  };
}

process.exitCode = await runAsTool(usage, process.argv.slice(2), main);
