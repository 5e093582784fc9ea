// Printer data: keys and values as Windows's functions have them, and what may not be set.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DataValue } from '../../firmware/printer-data/contract.ts';
import { administrator } from '../spooler/bench.ts';
import { makeProfile } from './profile.ts';
import { FilesRig, myClient } from './rig.ts';

const text = (data: string): DataValue => ({ type: 'string', data });

async function set(rig: FilesRig, key: string, name: string, value: DataValue) {
  const answer = await rig.bench.during(
    rig.data.setDataEx(rig.printerId, key, name, value, administrator),
  );
  return answer.kind === 'refused' ? answer.code : answer.kind;
}

describe('printer data', () => {
  test('a value makes its key, is found without case, and counts as a change', async () => {
    const rig = await FilesRig.start();
    assert.equal(await set(rig, 'PrinterDriverData', 'Duplex', text('on')), 'done');
    const got = await rig.data.getDataEx(rig.printerId, 'printerdriverdata', 'DUPLEX');
    assert.deepEqual(got, { kind: 'done', value: text('on') });
    const id = await rig.data.getDataEx(rig.printerId, 'PrinterDriverData', 'ChangeID');
    assert.deepEqual(id, { kind: 'done', value: { type: 'dword', data: 1 } });
    assert.equal(await set(rig, 'PrinterDriverData', 'Duplex', text('off')), 'done');
    assert.equal((await rig.data.changes(rig.printerId)).number, 2);
    assert.deepEqual(
      rig.bench.life.events.filter(({ type }) => type === 'queue-data-changed').length,
      2,
    );
  });

  test('keys are listed level by level', async () => {
    const rig = await FilesRig.start();
    await set(rig, 'DsDriver\\Deep\\Deeper', 'x', { type: 'dword', data: 7 });
    await set(rig, 'PrinterDriverData', 'y', { type: 'binary', data: 'AAE=' });
    assert.deepEqual(await rig.data.enumKey(rig.printerId, ''), {
      kind: 'done',
      keys: ['DsDriver', 'PrinterDriverData'],
    });
    assert.deepEqual(await rig.data.enumKey(rig.printerId, 'DsDriver'), {
      kind: 'done',
      keys: ['Deep'],
    });
    const values = await rig.data.enumDataEx(rig.printerId, 'DsDriver\\Deep\\Deeper', myClient);
    assert.ok(values.kind === 'done');
    assert.deepEqual(values.values, [{ name: 'x', value: { type: 'dword', data: 7 } }]);
  });

  test('values and keys are removed, a key with all below it', async () => {
    const rig = await FilesRig.start();
    await set(rig, 'A\\B', 'x', text('1'));
    await set(rig, 'A', 'y', text('1'));
    const { data, printerId, bench } = rig;
    const gone = await bench.during(data.deleteDataEx(printerId, 'A', 'y', administrator));
    assert.equal(gone.kind, 'done');
    const again = await bench.during(data.deleteDataEx(printerId, 'A', 'y', administrator));
    assert.equal(again.kind === 'refused' && again.code, 'data-not-found');
    assert.equal((await bench.during(data.deleteKey(printerId, 'A', administrator))).kind, 'done');
    const below = await data.enumKey(printerId, 'A\\B');
    assert.equal(below.kind === 'refused' && below.code, 'data-not-found');
  });

  test('what is not there, is no key, or is too large is refused', async () => {
    const rig = await FilesRig.start();
    const none = await rig.data.getDataEx(rig.printerId, 'No', 'x');
    assert.equal(none.kind === 'refused' && none.code, 'data-not-found');
    for (const key of ['', '\\', 'a\\\\b', 'a\\', '\0', Array(20).fill('a').join('\\')]) {
      assert.equal(await set(rig, key, 'x', text('1')), 'bad-request', JSON.stringify(key));
    }
    assert.equal(await set(rig, 'A', '', text('1')), 'bad-request');
    assert.equal(await set(rig, 'A', 'x', text('y'.repeat(70_000))), 'too-large');
    assert.equal(await set(rig, 'PrinterDriverData', 'ChangeID', text('1')), 'value-not-supported');
    const stranger = await rig.data.enumKey('nobody', '');
    assert.equal(stranger.kind === 'refused' && stranger.code, 'printer-not-found');
  });

  test('what enumeration makes is not stored, and no missing file is promised', async () => {
    const rig = await FilesRig.start();
    await rig.put(makeProfile('x'), { directory: 'Color' });
    const key = 'CopyFiles\\ICM';
    for (const [name, value] of [
      ['SourceDir', text('\\\\evil\\share')],
      ['TargetDir', text('C:\\Windows')],
      ['Module', text('evil.dll')],
      ['Directory', text('..\\..')],
      ['Directory', text('Elsewhere')],
      ['Files', { type: 'multi-string', data: ['missing.icm'] }],
      ['Files', { type: 'multi-string', data: ['..\\evil'] }],
    ] as const) {
      assert.equal(await set(rig, key, name, value), 'value-not-supported', name);
    }
    assert.equal(await set(rig, key, 'Module', text('plain')), 'done');
    assert.equal(await set(rig, key, 'Note', text('anything')), 'done');
    const { data, printerId, bench } = rig;
    const kept = await bench.during(data.deleteKey(printerId, 'CopyFiles', administrator));
    assert.equal(kept.kind === 'refused' && kept.code, 'value-not-supported');
  });

  test('only an administrator may change it', async () => {
    const rig = await FilesRig.start();
    const viewer = { kind: 'user', name: 'v', role: 'viewer' } as const;
    const answer = await rig.bench.during(
      rig.data.setDataEx(rig.printerId, 'A', 'x', text('1'), viewer),
    );
    assert.equal(answer.kind === 'refused' && answer.code, 'forbidden');
  });
});
