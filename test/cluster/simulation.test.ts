// The simulation runs what ships: the production modules of spooler, intake, store and cluster, and
// no double of one.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..', '..');
const world = 'test/world/pair';
const entry = `${world}/run.ts`;

/** Everything in these rooms runs in the simulation, but for what is named with its reason. */
const rooms = [
  'firmware/cluster',
  'firmware/cluster/host',
  'firmware/cluster/rules',
  'firmware/intake',
  'firmware/jobs',
  'firmware/printers',
  'firmware/registry',
  'firmware/spool',
  'firmware/spooler',
  'firmware/store',
  'firmware/store/queries',
  'firmware/store/records',
  'monitors/tcp',
];

/** Modules of those rooms that other rooms use. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  ['firmware/cluster/group-definition.ts', 'what administration may ask for'],
  ['firmware/cluster/refusal.ts', 'what administration may ask for'],
  ['firmware/printers/device-facts.ts', 'what a device says of itself, for SNMP and IPP'],
  ['firmware/printers/first-bytes.ts', "of a node's own spooler: a group has no notes"],
  ['firmware/registry/kept-names.ts', 'of the raw servers'],
  ['firmware/registry/raw-assignments.ts', 'of the raw servers'],
  ['firmware/registry/snmp-indices.ts', 'of the SNMP agent'],
  ['firmware/spool/space-watch.ts', 'watches the disk for people'],
  ['firmware/spooler/contract.ts', 'the words of switches, which the doors use'],
  ['firmware/spooler/permit.ts', "of a node's own spooler: a group's is its lease"],
  ['firmware/store/remembered-answers.ts', 'between threads'],
  ['firmware/store/worker-channel.ts', 'between threads'],
  ['firmware/store/worker-client.ts', 'between threads'],
  ['firmware/store/worker-host.ts', 'between threads'],
]);

/** What can't be missing, whatever else changes. */
const core = [
  'firmware/cluster/host/host.ts',
  'firmware/cluster/machine.ts',
  'firmware/intake/intake.ts',
  'firmware/pair/group-machine.ts',
  'firmware/printers/attempt.ts',
  'firmware/printers/port-runner.ts',
  'firmware/spool/spool.ts',
  'firmware/spooler/monitor-host.ts',
  'firmware/spooler/spooler.ts',
  'firmware/store/group-commit.ts',
  'firmware/store/replica.ts',
  'firmware/store/store.ts',
  'monitors/tcp/session.ts',
];

const importPattern = /^(?:import|export) (?!type )[^;]*?from '(\.[^']+)';/gm;

/** Files that are reached by imports that stay at run time. */
function reached(path: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(path)) return found;
  found.add(path);
  for (const [, target = ''] of textOf(path).matchAll(importPattern)) {
    reached(relative(root, join(root, dirname(path), target)), found);
  }
  return found;
}

function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function modulesOf(room: string): readonly string[] {
  return readdirSync(join(root, room))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${room}/${name}`);
}

/** A file that holds interfaces alone is nothing at run time. */
function hasCode(path: string): boolean {
  return /^(?:export )?(?:async )?(?:const|function|class) /m.test(textOf(path));
}

test('every module of the rooms runs in it', () => {
  const runs = reached(entry);
  const missing = rooms
    .flatMap(modulesOf)
    .filter((path) => hasCode(path) && !runs.has(path) && !elsewhere.has(path));
  assert.deepEqual(missing, []);
  assert.deepEqual(
    core.filter((path) => !runs.has(path)),
    [],
  );
});

test('nothing of the world stands in for a module, nor comes from the fakes', () => {
  const modules = new Set(rooms.flatMap(modulesOf).map((path) => basename(path)));
  const files = readdirSync(join(root, world));
  assert.deepEqual(
    files.filter((name) => modules.has(name)),
    [],
  );
  const exported = /^export (?:async )?(?:function|const|class) (\w+)/gm;
  const namesIn = (path: string) => [...textOf(path).matchAll(exported)].map(([, name]) => name);
  const production = new Set(rooms.flatMap(modulesOf).flatMap(namesIn));
  const doubles = files
    .flatMap((name) => namesIn(`${world}/${name}`))
    .filter((name) => production.has(name));
  assert.deepEqual(doubles, []);
  const fakes = [...reached(entry)].filter((path) => path.startsWith('test/fakes/'));
  assert.deepEqual(fakes, []);
});
