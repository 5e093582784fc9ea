// Shows that missing Debian packages are installed by root, named to anyone else, never skipped.

import assert from 'node:assert/strict';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';

import { type DebianHost, ensurePackages } from '../../tools/verify/debian.ts';
import { debianPackages } from '../../tools/verify/packages.ts';
import { needPackages, toolPackages } from '../../tools/verify/tool-packages.ts';
import { atEnd } from '../at-end.ts';

const rows = [
  { name: 'cups', why: 'a print server' },
  { name: 'netcat-openbsd', why: 'a raw client' },
];

describe('Debian packages', () => {
  test('all present: nothing is run but the query', async (t) => {
    const host = await makeHost(t, { installed: ['cups', 'netcat-openbsd'], isRoot: false });
    assert.deepEqual(await ensurePackages(host, rows), { state: 'present' });
    assert.equal(host.commands.length, 1);
  });

  test('not root: refused with the apt-get line and the reason', async (t) => {
    const host = await makeHost(t, { installed: ['cups'], isRoot: false });
    const outcome = await ensurePackages(host, rows);
    assert.equal(outcome.state, 'refused');
    assert.ok('message' in outcome);
    assert.match(outcome.message, /netcat-openbsd: a raw client/);
    assert.match(
      outcome.message,
      /sudo apt-get update && sudo apt-get install -y --no-install-recommends netcat-openbsd$/,
    );
    assert.equal(host.commands.length, 1);
  });

  test('root: installs only the missing, while no service may start', async (t) => {
    const host = await makeHost(t, { installed: ['cups'], isRoot: true });
    const outcome = await ensurePackages(host, rows);
    assert.deepEqual(outcome, { state: 'installed', names: ['netcat-openbsd'] });
    const install = host.commands.find((command) => command.includes('install'));
    assert.ok(install?.endsWith('install -y --no-install-recommends netcat-openbsd'));
    assert.match(host.policyDuringInstall() ?? '', /exit 101/);
    await assert.rejects(access(host.policyPath), { code: 'ENOENT' });
  });

  test('a policy of the administrator stays', async (t) => {
    const host = await makeHost(t, { installed: [], isRoot: true });
    await writeFile(host.policyPath, 'mine');
    await ensurePackages(host, rows);
    assert.equal(await readFile(host.policyPath, 'utf8'), 'mine');
  });

  test('apt-get fails: refused with its command, and the policy is removed', async (t) => {
    const host = await makeHost(t, { installed: [], isRoot: true, aptFails: true });
    const outcome = await ensurePackages(host, rows);
    assert.deepEqual(outcome, {
      state: 'refused',
      message: 'apt-get -q update failed with 100',
    });
    await assert.rejects(access(host.policyPath), { code: 'ENOENT' });
  });

  test('what a tool needs is in the table of all, and of a known tool', async () => {
    const known = new Set(debianPackages.map(({ name }) => name));
    const bootstrap = await readFile(new URL('../../tools/bootstrap.mjs', import.meta.url), 'utf8');
    for (const [part, names] of Object.entries(toolPackages)) {
      const [tool = ''] = part.split('/');
      assert.match(bootstrap, new RegExp(`^  '?${tool}'?: '`, 'm'), `${part} is of no tool`);
      for (const name of names) assert.ok(known.has(name), `${part}: ${name} has no reason`);
    }
  });

  test('a tool on a new machine has its own installed, and nothing else', async (t) => {
    const host = await makeHost(t, { installed: ['curl'], isRoot: true });
    await needPackages(['bench/files', 'bench/page'], host);
    const install = host.commands.find((command) => command.includes('install'));
    assert.match(install ?? '', /--no-install-recommends chromium$/);
    const asked = await makeHost(t, { installed: [], isRoot: false });
    await assert.rejects(needPackages(['snmp-bench'], asked), /sudo apt-get .* snmp$/);
  });
});

interface FakeHost extends DebianHost {
  readonly commands: string[];
  readonly policyDuringInstall: () => string | undefined;
}

async function makeHost(
  t: TestContext,
  options: {
    readonly installed: readonly string[];
    readonly isRoot: boolean;
    readonly aptFails?: boolean;
  },
): Promise<FakeHost> {
  const folder = await mkdtemp(join(tmpdir(), 'platen-debian-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  const installed = new Set(options.installed);
  const policyPath = join(folder, 'policy-rc.d');
  const commands: string[] = [];
  let policy: string | undefined;
  return {
    isRoot: options.isRoot,
    policyPath,
    commands,
    policyDuringInstall: () => policy,
    report: () => undefined,
    run: async (command) => {
      commands.push(command.join(' '));
      if (command[0] === 'dpkg-query') {
        const lines = [...installed].map((name) => `${name} installed\n`);
        return { exitCode: 1, stdout: lines.join('') };
      }
      if (options.aptFails === true) return { exitCode: 100, stdout: '' };
      if (command.includes('install')) {
        policy = await readFile(policyPath, 'utf8');
        for (const name of command.slice(command.indexOf('--no-install-recommends') + 1)) {
          installed.add(name);
        }
      }
      return { exitCode: 0, stdout: '' };
    },
  };
}
