// Data folders of earlier versions, as those programs left them: each is brought up to date, and
// nothing in it is lost.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { migrate, schemaVersion } from '../../firmware/store/migrate.ts';
import { migrations } from '../../firmware/store/migrations/table.ts';
import { textOf } from '../../firmware/store/statements.ts';
import { createSql, type Sql } from '../../firmware/store/sql.ts';
import { SimulatedDisk } from '../world/disk.ts';
import {
  acceptDocument,
  committed,
  ended,
  openRig,
  places,
  readDocument,
  spooler,
  started,
  unit,
} from './rig.ts';

const captures = join(import.meta.dirname, '../captures/store');

async function diskOf(version: number): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk({ seed: 1 });
  const { files, databases } = disk.mount();
  const folder = join(captures, `v${version}`);
  for (const kind of ['segments', 'documents']) {
    await files.makeDirectory(`${places.spool}/${kind}`);
    for (const name of readdirSync(join(folder, 'spool', kind))) {
      const bytes = readFileSync(join(folder, 'spool', kind, name));
      await files.replaceFile(`${places.spool}/${kind}/${name}`, bytes);
    }
  }
  const database = databases.open(`${places.data}/platen.db`);
  database.exec(readFileSync(join(folder, 'platen.sql'), 'utf8'));
  database.close();
  return disk;
}

function openDatabase(disk: SimulatedDisk): Sql {
  return createSql(disk.mount().databases.open(`${places.data}/platen.db`));
}

/** Tables with their columns, and indexes: what a schema is, however it came about. */
function schemaOf(sql: Sql): unknown {
  const tables = sql.all("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
  const indexes = sql.all(
    "SELECT name, tbl_name FROM sqlite_schema WHERE type = 'index' ORDER BY name",
  );
  const columns = tables.map((table) =>
    sql.all(
      'SELECT name, type, "notnull", pk FROM pragma_table_info(?) ORDER BY name',
      textOf(table, 'name'),
    ),
  );
  return { tables, columns, indexes };
}

const versions = migrations.map(({ version }) => version);

describe('a data folder of an earlier version', () => {
  test('is kept here for each version before the present one', () => {
    const kept = readdirSync(captures).filter((name) => name.startsWith('v'));
    for (const version of versions.slice(0, -1)) assert.ok(kept.includes(`v${version}`));
  });

  for (const name of readdirSync(captures).filter((each) => each.startsWith('v'))) {
    const version = Number(name.slice(1));

    test(`${name} is of that version, and gets the schema of a new one`, async () => {
      const old = openDatabase(await diskOf(version));
      assert.equal(schemaVersion(old), version);
      migrate(old, migrations);
      const fresh = openDatabase(new SimulatedDisk({ seed: 1 }));
      migrate(fresh, migrations);
      assert.deepEqual(schemaOf(old), schemaOf(fresh));
    });

    test(`${name} keeps printers, registry, jobs and documents, and goes on`, async () => {
      const rig = await openRig({ disk: await diskOf(version) });
      const { store } = rig;
      assert.equal(await store.query('store.rebuilt', {}), undefined);
      const [printer] = await store.query('printers.all', { spooler });
      assert.partialDeepStrictEqual(printer, {
        name: 'Office',
        quotas: {},
        interrupted: 'restart',
      });
      const job = async (id: string) => await store.query('jobs.get', { spooler, id });
      assert.partialDeepStrictEqual(await job('small'), { state: 'pending', retained: false });
      assert.partialDeepStrictEqual(await job('held'), { state: 'pending-held' });
      assert.partialDeepStrictEqual(await job('printing'), { state: 'processing', attempts: 1 });
      assert.partialDeepStrictEqual(await job('printed'), { state: 'completed', outcome: 'sent' });
      assert.partialDeepStrictEqual(await job('arriving'), { incoming: true });
      assert.equal((await readDocument(rig, 'small')).toString(), 'a small document');
      assert.equal((await readDocument(rig, 'large')).length, 70_000);
      const counts = await store.query('jobs.counts', { spooler });
      const waiting = version === 1 ? 5 : 6;
      assert.deepEqual(counts, { 'printer-1': waiting });
      committed(await acceptDocument(rig, 'new', Buffer.from('new')));
      committed(await store.commit(unit(started('large'))));
      committed(await store.commit(unit(ended('large'))));
      const next = { spooler, printerId: 'printer-1', limit: 10 };
      const ids = (await store.query('jobs.next', next)).map(({ id }) => id);
      assert.deepEqual(ids, ['small', 'new']);
    });
  }
});
