// `npm run verify:image`: boots an image in QEMU and prints with it.
import { access, mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { run } from '../run.ts';
import { runAsTool, UsageError } from '../tool.ts';
import { ensurePackages, realDebianHost } from '../verify/debian.ts';
import { type Booth, openBooth } from './booth.ts';
import type { ImageName } from './contract.ts';
import { boothPackages } from './packages.ts';
import type { Rounds } from './scenarios/contract.ts';
import { journalOf } from './scenarios/inside.ts';
import { scenarios } from './scenarios/table.ts';

const USAGE = `usage: npm run verify:image [-- [--target NAME] [--short | --soak] [--only TEXT]…]
  --target     amd64 or arm64-generic
  builds the image, then shows on it what scenarios/table.ts has
  --short      a USB printer found and printed to, 3 rounds of unplugging and 5 of pulling the plug,
               what listens; nothing in it depends on how fast the machine is
  --gate       fails where it takes more than 45 s from power on to ready: for a quiet machine
  --as-built   does not build it
  --probe      the shell of the tests is there from the first boot on, which saves one
  --soak       20 rounds of unplugging and 50 of pulling the plug, in place of 3 and 5
  --rounds N   of both, in place of these
  --only TEXT  scenarios whose description has it, after a boot where they want one
  --show       prints the console, each line with its second from power on
`;

const root = fileURLToPath(new URL('../..', import.meta.url));
const shortRounds: Rounds = { replug: 3, kill: 5 };
const longRounds: Rounds = { replug: 20, kill: 50 };
/** From power on to ready. */
const goalSeconds = 25;
const gateSeconds = 45;

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(1));
try {
  process.exitCode = await runAsTool(USAGE, process.argv.slice(2), main);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
// A transfer that an emulated printer holds would keep the process.
process.exit();

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      target: { type: 'string', default: 'arm64-generic' },
      soak: { type: 'boolean', default: false },
      short: { type: 'boolean', default: false },
      gate: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      probe: { type: 'boolean', default: false },
      'as-built': { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [''] },
      show: { type: 'boolean', default: false },
    },
  });
  if (values.target !== 'amd64' && values.target !== 'arm64-generic') {
    throw new UsageError(`no emulator boots ${values.target}`);
  }
  const packages = await ensurePackages(realDebianHost, boothPackages);
  if (packages.state === 'refused') throw new Error(packages.message);
  if (!values['as-built']) await buildImage(values.target);
  const imageFile = await builtImage(values.target);
  const folder = await mkdtemp(join(tmpdir(), 'platen-image-'));
  const booth = await openBooth({
    image: values.target,
    imageFile,
    folder,
    onLine: values.show ? showLine : () => undefined,
  });
  try {
    if (values.probe || values.short) await booth.addProbe();
    const failed = await runAll(booth, roundsOf(values), values);
    return failed === 0 ? 0 : 1;
  } finally {
    await booth.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function showLine(line: string, seconds: number): void {
  process.stderr.write(`| ${seconds.toFixed(1).padStart(5)} ${line}\n`);
}

function roundsOf({ soak, rounds }: { soak: boolean; rounds?: string | undefined }): Rounds {
  if (rounds === undefined) return soak ? longRounds : shortRounds;
  if (!/^[1-9]\d{0,3}$/.test(rounds)) throw new UsageError(`--rounds ${rounds} is no number`);
  return { replug: Number(rounds), kill: Number(rounds) };
}

interface Asked {
  readonly short: boolean;
  readonly gate: boolean;
  readonly only: readonly string[];
}

/** One that fails does not keep the others from being seen; resolves with how many did. */
async function runAll(booth: Booth, rounds: Rounds, asked: Asked): Promise<number> {
  const wanted = scenarios
    .filter(({ images }) => images?.includes(booth.image) !== false)
    .filter(({ short = false }) => short || !asked.short)
    .filter(({ what }) => asked.only.some((text) => what.includes(text)));
  if (asked.gate || wanted.some(({ fromOff = false }) => !fromOff)) {
    await timed(booth, 'it boots', () => firstBoot(booth, asked));
  }
  const failed: string[] = [];
  for (const { what, fromOff = false, run: show } of wanted) {
    try {
      if (!booth.isOn && !fromOff) await booth.boot();
      await timed(booth, what, () => show(booth, rounds));
    } catch (error) {
      failed.push(what);
      const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.stdout.write(`not ok  ${said}\n${await journalOf(booth)}\n`);
    }
  }
  process.stdout.write(`${wanted.length - failed.length} passed, ${failed.length} failed\n`);
  return failed.length;
}

async function firstBoot(booth: Booth, { gate }: Asked): Promise<string> {
  const { seconds, ready } = await booth.boot();
  await booth.setUp(ready);
  const [load = 0] = loadavg();
  const said =
    `ready ${seconds.toFixed(1)} s after power on, at its first boot ` +
    `(load ${load.toFixed(1)}; the goal is ${goalSeconds} s, the gate ${gateSeconds} s)`;
  if (gate && seconds > gateSeconds) throw new Error(said);
  return said;
}

async function timed(booth: Booth, what: string, work: () => Promise<string>): Promise<void> {
  const startMs = booth.nowMs();
  process.stdout.write(`…   ${what}\n`);
  const said = await work();
  const seconds = ((booth.nowMs() - startMs) / 1000).toFixed(1);
  process.stdout.write(`ok  (${seconds} s) ${said}\n`);
}

/** From Debian's packages as they were fetched before, where they were. */
async function buildImage(target: ImageName): Promise<void> {
  const program = join(root, 'tools/image/image.ts');
  process.stdout.write(await run(process.execPath, [program, '--target', target], root));
}

async function builtImage(target: ImageName): Promise<string> {
  const file = join(root, 'dist', `platen-${target}.img`);
  try {
    await access(file);
    return file;
  } catch (error) {
    throw new Error(`${file} is missing: npm run image -- --target ${target}`, { cause: error });
  }
}
