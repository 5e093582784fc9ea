// The failover bench: its judgements, and in short what it shows — real boxes in namespaces, the
// main faults, nothing lost, nothing twice without a mark, no byte of an old owner.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { wholeCopies } from '../../tools/failover-bench/accounts.ts';
import { faults } from '../../tools/failover-bench/faults.ts';
import { judge, type Judged, type RoundResult } from '../../tools/failover-bench/journal.ts';
import type { ClientLine, PrinterLine } from '../../tools/failover-bench/lines.ts';
import { runRound } from '../../tools/failover-bench/round.ts';
import { isNamed } from '../../tools/failover-bench/scenarios/partitions.ts';
import { strayBytes } from '../../tools/failover-bench/writers.ts';
import { createWorld } from '../../tools/failover-bench/world.ts';

const address = '10.77.0.200';
const bytesOf = (mac: string, atMs: number): PrinterLine => ({ kind: 'bytes', mac, atMs });
const announced = (mac: string, atMs: number): PrinterLine => ({
  kind: 'announced',
  mac,
  atMs,
  address,
});
const document = (id: string, mac: string, atMs: number, whole = true): PrinterLine => ({
  kind: 'document',
  mac,
  firstByteAtMs: atMs,
  endedAtMs: atMs + 1,
  head: `JOB ${id} 10`,
  bytes: 10,
  whole,
});
const job = (id: string, startedAtMs: number, outcome: ClientLine['outcome']): ClientLine => ({
  id,
  startedAtMs,
  endedAtMs: startedAtMs + 10,
  outcome,
  detail: '',
});

function judged(change: Partial<Judged>): RoundResult {
  return judge({
    journal: { client: [], printer: [] },
    faultAtMs: 1_000,
    struckAtMs: 1_050,
    oldMac: 'old',
    survivorMac: 'new',
    marked: new Set(),
    ...change,
  });
}

describe('a round is judged', () => {
  test('by the survivor’s first byte, and the first job that was begun after the fault', () => {
    const client = [
      job('a', 900, 'accepted'),
      job('b', 1_040, 'accepted'),
      job('c', 1_700, 'accepted'),
    ];
    const printer = [bytesOf('old', 990), announced('new', 1_650), bytesOf('new', 1_720)];
    const { announcedMs, firstByteMs, firstAcceptedMs, gapMs } = judged({
      journal: { client, printer },
    });
    assert.deepEqual(
      { announcedMs, firstByteMs, firstAcceptedMs, gapMs },
      { announcedMs: 650, firstByteMs: 720, firstAcceptedMs: 710, gapMs: 660 },
    );
  });

  test('by what was lost, doubled, marked, and written by the old owner', () => {
    const client = ['a', 'b', 'c', 'd'].map((id) => job(id, 900, 'accepted'));
    const printer = [
      document('a', 'old', 910),
      document('b', 'old', 920),
      document('b', 'new', 1_700),
      document('c', 'old', 930),
      document('c', 'new', 1_710),
      document('d', 'old', 940, false),
      bytesOf('new', 1_700),
      bytesOf('old', 1_701),
    ];
    const result = judged({ journal: { client, printer }, marked: new Set(['b']) });
    assert.deepEqual(result.lost, ['d']);
    assert.equal(result.doubles, 2);
    assert.deepEqual(result.unmarkedDoubles, ['c']);
    assert.equal(result.oldOwnerBytes, 1);
  });
});

test('an old owner that announced the address again has the group again', () => {
  const printer = [bytesOf('new', 1_700), announced('old', 1_710), bytesOf('old', 1_720)];
  const { oldOwnerBytes } = judged({ journal: { client: [], printer } });
  assert.equal(oldOwnerBytes, 0);
  const early = [...printer, bytesOf('old', 1_705)];
  assert.equal(judged({ journal: { client: [], printer: early } }).oldOwnerBytes, 1);
});

test('a second writer is whoever did not announce the address last', () => {
  const lines = [announced('a', 1), bytesOf('a', 2), announced('b', 3), bytesOf('b', 4)];
  assert.deepEqual(strayBytes(lines, address), []);
  const stray = strayBytes([...lines, bytesOf('a', 5)], address);
  assert.deepEqual(stray, [{ atMs: 5, mac: 'a', owner: 'b', ownerSinceMs: 3 }]);
  assert.deepEqual(strayBytes([...lines, announced('a', 5), bytesOf('a', 6)], address), []);
});

test('the named case is that neither box hears the other, and each hears a printer', () => {
  const hostOf = (port: string) => ({ host: { port } });
  const world = { boxes: [hostOf('a'), hostOf('b')], printerHosts: [{ port: 'p' }] } as const;
  const both = [
    ['a', 'b'],
    ['b', 'a'],
  ] as const;
  assert.equal(isNamed(world, both), true);
  assert.equal(isNamed(world, [...both, ['a', 'w']]), true);
  assert.equal(isNamed(world, [['a', 'b']]), false);
  assert.equal(isNamed(world, [...both, ['p', 'a']]), false);
});

test('copies that are not whole are none', () => {
  const lines = [document('a', 'x', 1), document('a', 'y', 2), document('b', 'x', 3, false)];
  assert.deepEqual([...wholeCopies(lines)], [['a', 2]]);
});

/** The bench itself takes fifty of each. The last one strikes while the survivor is just back. */
const mainFaults = ['kill', 'link', 'move', 'kill-all', 'kill'];
const pace = { beforeMs: 400, afterMs: 200 };

test('real boxes: each fault ends in a takeover, and nothing is lost or doubled', async (t) => {
  const options = { witness: true, printers: 1, say: () => undefined };
  if (process.getuid?.() !== 0) {
    await assert.rejects(createWorld(options), /need root/);
    return;
  }
  await using world = await createWorld(options);
  for (const [at, name] of mainFaults.entries()) {
    const fault = faults.find((each) => each.name === name);
    assert.ok(fault !== undefined);
    // A SYN that was held at the gate comes again after a second: a patient client is waited for.
    const hurry = fault.patient ? {} : { pace };
    const round = await runRound({ world, fault, number: at + 1, ...hurry });
    const { lost, unmarkedDoubles, oldOwnerBytes, refused, broken, unreached } = round;
    assert.ok(round.firstByteMs !== undefined, `${name}: nobody took over`);
    assert.deepEqual({ lost, unmarkedDoubles, oldOwnerBytes }, nothingWrong, name);
    if (fault.patient) assert.deepEqual([refused, broken, unreached], [[], [], []], name);
    t.diagnostic(`${name}: first byte after ${Math.round(round.firstByteMs)} ms`);
  }
});

const nothingWrong = { lost: [], unmarkedDoubles: [], oldOwnerBytes: 0 };
