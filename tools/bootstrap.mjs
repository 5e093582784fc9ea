// Runs a tool of this repository on the pinned Node of its packages, which it installs first.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TOOLS = {
  up: 'tools/up/up.ts',
  verify: 'tools/verify/verify.ts',
  'verify:kernel': 'tools/kernel/verify.ts',
  build: 'tools/build/build.ts',
  image: 'tools/image/image.ts',
  'verify:image': 'tools/image/verify.ts',
  page: 'tools/page/page.ts',
  bench: 'tools/bench/bench.ts',
  conformance: 'tools/conformance/conformance.ts',
  fuzz: 'test/fuzz/fuzz.ts',
  crowd: 'tools/crowd/crowd.ts',
  'crash-test': 'tools/crash-test/crash-test.ts',
  'heartbeat-bench': 'tools/heartbeat-bench/bench.ts',
  'failover-bench': 'tools/failover-bench/bench.ts',
  'long-queue': 'tools/long-queue/long-queue.ts',
  simulate: 'test/world/simulate.ts',
  'snmp-bench': 'test/snmp/bench.ts',
  'snmp-fuzz': 'test/snmp/mutated.ts',
  platen: 'firmware/entry/platen.ts',
};

const OLDEST_NODE = 20;
const INSTALL_OUTPUT_BYTES = 1024 * 1024;
const REPEATED_SIGNAL_MS = 300;
const SETPRIV = '/usr/bin/setpriv';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const runtime = join(modules, `node-linux-${process.arch}`, 'bin', 'node');

class Refusal extends Error {
  exitCode;
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

async function main([name, ...args]) {
  checkMachine();
  const script = findTool(name);
  if (!isFresh()) await withInstallLock(installIfStale);
  if (!existsSync(runtime)) {
    throw new Refusal(
      `no pinned Node for ${process.platform}-${process.arch}: ${runtime} is missing`,
    );
  }
  if (name === 'platen' && args[0] === 'serve') await runTool(join(root, TOOLS.page), ['--quiet']);
  await runTool(script, args);
}

function checkMachine() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < OLDEST_NODE) {
    throw new Refusal(`Node ${process.versions.node} is too old: Node ${OLDEST_NODE} or newer`);
  }
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    throw new Refusal(
      `${process.platform}-${process.arch} has no pinned Node: use Linux on x64 or arm64`,
    );
  }
}

function findTool(name) {
  const names = Object.keys(TOOLS);
  const usage = `tools: ${names.join(', ')}`;
  if (name === undefined) throw new Refusal(`which tool? ${usage}`, 2);
  if (Object.hasOwn(TOOLS, name)) return join(root, TOOLS[name]);
  const [nearest] = names.sort((a, b) => distance(name, a) - distance(name, b));
  throw new Refusal(`unknown tool ${name}: did you mean ${nearest}? ${usage}`, 2);
}

/** Edit distance, by rows of the usual table. */
function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}

/**
 * npm writes node_modules/.package-lock.json last, so it is there only after a whole installation.
 * Optional packages may be absent (they are for other machines), but none may differ.
 */
function isFresh() {
  const wanted = readPackages(join(root, 'package-lock.json'));
  const present = readPackages(join(modules, '.package-lock.json'));
  if (wanted === undefined) throw new Refusal(`package-lock.json is missing in ${root}`);
  if (present === undefined || !existsSync(runtime)) return false;
  const differs = Object.entries(present).some(
    ([path, entry]) =>
      wanted[path]?.version !== entry.version || wanted[path]?.integrity !== entry.integrity,
  );
  const lacks = Object.entries(wanted).some(
    ([path, entry]) => path !== '' && !entry.optional && present[path] === undefined,
  );
  return !differs && !lacks;
}

function readPackages(path) {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch (error) {
    throw new Refusal(`${path} can't be read: ${error.message}`);
  }
}

/**
 * An abstract Unix socket is the lock: it is taken atomically, and the kernel gives it back however
 * its holder ends. The others wait for their connection to it to close, then try again.
 */
async function withInstallLock(work) {
  const name = `\0platen-install-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`;
  let announced = false;
  for (;;) {
    const server = await tryListen(name);
    if (server !== undefined) {
      try {
        await work();
      } finally {
        server.release();
      }
      return;
    }
    if (!announced) process.stderr.write('waiting for another installation to end\n');
    announced = true;
    await waitForHolder(name);
  }
}

function tryListen(name) {
  return new Promise((resolve, reject) => {
    const waiting = new Set();
    const server = createServer((socket) => {
      waiting.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => waiting.delete(socket));
    });
    server.once('error', (error) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(name, () => {
      resolve({
        release() {
          server.close();
          for (const socket of waiting) socket.destroy();
        },
      });
    });
  });
}

function waitForHolder(name) {
  return new Promise((resolve) => {
    const socket = connect(name);
    socket.resume();
    // A refused connection means that the holder has just gone, which is what is waited for.
    socket.once('error', () => undefined);
    socket.once('close', resolve);
  });
}

async function installIfStale() {
  if (isFresh()) return;
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new Refusal('node_modules is a link and not up to date: run npm ci where it points to');
  }
  process.stderr.write('installing packages (npm ci)\n');
  const { code, output } = await runNpm();
  if (code !== 0) {
    process.stderr.write(output);
    throw new Refusal(`npm ci failed with ${code}`);
  }
  if (!isFresh()) throw new Refusal('npm ci ended well, but node_modules differs from the lock');
}

function runNpm() {
  const args = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--loglevel=warn'];
  const script = process.env.npm_execpath;
  const command = script?.endsWith('js') ? [process.execPath, script, ...args] : ['npm', ...args];
  return new Promise((resolve, reject) => {
    const child = spawn(command[0], command.slice(1), {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (text) => {
      output = (output + text).slice(-INSTALL_OUTPUT_BYTES);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    child.once('error', (error) =>
      reject(error.code === 'ENOENT' ? new Refusal('npm is not installed') : error),
    );
    child.once('close', (code, signal) => resolve({ code: code ?? signal, output }));
  });
}

/**
 * The tool gets a session of its own, so that Ctrl-C reaches it once, from here, and not a second
 * time from the terminal or npm. setpriv ends it too when this process is killed.
 */
function runTool(script, args) {
  const command = [runtime, script, ...args];
  if (existsSync(SETPRIV)) command.unshift(SETPRIV, '--pdeathsig', 'TERM', '--');
  const path = [join(modules, '.bin'), process.env.PATH ?? ''].join(delimiter);
  return new Promise((resolve, reject) => {
    const child = spawn(command[0], command.slice(1), {
      stdio: 'inherit',
      detached: true,
      // The sources are stripped of their types once, and not by each of a hundred processes.
      env: { NODE_COMPILE_CACHE: join(root, 'build', 'compile-cache'), ...process.env, PATH: path },
    });
    const stopForwarding = forwardSignals(child);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      stopForwarding();
      process.exitCode = code ?? 128 + constants.signals[signal];
      if (signal !== null) process.kill(process.pid, signal);
      resolve();
    });
  });
}

function forwardSignals(child) {
  const last = new Map();
  const forward = (signal) => {
    const now = performance.now();
    const repeated = now - (last.get(signal) ?? -Infinity) < REPEATED_SIGNAL_MS;
    last.set(signal, now);
    if (!repeated) child.kill(signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'];
  for (const signal of signals) process.on(signal, forward);
  return () => {
    for (const signal of signals) process.off(signal, forward);
  };
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
}
