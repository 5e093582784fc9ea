// `npm run verify:image`: boots an image in QEMU and prints with it.
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensurePackages, realDebianHost } from '../verify/debian.ts';
import { type Booth, openBooth } from './booth.ts';
import type { ImageName } from './contract.ts';
import { boothPackages } from './packages.ts';
import {
  corruptedRoot,
  damagedData,
  firstBoot,
  killRounds,
  printsOnNetwork,
  printsOnUsb,
  replugs,
  type Rounds,
} from './scenarios.ts';

const USAGE = `usage: npm run verify:image [-- [--target amd64|arm64-generic] [--soak] [--show]]
  builds nothing: npm run image -- --target TARGET comes first
  --soak  20 rounds of unplugging and 50 of pulling the plug, in place of 3 and 5
  --show  prints the console
`;

const root = fileURLToPath(new URL('../..', import.meta.url));
const shortRounds: Rounds = { replug: 3, kill: 5 };
const longRounds: Rounds = { replug: 20, kill: 50 };

try {
  process.exitCode = await main(process.argv.slice(2));
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
      show: { type: 'boolean', default: false },
    },
  });
  if (values.target !== 'amd64' && values.target !== 'arm64-generic') {
    process.stderr.write(`no emulator boots ${values.target}\n${USAGE}`);
    return 2;
  }
  const packages = await ensurePackages(realDebianHost, boothPackages);
  if (packages.state === 'refused') throw new Error(packages.message);
  const imageFile = await builtImage(values.target);
  const folder = await mkdtemp(join(tmpdir(), 'platen-image-'));
  const booth = await openBooth({
    image: values.target,
    imageFile,
    folder,
    onLine: values.show ? (line) => process.stderr.write(`| ${line}\n`) : () => undefined,
  });
  try {
    await runAll(booth, values.soak ? longRounds : shortRounds);
    return 0;
  } finally {
    await booth.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function runAll(booth: Booth, rounds: Rounds): Promise<void> {
  const first = await timed(booth, 'it boots', () => firstBoot(booth));
  await timed(booth, 'USB printer', async () => ({ said: await printsOnUsb(booth) }));
  await timed(booth, 'network printer', async () => ({ said: await printsOnNetwork(booth) }));
  await timed(booth, 'unplugged in the middle', async () => ({
    said: await replugs(booth, rounds.replug),
  }));
  const { machine } = await timed(booth, 'the plug is pulled', () =>
    killRounds(booth, first.machine, rounds.kill),
  );
  await timed(booth, 'a damaged data partition, and none', async () => ({
    said: await damagedData(booth, machine),
  }));
  await timed(booth, 'a damaged root', async () => ({
    said: await corruptedRoot(booth),
  }));
}

async function timed<T extends { readonly said: string }>(
  booth: Booth,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  const startMs = booth.nowMs();
  const result = await work();
  const seconds = ((booth.nowMs() - startMs) / 1000).toFixed(1);
  process.stdout.write(`ok  ${what} (${seconds} s): ${result.said}\n`);
  return result;
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
