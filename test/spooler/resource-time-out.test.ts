// How long one call to a monitor may take is a setting of the node's spooler, and a policy of a
// group's: from where a person writes it to the call that is cut off.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { defaultPolicy } from '../../firmware/cluster/group-definition.ts';
import { ConfigError, loadConfig } from '../../firmware/config/load.ts';
import { dataFolderAt } from '../../firmware/entry/data-folder.ts';
import { spoolerStep } from '../../firmware/entry/steps/spooler.ts';
import { makeGroupSpooler } from '../../firmware/groups/group-spooler.ts';
import type { Log } from '../../firmware/log/log.ts';
import { alwaysLive } from '../../firmware/spooler/permit.ts';
import { createLinuxHal } from '../../hal/linux/linux.ts';
import { openLinuxMemos } from '../../hal/linux/memos.ts';
import { FakeDevice } from '../fakes/fake-monitor.ts';
import { Bench, type BenchOptions } from './bench.ts';

/** What a cut-off takes beyond the time-out. */
const graceMs = 4_000;

/** Its hash names the folder of the node's notes, which is a real one. */
const folder = dataFolderAt(`/resource-time-out-${process.pid}`);
after(() => openLinuxMemos(folder.path).close());

const quiet: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => quiet,
};

/** A job meets a monitor that hangs: its port fails within the time-out, and not before. */
async function assertCutOff(options: BenchOptions, seconds: number): Promise<void> {
  const bench = new Bench(options);
  await bench.boot();
  await bench.addPrinter();
  bench.device.spoil('startDocPort', 'hang');
  await bench.print(Uint8Array.of(1));
  const stateOf = async () => (await bench.spooler.ports.list())[0]?.state;
  await bench.pass(seconds * 1000 - 1_000);
  assert.notEqual(await stateOf(), 'failed');
  await bench.pass(1_000 + graceMs);
  assert.equal(await stateOf(), 'failed');
  await bench.stop();
}

describe('the resource time-out', () => {
  const configOf = async (toml: string, sets: readonly string[] = []) => {
    const loaded = await loadConfig({
      files: { readFile: async () => Buffer.from(toml) },
      file: '/platen.toml',
      environment: {},
      sets,
    });
    return loaded.values;
  };
  const nodeWith = (toml: string): BenchOptions => ({
    async make({ store, events, termOf, monitors, clock, random, tcp, files }) {
      const config = await configOf(toml);
      const hal = { ...createLinuxHal({ wallTrusted: () => false }), clock, random, tcp, files };
      const parts = { hal, folder, store, events, monitors, config, log: quiet };
      const step = spoolerStep({
        ...parts,
        term: termOf(),
        queueFiles: undefined,
        permit: alwaysLive,
      });
      return (await step.start()).part.spooler;
    },
  });

  test('of a node is 180 s unless its configuration says otherwise', async () => {
    await assertCutOff(nodeWith(''), 180);
    await assertCutOff(nodeWith('[spooler]\nresourceTimeoutSeconds = 30\n'), 30);
  });

  test('of no sense is refused with its place', async () => {
    await assert.rejects(
      configOf('', ['spooler.resourceTimeoutSeconds=1']),
      (error) => error instanceof ConfigError && /resourceTimeoutSeconds/.test(error.message),
    );
  });

  const groupWith = (pendingMs: number): BenchOptions => {
    const device = new FakeDevice('desk');
    return {
      devices: [device],
      make: (parts) =>
        makeGroupSpooler(
          {
            ...parts,
            log: quiet,
            rules: () => ({ known: [], loopbackIsNetwork: false }),
            addresses: { resolve: async () => [] },
            nodePort: async () => undefined,
            hasAddresses: () => false,
            queueFiles: undefined,
          },
          {
            id: 'local',
            name: 'accounts',
            addresses: [],
            spoolers: ['local'],
            preferredOwner: undefined,
            policy: { ...defaultPolicy, pendingMs },
          },
          {
            ...parts,
            term: parts.termOf(),
            localPortOf: async () => undefined,
          },
        ),
    };
  };

  test('of a group is how long its resources may keep others waiting', async () => {
    await assertCutOff(groupWith(defaultPolicy.pendingMs), 180);
    await assertCutOff(groupWith(30_000), 30);
  });
});
