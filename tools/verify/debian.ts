// Finds and installs missing Debian packages without starting any service of theirs.

import { spawn } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';

import type { DebianPackage } from './packages.ts';

/** Runs a command; `show` lets the user see its output, otherwise it is returned. */
export type RunCommand = (
  command: readonly [string, ...string[]],
  options: { readonly show: boolean; readonly env?: Readonly<Record<string, string>> },
) => Promise<{ readonly exitCode: number; readonly stdout: string }>;

export interface DebianHost {
  readonly isRoot: boolean;
  /** Path of the policy that maintainer scripts ask before they start a service. */
  readonly policyPath: string;
  readonly run: RunCommand;
  readonly report: (line: string) => void;
}

export type PackagesOutcome =
  | { readonly state: 'present' }
  | { readonly state: 'installed'; readonly names: readonly string[] }
  | { readonly state: 'refused'; readonly message: string };

export const realDebianHost: DebianHost = {
  isRoot: process.getuid?.() === 0,
  policyPath: '/usr/sbin/policy-rc.d',
  run: runCommand,
  report: (line) => process.stderr.write(`${line}\n`),
};

/** Makes sure that all packages of the rows are there, installing them when the user is root. */
export async function ensurePackages(
  host: DebianHost,
  rows: readonly DebianPackage[],
): Promise<PackagesOutcome> {
  const missing = await missingPackages(host, rows);
  if (missing.length === 0) return { state: 'present' };
  const names = missing.map((row) => row.name);
  const install = ['install', '-y', '--no-install-recommends', ...names];
  const reasons = missing.map((row) => `  ${row.name}: ${row.why}`).join('\n');
  if (!host.isRoot) {
    const message = `Debian packages are missing:\n${reasons}\nInstall them with:`;
    return {
      state: 'refused',
      message: `${message}\n  sudo apt-get update && sudo apt-get ${install.join(' ')}`,
    };
  }
  host.report(`installing Debian packages:\n${reasons}`);
  const failed = await withServicesHeldBack(host, async () =>
    firstFailure(host, [
      ['apt-get', '-q', 'update'],
      ['apt-get', '-q', '-o', 'DPkg::Lock::Timeout=120', ...install],
    ]),
  );
  if (failed !== undefined) return { state: 'refused', message: failed };
  const still = await missingPackages(host, rows);
  if (still.length === 0) return { state: 'installed', names };
  return {
    state: 'refused',
    message: `apt-get did not install ${still.map((row) => row.name).join(' ')}`,
  };
}

async function missingPackages(
  host: DebianHost,
  rows: readonly DebianPackage[],
): Promise<readonly DebianPackage[]> {
  const { stdout } = await host.run(
    ['dpkg-query', '-W', '-f=${Package} ${db:Status-Status}\\n', ...rows.map((row) => row.name)],
    { show: false },
  );
  const installed = new Set(
    stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  return rows.filter((row) => !installed.has(row.name));
}

async function firstFailure(
  host: DebianHost,
  commands: readonly (readonly [string, ...string[]])[],
): Promise<string | undefined> {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  for (const command of commands) {
    const { exitCode } = await host.run(command, { show: true, env });
    if (exitCode !== 0) return `${command.join(' ')} failed with ${exitCode}`;
  }
  return undefined;
}

/**
 * Status 101 of policy-rc.d forbids the start. The file answers only for as long as this process
 * lives, so that a killed run leaves nothing that holds services back. An existing policy is the
 * administrator's, and stays.
 */
async function withServicesHeldBack<T>(host: DebianHost, work: () => Promise<T>): Promise<T> {
  const script = `#!/bin/sh\nkill -0 ${process.pid} 2>/dev/null && exit 101\nexit 0\n`;
  const made = await writeIfAbsent(host.policyPath, script);
  try {
    return await work();
  } finally {
    if (made) await rm(host.policyPath, { force: true });
  }
}

async function writeIfAbsent(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx', mode: 0o755 });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function runCommand(
  command: readonly [string, ...string[]],
  options: { readonly show: boolean; readonly env?: Readonly<Record<string, string>> },
): Promise<{ readonly exitCode: number; readonly stdout: string }> {
  const [file, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      stdio: ['ignore', options.show ? 2 : 'pipe', options.show ? 2 : 'ignore'],
      env: { ...process.env, ...options.env },
    });
    let stdout = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.once('error', (error) =>
      reject(new Error(`${file} can't be run: is this a Debian machine?`, { cause: error })),
    );
    child.once('close', (code) => resolve({ exitCode: code ?? 1, stdout }));
  });
}
