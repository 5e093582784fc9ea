// Eight ports at work at once: how long the appliance's event loop is held, beside an idle process.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

import { startRawPrinterProcess } from '../paced-printer.ts';
import type { PortsRound } from '../ports-child.ts';
import type { BenchRow, Peer } from '../row.ts';

const PORTS = 8;
const MEBIBYTE = 1024 * 1024;
const LEAST_MEBIBYTES_PER_SECOND = 100;
/** More than asked, for a round begins and ends with some milliseconds without a byte. */
const OFFERED = 1.3;
const BYTES_PER_SECOND = Math.ceil((LEAST_MEBIBYTES_PER_SECOND / PORTS) * OFFERED * MEBIBYTE);
const MEBIBYTES_A_PORT = 32;
const ROUND_MS = 2_000;
const MOST_MS_BEYOND_IDLE = 50;
const RATE = 'MiB/s';

const program = fileURLToPath(new URL('../ports-child.ts', import.meta.url));

interface Asked {
  readonly ask: (line: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

async function startAsked(args: readonly string[]): Promise<Asked> {
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(
    process.execPath,
    ['--max-semi-space-size=1', program, ...args],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  const lines: Interface = createInterface({ input: child.stdout });
  const reader = lines[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const line = await reader.next();
    if (line.done === true) throw new Error('the process that is measured ended');
    return line.value;
  };
  await next();
  return {
    ask: (line) => {
      child.stdin.write(`${line}\n`);
      return next();
    },
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

async function roundOf({ ask }: Asked, seed: number) {
  const { longestMs, mebibytesPerSecond }: PortsRound = JSON.parse(await ask(`${seed}`));
  return { rate: longestMs, besides: { [RATE]: mebibytesPerSecond } };
}

const atWork: Peer = {
  name: `${PORTS} ports`,
  async prepare({ folder }) {
    const printer = await startRawPrinterProcess({ bytesPerSecond: BYTES_PER_SECOND });
    const child = await startAsked([
      `--data=${folder}`,
      `--printer=${printer.port}`,
      `--ports=${PORTS}`,
      `--mebibytes=${MEBIBYTES_A_PORT}`,
    ]);
    return {
      round: (seed) => roundOf(child, seed),
      async stop() {
        await child.stop();
        await printer.stop();
      },
    };
  },
};

const idle: Peer = {
  name: 'idle process',
  async prepare() {
    const child = await startAsked([`--idle-ms=${ROUND_MS}`]);
    return { round: (seed) => roundOf(child, seed), stop: child.stop };
  },
};

export const portRows: readonly BenchRow[] = [
  {
    name: 'ports/delay',
    what: 'the longest event-loop delay while 8 ports send 100 MiB/s in all',
    unit: 'ms',
    peers: [atWork, idle],
    missed([work, control]) {
      const beyondMs = (work?.median ?? Infinity) - (control?.median ?? 0);
      const rate = work?.besides[RATE] ?? 0;
      return [
        ...(beyondMs <= MOST_MS_BEYOND_IDLE
          ? []
          : [`${beyondMs.toFixed(1)} ms beyond the idle process: at most ${MOST_MS_BEYOND_IDLE}`]),
        ...(rate >= LEAST_MEBIBYTES_PER_SECOND
          ? []
          : [`${rate.toFixed(0)} MiB/s; the bound is for ${LEAST_MEBIBYTES_PER_SECOND}`]),
      ];
    },
  },
];
