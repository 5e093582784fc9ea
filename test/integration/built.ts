// Builds the single file as `npm run build` does.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const build = fileURLToPath(new URL('../../tools/build/build.ts', import.meta.url));

/** For this machine, or for another `target` of tools/build/targets.ts. */
export async function buildSingleFile(target?: string): Promise<void> {
  const words = target === undefined ? [] : ['--target', target];
  const stdio = ['ignore', 'ignore', 'pipe'] as const;
  const child = spawn(process.execPath, [build, ...words], { stdio: [...stdio] });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const status = await new Promise((resolve) => child.once('close', resolve));
  assert.equal(status, 0, errors);
}
