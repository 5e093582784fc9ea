// A group's printers by SNMP over a failover, on two appliances in network namespaces: their
// indices stay, and a trap tells of it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { Host } from '../../tools/hosts/hosts.ts';
import { createWorld, groupAddress, groupName } from '../../tools/failover-bench/world.ts';
import { startTrapReceiver, variablesOf } from '../snmp/net-snmp.ts';
import { until } from './boxes.ts';

const trapPort = 1_162;
const deviceDescriptions = '.1.3.6.1.2.1.25.3.2.1.3';
/** PLATEN-MIB: the group failed over, and has another owner. */
const traps = ['.32473.1.0.1\t', '.32473.1.0.6\t'];

/** Indices of devices whose description names the printer, asked at the group's own address. */
async function indicesOf(client: Host, name: string): Promise<readonly string[]> {
  const words = ['-v2c', '-c', 'geheim', '-On', '-t', '1', '-r', '1'];
  const walk = ['snmpbulkwalk', ...words, `${groupAddress}:8161`, deviceDescriptions];
  const { stdout } = await promisify(execFile)('ip', ['netns', 'exec', client.namespace, ...walk], {
    env: { ...process.env, MIBS: '', SNMPCONFPATH: '/nonexistent' },
  }).catch(() => ({ stdout: '' }));
  return variablesOf(stdout).flatMap(([oid, value]) =>
    value.includes(name) ? [oid.split('.').at(-1) ?? ''] : [],
  );
}

test('indices stay with a group that fails over, and a trap tells of it', async (t) => {
  const options = { witness: true, printers: 2, say: () => undefined };
  if (process.getuid?.() !== 0) {
    await assert.rejects(createWorld(options), /need root/);
    return;
  }
  await using world = await createWorld(options);
  const { client } = world;
  for (const box of world.boxes) {
    await box.run('snmp', 'add-community', 'all', '--community', 'geheim');
    const target = ['--host', client.address, '--port', String(trapPort), '--as', 'all'];
    await box.run('snmp', 'add-target', 'trapd', ...target);
  }
  const receiver = await startTrapReceiver(t, { port: trapPort, host: client });
  const owner = await world.ownerInStep();
  const [before, ...others] = await until(
    () => indicesOf(client, 'p1'),
    (found) => found.length > 0,
  );
  assert.deepEqual(others, []);
  assert.ok(Number(before) >= 10_000);

  await owner.signalAll('SIGKILL');
  for (const oid of traps) {
    const [line = ''] = await receiver.until((each) => each.includes(oid));
    assert.match(line, new RegExp(`STRING: "${groupName}"`));
  }
  const after = await until(
    () => indicesOf(client, 'p1'),
    (found) => found.length > 0,
  );
  assert.deepEqual(after, [before]);
});
