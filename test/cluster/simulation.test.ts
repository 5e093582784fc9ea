// The simulation runs the machine that ships: each of its modules, and no double of one.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..', '..');
const entry = 'test/world/pair/run.ts';

/** Modules of the machine, all of which a seed must run through. */
const machine = [
  'firmware/cluster/fence.ts',
  'firmware/cluster/handover.ts',
  'firmware/cluster/history.ts',
  'firmware/cluster/machine.ts',
  'firmware/cluster/messages.ts',
  'firmware/cluster/rules/in-step.ts',
  'firmware/cluster/rules/move.ts',
  'firmware/cluster/rules/no-witness.ts',
  'firmware/cluster/rules/rejoin.ts',
  'firmware/cluster/rules/replication.ts',
  'firmware/cluster/rules/start.ts',
  'firmware/cluster/rules/supervisor.ts',
  'firmware/cluster/rules/table.ts',
  'firmware/cluster/rules/terms.ts',
  'firmware/cluster/rules/witness.ts',
  'firmware/cluster/start.ts',
  'firmware/cluster/term.ts',
  'firmware/cluster/tick.ts',
  'firmware/cluster/turn.ts',
];

const importPattern = /^import (?!type )[^;]*?from '(\.[^']+)';/gm;

/** Files that are reached by imports that stay at run time. */
function reached(path: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(path)) return found;
  found.add(path);
  const text = readFileSync(join(root, path), 'utf8');
  for (const [, target = ''] of text.matchAll(importPattern)) {
    reached(relative(root, join(root, dirname(path), target)), found);
  }
  return found;
}

test('it imports the whole machine', () => {
  const modules = [...reached(entry)].filter((path) => path.startsWith('firmware/cluster/'));
  assert.deepEqual(modules.sort(), machine);
});

test('each rule is a file of the machine', () => {
  const files = readdirSync(join(root, 'firmware/cluster/rules'));
  const listed = machine.filter((path) => path.includes('/rules/')).map((path) => basename(path));
  assert.deepEqual(files.sort(), listed.sort());
});

test('nothing of the world has the name of a module that it stands beside', () => {
  const world = readdirSync(join(root, 'test/world/pair'));
  const names = machine.map((path) => basename(path));
  assert.deepEqual(
    world.filter((name) => names.includes(name)),
    [],
  );
});
