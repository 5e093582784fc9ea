// Builds the simulated parallel port for the kernel of the guests.
import { copyFile, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../run.ts';
import { dependencyOf, unpackedPackages } from '../../verify/unpack.ts';

const source = fileURLToPath(new URL('parport_sim.c', import.meta.url));

/** `kernelPackage`: linux-image-VERSION; resolves with the module's path. */
export async function buildParportSim(kernelPackage: string, folder: string): Promise<string> {
  const headers = kernelPackage.replace('linux-image-', 'linux-headers-');
  const files = await unpackedPackages(
    [
      headers,
      await dependencyOf(headers, /^linux-headers-.*-common$/),
      await dependencyOf(headers, /^linux-kbuild-/),
    ],
    folder,
  );
  const sources = join(files, 'usr/src');
  const common = (await readdir(sources)).find((name) => name.endsWith('-common'));
  if (common === undefined) throw new Error(`${headers} has no common part`);
  const tree = join(sources, headers);
  // The packaged one names the place where an installed package would be.
  await writeFile(join(tree, 'Makefile'), `include ${join(sources, common)}/Makefile\n`);
  const work = await mkdtemp(join(folder, 'parport-sim-'));
  try {
    await copyFile(source, join(work, 'parport_sim.c'));
    await writeFile(join(work, 'Makefile'), 'obj-m := parport_sim.o\n');
    await run('make', ['-s', '-C', tree, `M=${work}`, 'CC=gcc', 'modules'], work);
    await run('strip', ['--strip-debug', 'parport_sim.ko'], work);
    const built = join(folder, 'modules', `parport_sim-${process.pid}.ko`);
    await mkdir(join(folder, 'modules'), { recursive: true });
    await rename(join(work, 'parport_sim.ko'), built);
    return built;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
