// Schema migrations: from nothing, from each earlier version, over a power cut, and never
// backwards.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { migrate, NewerSchemaError, schemaVersion } from '../../firmware/store/migrate.ts';
import type { MigrationRow } from '../../firmware/store/migrations/row.ts';
import { migrations } from '../../firmware/store/migrations/table.ts';
import { createSql, type Sql } from '../../firmware/store/sql.ts';
import { SimulatedDisk } from '../world/disk.ts';
import { committed, jobUnit, openRig, places, printer, spooler, unit } from './rig.ts';

const newer: MigrationRow = {
  version: migrations.length + 1,
  title: 'a column that a test adds',
  sql: "ALTER TABLE printers ADD COLUMN note TEXT NOT NULL DEFAULT 'none'",
};

function openDatabase(disk: SimulatedDisk): Sql {
  const sql = createSql(disk.mount().databases.open(`${places.data}/platen.db`));
  sql.exec('PRAGMA synchronous = FULL');
  return sql;
}

describe('migrations', () => {
  test('stand in order, from 1, without gaps', () => {
    assert.deepEqual(
      migrations.map(({ version }) => version),
      migrations.map((_, index) => index + 1),
    );
  });

  test('make the newest schema from an empty database, and then do nothing', () => {
    const disk = new SimulatedDisk({ seed: 1 });
    const sql = openDatabase(disk);
    migrate(sql, migrations);
    assert.equal(schemaVersion(sql), migrations.length);
    const operations = disk.operations;
    migrate(sql, migrations);
    assert.equal(disk.operations, operations);
  });

  test('from version 1 keep what is there', async () => {
    const disk = new SimulatedDisk({ seed: 1 });
    const old = openDatabase(disk);
    migrate(old, migrations.slice(0, 1));
    const rig = await openRig({ disk });
    const created = { type: 'printer.created', payload: { printer: printer() } } as const;
    committed(await rig.store.commit(unit(created)));
    committed(await rig.store.commit(jobUnit('a')));
    await rig.store.close();
    const sql = openDatabase(disk);
    migrate(sql, [...migrations, newer]);
    assert.equal(schemaVersion(sql), newer.version);
    assert.equal(sql.get('SELECT note FROM printers')?.['note'], 'none');
    assert.equal(sql.all('SELECT id FROM jobs WHERE spooler = ?', spooler).length, 1);
  });

  test('that fail leave the version before', () => {
    const sql = openDatabase(new SimulatedDisk({ seed: 1 }));
    const broken = { ...newer, sql: `${newer.sql}; SELECT * FROM nowhere` };
    assert.throws(() => migrate(sql, [...migrations, broken]), /a column that a test adds/);
    assert.equal(schemaVersion(sql), migrations.length);
    migrate(sql, [...migrations, newer]);
    assert.equal(schemaVersion(sql), newer.version);
  });

  test('never touch the database of a newer program', async () => {
    const disk = new SimulatedDisk({ seed: 1 });
    migrate(openDatabase(disk), [...migrations, newer]);
    await assert.rejects(openRig({ disk }), NewerSchemaError);
  });
});
