// `npm run verify:kernel`: the single file against printers on a real kernel, in a guest of QEMU's.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { createLinuxHal } from '../../hal/linux/linux.ts';
import { freePort } from '../bench/child.ts';
import { ensurePackages, realDebianHost } from '../verify/debian.ts';
import { type Bench, guestHttpsPort, type ScenarioGroup, serve } from './bench.ts';
import { type Accelerator, accelerators, type Guest, startGuest } from './guest.ts';
import { builtPlaten, type GuestImage, makeGuestImage } from './image.ts';
import { hostPackages } from './packages.ts';
import { type Outside, startOutside } from './outside.ts';
import { scenarioGroups } from './scenarios/table.ts';

const groupNames = scenarioGroups.map(({ name }) => name);
const USAGE = `usage: npm run verify:kernel [-- OPTION…]
  --short             some scenarios of each group
  --group NAME…       ${groupNames.join(', ')} (all)
  --only TEXT…        scenarios whose description has it
  --repeat N          each of them so many times in a row (1); not for stop
  --show              prints what the guest says
  --accelerator NAME  ${accelerators.join(' or ')} (tcg)
`;

const root = fileURLToPath(new URL('../..', import.meta.url));

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(1));
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  process.exitCode = 1;
}
// A transfer that an emulated printer holds would keep the process.
process.exit();

interface Asked {
  readonly show: boolean;
  readonly accelerator: Accelerator;
  readonly groups: readonly ScenarioGroup[];
}

async function main(args: readonly string[]): Promise<number> {
  const asked = readArguments(args);
  const packages = await ensurePackages(realDebianHost, hostPackages);
  if (packages.state === 'refused') throw new Error(packages.message);
  const folder = join(root, 'build/kernel');
  await mkdir(folder, { recursive: true });
  const image = await makeGuestImage({ root, platen: await builtPlaten(root), folder });
  const files = await mkdtemp(join(tmpdir(), 'platen-kernel-'));
  try {
    return await runAll(image, files, asked);
  } finally {
    await rm(image.initramfs, { force: true });
    await rm(files, { recursive: true, force: true });
  }
}

function readArguments(args: readonly string[]): Asked {
  const { values } = parseArgs({
    args: [...args],
    options: {
      show: { type: 'boolean', default: false },
      accelerator: { type: 'string', default: accelerators[0] },
      short: { type: 'boolean', default: false },
      group: { type: 'string', multiple: true, default: [...groupNames] },
      only: { type: 'string', multiple: true, default: [''] },
      repeat: { type: 'string', default: '1' },
    },
  });
  const accelerator = accelerators.find((name) => name === values.accelerator);
  if (accelerator === undefined) throw new Error(`no accelerator ${values.accelerator}`);
  const unknown = values.group.find((name) => !groupNames.includes(name));
  if (unknown !== undefined) throw new Error(`no group ${unknown}`);
  const repeat = Number(values.repeat);
  if (!Number.isInteger(repeat) || repeat < 1) throw new Error('--repeat takes a count from 1');
  const groups = scenarioGroups
    .filter(({ name }) => values.group.includes(name))
    .map(({ scenarios, ...group }) => ({
      ...group,
      scenarios: scenarios
        .filter(
          ({ what, isShort }) =>
            (!values.short || isShort === true) && values.only.some((text) => what.includes(text)),
        )
        .flatMap((scenario) => Array.from({ length: repeat }, () => scenario)),
    }))
    .filter(({ scenarios }) => scenarios.length > 0);
  return { show: values.show, accelerator, groups };
}

async function runAll(image: GuestImage, folder: string, asked: Asked): Promise<number> {
  const hal = createLinuxHal({ wallTrusted: () => false });
  const outside = await startOutside(hal);
  const parallelFile = join(folder, 'parallel');
  const serialFile = join(folder, 'serial');
  for (const file of [parallelFile, serialFile]) await writeFile(file, '');
  const startMs = hal.clock.monotonicMs();
  const hostPort = await freePort();
  const guest = await startGuest({
    image,
    accelerator: asked.accelerator,
    forward: { hostPort, guestPort: guestHttpsPort },
    devices: devicesOf(outside, { parallelFile, serialFile }),
    ...(asked.show ? { onLine: (line: string) => process.stderr.write(`| ${line}\n`) } : {}),
  });
  try {
    const platen = await serve(guest, hostPort);
    const files = { parallelFile, serialFile };
    const bench: Bench = { ...outside, ...files, guest, platen, hal, printers: new Set() };
    const seconds = ((hal.clock.monotonicMs() - startMs) / 1000).toFixed(1);
    process.stdout.write(`the guest serves after ${seconds} s\n`);
    return await runGroups(bench, asked.groups);
  } finally {
    await guest.end();
    await outside.stop();
  }
}

async function runGroups(bench: Bench, groups: readonly ScenarioGroup[]): Promise<number> {
  const count = { passed: 0, failed: 0, skipped: 0 };
  for (const group of groups) {
    const passed = await runGroup(bench, group);
    count.passed += passed;
    if (passed === group.scenarios.length) continue;
    count.failed += 1;
    count.skipped += group.scenarios.length - passed - 1;
  }
  const { passed, failed, skipped } = count;
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  return failed === 0 ? 0 : 1;
}

/** How many passed: the first that fails is the last of its group that runs. */
async function runGroup(bench: Bench, { prepare, scenarios }: ScenarioGroup): Promise<number> {
  let passed = 0;
  try {
    await prepare(bench);
    for (const { what, run } of scenarios) {
      process.stdout.write(`…   ${what}\n`);
      const beganMs = bench.hal.clock.monotonicMs();
      const said = await run(bench);
      const seconds = ((bench.hal.clock.monotonicMs() - beganMs) / 1000).toFixed(1);
      process.stdout.write(`ok  (${seconds} s) ${said.trim()}\n`);
      passed += 1;
    }
  } catch (error) {
    process.stdout.write(`red ${error instanceof Error ? error.message : String(error)}\n`);
    process.stdout.write(`${await lastWords(bench.guest)}\n`);
  }
  return passed;
}

async function lastWords(guest: Guest): Promise<string> {
  try {
    return (await guest.attempt('tail -n 20 /tmp/log; dmesg | tail -n 20')).said;
  } catch {
    return 'the guest says nothing any more';
  }
}

function devicesOf(
  { redirPorts }: Outside,
  files: { readonly parallelFile: string; readonly serialFile: string },
): readonly string[] {
  const redirected = Object.entries(redirPorts).map(([name, port]) => [
    ['-chardev', `socket,id=${name},host=127.0.0.1,port=${port},reconnect=1`],
    ['-device', `usb-redir,chardev=${name},bus=usb.0`],
  ]);
  return [
    ['-device', 'qemu-xhci,id=usb,p2=8,p3=8'],
    // First, so that it is /dev/ttyUSB0.
    ['-chardev', `file,id=serial,path=${files.serialFile}`],
    ['-device', 'usb-serial,chardev=serial,bus=usb.0'],
    ...redirected.flat(),
    ['-parallel', `file:${files.parallelFile}`],
  ].flat();
}
