// Shows that the bootstrap installs once, only when needed, and runs the tool on the pinned Node.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { atEnd } from '../at-end.ts';

const runtimeFolder = `node_modules/node-linux-${process.arch}`;
const lock = JSON.stringify({
  packages: {
    '': { name: 'world' },
    'node_modules/tool': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/elsewhere': { version: '1.0.0', integrity: 'sha512-b', optional: true },
  },
});
const installed = JSON.stringify({
  packages: { 'node_modules/tool': { version: '1.0.0', integrity: 'sha512-a' } },
});

/** Stands in for npm: counts its calls, and installs as npm does, the hidden lock file last. */
const npmSource = `
import { appendFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
appendFileSync('calls', process.argv.slice(2).join(' ') + '\\n');
if (process.env.NPM_FAILS) {
  console.log('what npm said');
  process.exit(7);
}
rmSync('node_modules', { recursive: true, force: true });
mkdirSync('${runtimeFolder}/bin', { recursive: true });
symlinkSync(${JSON.stringify(process.execPath)}, '${runtimeFolder}/bin/node');
writeFileSync('node_modules/.package-lock.json', ${JSON.stringify(installed)});
`;

const toolSource = `
process.on('SIGINT', () => { console.log('SIGINT'); setImmediate(() => process.exit(3)); });
console.log(JSON.stringify({ args: process.argv.slice(2), path: process.env.PATH }));
if (process.argv[2] === 'wait') setInterval(() => undefined, 1000);
if (process.argv[2] === 'fail') process.exitCode = 5;
`;

describe('bootstrap', () => {
  test('installs what is missing, runs the tool, and does not install again', async (t) => {
    const world = await makeWorld(t);
    const first = await finish(world.start(['verify', 'a', '--b']));
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stderr, /installing packages/);
    const said: unknown = JSON.parse(first.stdout);
    assert.ok(typeof said === 'object' && said !== null && 'args' in said && 'path' in said);
    assert.deepEqual(said.args, ['a', '--b']);
    assert.ok(String(said.path).startsWith(join(world.root, 'node_modules/.bin:')));
    const second = await finish(world.start(['verify']));
    assert.equal(second.stderr, '');
    assert.equal(await world.npmCalls(), 1);
  });

  test('installs again when the lock file names another version', async (t) => {
    const world = await makeWorld(t);
    await finish(world.start(['verify']));
    await writeFile(join(world.root, 'package-lock.json'), lock.replace('sha512-a', 'sha512-c'));
    const run = await finish(world.start(['verify']));
    assert.match(run.stderr, /differs from the lock/);
    assert.equal(run.code, 1);
    assert.equal(await world.npmCalls(), 2);
  });

  test('two at once install once', async (t) => {
    const world = await makeWorld(t);
    const runs = [1, 2, 3].map(() => finish(world.start(['verify'])));
    for (const run of await Promise.all(runs)) assert.equal(run.code, 0, run.stderr);
    assert.equal(await world.npmCalls(), 1);
  });

  test('shows what npm said when it fails', async (t) => {
    const world = await makeWorld(t);
    const run = await finish(world.start(['verify'], { NPM_FAILS: '1' }));
    assert.equal(run.code, 1);
    assert.match(run.stderr, /what npm said\nnpm ci failed with 7/);
  });

  test('installs nothing through a link', async (t) => {
    const world = await makeWorld(t);
    await mkdir(join(world.root, 'shared'));
    await symlink('shared', join(world.root, 'node_modules'));
    const run = await finish(world.start(['verify']));
    assert.match(run.stderr, /node_modules is a link/);
    assert.equal(await world.npmCalls(), 0);
  });

  test('hands on the exit status', async (t) => {
    const world = await makeWorld(t);
    assert.equal((await finish(world.start(['verify', 'fail']))).code, 5);
  });

  test('hands on a repeated signal once and waits for the tool', async (t) => {
    const world = await makeWorld(t);
    const child = world.start(['verify', 'wait']);
    const done = finish(child);
    child.stdout?.once('data', () => {
      child.kill('SIGINT');
      child.kill('SIGINT');
    });
    const run = await done;
    assert.equal(run.code, 3);
    assert.equal(run.stdout.match(/SIGINT/g)?.length, 1);
  });

  test('an unknown tool is refused with the nearest name, and nothing installed', async (t) => {
    const world = await makeWorld(t);
    const run = await finish(world.start(['biuld']));
    assert.equal(run.code, 2);
    assert.match(run.stderr, /unknown tool biuld: did you mean build\?/);
    assert.equal(await world.npmCalls(), 0);
  });
});

interface World {
  readonly root: string;
  readonly start: (args: readonly string[], env?: Record<string, string>) => ChildProcess;
  readonly npmCalls: () => Promise<number>;
}

async function makeWorld(t: TestContext): Promise<World> {
  const root = await mkdtemp(join(tmpdir(), 'platen-bootstrap-'));
  atEnd(t, () => rm(root, { recursive: true, force: true }));
  await mkdir(join(root, 'tools/verify'), { recursive: true });
  await cp('tools/bootstrap.mjs', join(root, 'tools/bootstrap.mjs'));
  await writeFile(join(root, 'tools/verify/verify.ts'), toolSource);
  await writeFile(join(root, 'package.json'), '{"type":"module"}');
  await writeFile(join(root, 'package-lock.json'), lock);
  await writeFile(join(root, 'npm.mjs'), npmSource);
  await writeFile(join(root, 'calls'), '');
  return {
    root,
    start: (args, env = {}) =>
      spawn(process.execPath, [join(root, 'tools/bootstrap.mjs'), ...args], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { PATH: process.env['PATH'], npm_execpath: join(root, 'npm.mjs'), ...env },
      }),
    npmCalls: async () => (await readFile(join(root, 'calls'), 'utf8')).split('\n').length - 1,
  };
}

async function finish(
  child: ChildProcess,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  return { code, stdout, stderr };
}
