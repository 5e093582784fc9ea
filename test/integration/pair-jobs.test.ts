// Jobs of a whole pair in one list, asked at either box; who answers for a job of a group is found;
// an entity tag holds across the two; and a backup's groups come again on another pair.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { z } from 'zod';
import { pairJob, pairJobs } from '../../firmware/api/schemas/pair.ts';
import { printer } from '../../firmware/api/schemas/printer.ts';
import { readPages } from '../../firmware/cli/pages.ts';
import { platenSays } from '../cli/console.ts';
import { type Box, ownerOf, pairBoxes, startBox, until } from './boxes.ts';

interface PairOfBoxes {
  readonly owner: Box;
  readonly other: Box;
}

/** A pair with a group and a printer in it, and a printer of each box’s own; nothing prints. */
async function openPair(t: TestContext): Promise<PairOfBoxes> {
  const [a, b] = await Promise.all([startBox(t), startBox(t)]);
  await pairBoxes(a, b);
  await a.platen.run('group', 'create', 'accounts');
  const { owner, other } = await ownerOf(a, b);
  const office = { name: 'office', spooler: 'accounts' };
  await until(
    async () => {
      await other.api.send('POST', '/printers', office, printer).catch(() => undefined);
      // An answer that was lost on its way leaves a printer all the same.
      return other.api.get('/printers/accounts%2Foffice', printer).catch(() => undefined);
    },
    (made) => made !== undefined,
  );
  for (const [box, name] of [
    [owner, 'labels'],
    [other, 'cellar'],
  ] as const) {
    await box.api.send('POST', '/printers', { name }, printer);
  }
  return { owner, other };
}

