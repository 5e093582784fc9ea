// `npm run image`: makes dist/platen-<target>.img, to be written to a card or disk as it is.
import { cp, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { version } from '../../firmware/entry/version.ts';
import { packagesFor } from '../build/cross.ts';
import { targets } from '../build/targets.ts';
import { run } from '../run.ts';
import { runAsTool, UsageError } from '../tool.ts';
import { ensurePackages, realDebianHost } from '../verify/debian.ts';
import { makeBootPartition } from './boot-partition.ts';
import { type ImageTarget, mibBytes } from './contract.ts';
import { debianRoot } from './debian-root.ts';
import { makeDataPartition, makeDisk } from './disk.ts';
import { makeEarly } from './early.ts';
import { workshopPackages } from './packages.ts';
import { makeRootTree } from './root-tree.ts';
import { sbomOf } from './sbom.ts';
import { makeSlot, sha256 } from './slot.ts';
import { imageTargets } from './targets.ts';

const USAGE = `usage: npm run image [-- [--target TARGET] [--provision FILE] [--fresh]]
  targets: ${imageTargets.map(({ name }) => name).join(', ')}
  --provision FILE  provision.toml of the boot partition
  --fresh           Debian's present packages, and not those that were fetched before
`;

const root = fileURLToPath(new URL('../..', import.meta.url));

try {
  process.exitCode = await runAsTool(USAGE, process.argv.slice(2), main);
} catch (error) {
  process.stderr.write(`image failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      target: { type: 'string', default: process.arch === 'arm64' ? 'arm64-generic' : 'amd64' },
      provision: { type: 'string' },
      fresh: { type: 'boolean', default: false },
    },
  });
  const target = imageTargets.find(({ name }) => name === values.target);
  if (target === undefined) throw new UsageError(`there is no target ${values.target}`);
  const packages = await ensurePackages(realDebianHost, workshopPackages);
  if (packages.state === 'refused') throw new Error(packages.message);
  await makeImage(target, values);
  return 0;
}

async function makeImage(
  target: ImageTarget,
  { provision, fresh }: { readonly provision?: string | undefined; readonly fresh: boolean },
): Promise<void> {
  const startMs = performance.now();
  const work = join(root, 'build', `image-${target.name}`);
  const cache = join(root, 'build/debian');
  await mkdir(work, { recursive: true });
  await mkdir(join(root, 'dist'), { recursive: true });
  const platen = await builtPlaten(target);
  const debian = await debianRoot({ target, cache, fresh, report });
  const tree = join(work, 'tree');
  await makeRootTree({ debian, target, platen, tree });
  const sbom = await sbomOf({ version, debian, tree, packages: await npmPackages(target) });
  const output = join(root, 'dist', `platen-${target.name}`);
  await writeFile(`${output}.cdx.json`, sbom);
  await mkdir(join(tree, 'usr/share/platen'), { recursive: true });
  await writeFile(join(tree, 'usr/share/platen/sbom.cdx.json'), sbom);
  await cp(join(root, 'LICENSE'), join(tree, 'usr/share/platen/LICENSE'));
  const slot = await makeSlot(tree, join(work, 'slot'));
  const initramfs = join(work, 'initramfs');
  await makeEarly({ debian, staging: join(work, 'early'), output: initramfs });
  const [boot, data] = [join(work, 'boot'), join(work, 'data')];
  const staging = join(work, 'boot-files');
  await makeBootPartition({
    target,
    debian,
    initramfs,
    root: slot,
    provision,
    staging,
    output: boot,
  });
  await makeDataPartition(data);
  await makeDisk(target, { boot, slotA: slot.file, data }, `${output}.img`);
  const sizes = { root: (await stat(slot.file)).size, initramfs: (await stat(initramfs)).size };
  await rm(tree, { recursive: true, force: true });
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  const mib = (bytes: number) => (bytes / mibBytes).toFixed(1);
  report(
    `${output}.img in ${seconds} s: root ${mib(sizes.root)} MiB, ` +
      `initramfs ${mib(sizes.initramfs)} MiB, root hash ${slot.rootHash}`,
  );
  if (target.caution !== undefined) report(target.caution);
}

async function builtPlaten({ platen }: ImageTarget): Promise<string> {
  const file = join(root, 'dist', `platen-${platen}`);
  await run(process.execPath, [join(root, 'tools/build/build.ts'), '--target', platen], root);
  report(`${platen}: sha256 ${await sha256(file)}`);
  return file;
}

async function npmPackages({ platen }: ImageTarget): Promise<string> {
  const target = targets.find(({ name }) => name === platen);
  if (target === undefined) throw new Error(`no single file is built for ${platen}`);
  return packagesFor({ root, target, report });
}

function report(line: string): void {
  process.stdout.write(`${line}\n`);
}
