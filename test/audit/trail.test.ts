// The audit trail: what stays of it over restarts and power cuts, how large it grows, and what is
// never in it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { redact } from '../../firmware/audit/redact.ts';
import { openAuditTrail } from '../../firmware/audit/trail.ts';
import { auditLimits } from '../../firmware/limits/audit-limits.ts';
import { VirtualClock } from '../world/clock.ts';
import { SimulatedDisk } from '../world/disk.ts';

const draft = { who: 'ana', address: '10.0.0.1', what: 'PATCH /x', outcome: 'done' } as const;

function makeRoom() {
  const clock = new VirtualClock();
  const disk = new SimulatedDisk({ seed: 1 });
  const errors: string[] = [];
  const open = () =>
    openAuditTrail({
      files: disk.mount().files,
      clock,
      log: { error: (message) => void errors.push(message) },
      path: '/audit',
    });
  return { disk, errors, open };
}

describe('the audit trail', () => {
  test('lists newest first, by pages, and goes on after a restart', async () => {
    const { open } = makeRoom();
    const first = await open();
    for (const what of ['A', 'B', 'C']) first.add({ ...draft, what });
    await first.close();
    const second = await open();
    second.add({ ...draft, what: 'D' });
    assert.deepEqual(
      second.list({ limit: 2 }).map(({ id, what }) => [id, what]),
      [
        [4, 'D'],
        [3, 'C'],
      ],
    );
    assert.deepEqual(
      second.list({ limit: 9, before: 3 }).map(({ what }) => what),
      ['B', 'A'],
    );
    await second.close();
  });

  test('half a line of a power cut spoils no other', async () => {
    const { disk, open } = makeRoom();
    const first = await open();
    first.add(draft);
    await first.close();
    const { files } = disk.mount();
    const file = await files.open('/audit.jsonl', 'read-write');
    await file.write(Buffer.from('{"id":2,"who'), await file.sizeBytes());
    await file.close();
    const second = await open();
    second.add({ ...draft, what: 'after' });
    await second.close();
    assert.deepEqual(
      (await open()).list({ limit: 9 }).map(({ what }) => what),
      ['after', draft.what],
    );
  });

  test('has a few files of bounded size', async () => {
    const { disk, open } = makeRoom();
    const trail = await open();
    const asked = 'x'.repeat(auditLimits.entryBytes / 2);
    const enough = (auditLimits.fileBytes / (auditLimits.entryBytes / 2)) * 6;
    for (let count = 0; count < enough; count += 1) {
      trail.add({ ...draft, asked });
      await trail.close();
    }
    const { files } = disk.mount();
    const names = (await files.list('/'))
      .map(({ name }) => name)
      .filter((name) => name.startsWith('audit'));
    assert.ok(names.length <= auditLimits.olderFiles + 1, names.join(' '));
  });

  test('a request of any size leaves a short entry', async () => {
    const trail = await makeRoom().open();
    trail.add({ ...draft, asked: 'x'.repeat(auditLimits.entryBytes * 2) });
    const [entry] = trail.list({ limit: 1 });
    assert.equal(entry?.asked, undefined);
    assert.equal(entry?.who, 'ana');
    await trail.close();
  });

  test('a full disk is told, and nothing else fails', async () => {
    const { disk, errors, open } = makeRoom();
    const trail = await open();
    disk.cutAfter(1);
    trail.add(draft);
    await trail.close();
    assert.equal(errors.length, 1);
    assert.equal(trail.list({ limit: 1 }).length, 1);
  });

  test('holds no secret', () => {
    const asked = {
      name: 'ana',
      password: 'p1',
      port: { snmpCommunity: 'p2', list: [{ authKey: 'p3', tokenSecret: 7 }] },
    };
    assert.equal(
      JSON.stringify(redact(asked)),
      '{"name":"ana","password":"***","port":{"snmpCommunity":"***",' +
        '"list":[{"authKey":"***","tokenSecret":"***"}]}}',
    );
  });
});