test('a pair', async (t) => {
  const { owner, other } = await openPair(t);
  const secret = join(owner.data, 'passphrase');
  const file = join(owner.data, 'box.platen-backup');
  const words = ['restore', file, '--groups', '--passphrase-file', secret] as const;

  await t.test('shows all its jobs in one list, whichever box is asked', async () => {
    const document = join(owner.data, 'document');
    await writeFile(document, 'a page');
    // At the box that does not own the group: it hands the job over.
    for (const [box, to] of [
      [owner, 'labels'],
      [other, 'cellar'],
      [other, 'accounts/office'],
      [owner, 'labels'],
      [other, 'accounts/office'],
    ] as const) {
      await box.platen.run('print', document, '--printer', to, '--hold');
    }
    for (const [box, here] of [
      [owner, ['accounts', 'local']],
      [other, ['local']],
    ] as const) {
      for (const which of ['not-completed', 'held']) {
        // Pages of two: each goes on where the one before ended, for every owner.
        const path = `/pair/jobs?which=${which}`;
        const jobs = await readPages(box.api, path, pairJob, Infinity, 2);
        assert.equal(jobs.length, 5);
        assert.equal(new Set(jobs.map(({ id }) => id)).size, 5);
        assert.deepEqual(
          jobs.map(({ createdAt }) => createdAt.ms),
          jobs.map(({ createdAt }) => createdAt.ms).toSorted((one, two) => one - two),
        );
        assert.deepEqual(
          [...new Set(jobs.filter(({ at }) => at === 'here').map((each) => each.owner))].toSorted(),
          here,
        );
      }
    }
    const { out } = await platenSays(other.api, ['job', 'list', '--everywhere']);
    assert.match(out, /^the other box +1 /m);
    assert.match(out, /^this box +1 /m);
    assert.match(out, /^accounts +2 /m);
    const listed = await platenSays(other.api, ['job', 'list', '--printer', 'accounts/office']);
    assert.equal(listed.out.trim().split('\n').length, 3);

    await other.platen.run('job', 'cancel', 'accounts/1');
    const ended = await other.api.get('/pair/jobs?which=completed', pairJobs);
    assert.deepEqual(
      ended.items.map((job) => [job.owner, job.number, job.state]),
      [['accounts', 1, 'canceled']],
    );
    await assert.rejects(other.api.get('/pair/jobs?after=x', pairJobs), /after is not what/i);
  });

  await t.test(
    'keeps two editors of a group’s printer apart, whichever box each uses',
    async () => {
      const change = ['printer', 'change', 'accounts/office'] as const;
      const said = await Promise.all([
        platenSays(owner.api, [...change, '--quota-jobs', '11']),
        platenSays(other.api, [...change, '--quota-job', '12B']),
        platenSays(owner.api, [...change, '--quota-user-jobs', '13']),
        platenSays(other.api, [...change, '--quota-spool', '14B']),
      ]);
      assert.deepEqual(
        said.flatMap(({ errors }) => errors),
        [],
      );
      const { quotas } = await other.api.get('/printers/accounts%2Foffice', printer);
      assert.deepEqual(quotas, { jobs: 11, jobBytes: 12, jobsPerUser: 13, spoolBytes: 14 });
    },
  );

  await t.test('names the nearest group and printer for a mistyped path', async () => {
    const cases = [
      ['printer show acounts/office', /no group "acounts"\. Did you mean "accounts"\?/],
      ['printer show accounts/ofice', /Did you mean "accounts\/office"\?/],
      ['job cancel acounts/1', /Did you mean "accounts"\?/],
      ['group show acounts', /Did you mean "accounts"\?/],
      ['certificate show acounts', /Did you mean "accounts"\?/],
      ['port show acounts/lj', /Did you mean "accounts"\?/],
      ['job list --group acounts', /Did you mean "accounts"\?/],
    ] as const;
    for (const box of [owner, other]) {
      for (const [line, expected] of cases) {
        const { status, errors } = await platenSays(box.api, line.split(' '));
        assert.ok(status > 0, line);
        assert.match(errors.join('\n'), expected, line);
      }
    }
    // Without its group the printer is found where the group is served.
    const near = await platenSays(owner.api, ['printer', 'show', 'ofice']);
    assert.match(near.errors.join(''), /Did you mean "accounts\/office"\?/);
  });

  await t.test('finds nothing to do for a backup of its own groups', async () => {
    await owner.api.send(
      'POST',
      '/monitors/tcp/xcv/AddPort?spooler=accounts',
      { name: 'lj', host: '192.0.2.10', portNumber: 9101 },
      z.unknown(),
    );
    await owner.platen.run('port', 'language', 'accounts/lj', 'pjl');
    const changed = ['--location', '2nd floor', '--port', 'lj'];
    await owner.platen.run('printer', 'change', 'accounts/office', ...changed);
    await writeFile(secret, 'correct horse battery\n');
    await owner.platen.run('backup', file, '--passphrase-file', secret);
    // They are there already: nothing is to be done, whichever box is asked.
    assert.equal(await owner.platen.run(...words), 'Nothing is different.\n');
    assert.equal(await other.platen.run(...words), 'Nothing is different.\n');
  });

  await t.test('says that jobs are missing while the other box is away', async () => {
    await owner.platen.process.kill();
    const said = await until(
      () => other.api.get('/pair/jobs', pairJobs),
      ({ known }) => !known,
    );
    assert.deepEqual(
      said.items.filter(({ at }) => at === 'peer'),
      [],
    );
  });

  await t.test('gets the groups of a backup again: restore --groups on another pair', async () => {
    const [c, d] = await Promise.all([startBox(t), startBox(t)]);
    // Before it is paired, there can be none.
    await assert.rejects(c.platen.run(...words), /needs a pair/);
    await pairBoxes(c, d);
    const made = await c.platen.run(...words);
    assert.match(made, /^\+ group accounts/m);
    assert.match(made, /^\+ port accounts\/lj/m);
    assert.match(made, /^\+ printer accounts\/office/m);
    const office = await d.api.get('/printers/accounts%2Foffice', printer);
    assert.equal(office.location, '2nd floor');
    assert.deepEqual(office.portNames, ['lj']);
    const kept = await c.platen.run('port', 'show', 'accounts/lj');
    assert.match(kept, /192\.0\.2\.10/);
    assert.match(kept, /pjl/);
    assert.equal(await c.platen.run(...words), 'Nothing is different.\n');
    assert.equal(await d.platen.run(...words), 'Nothing is different.\n');
  });
});
