// Clock, randomness, addresses and databases of the real machine.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SqlDatabase } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import { createLinuxHal } from '../../hal/linux/linux.ts';

const hal = createLinuxHal({ wallTrusted: () => false });

describe('linux: Clock', () => {
  test('grows, and a timer does not come early', async () => {
    const startMs = hal.clock.monotonicMs();
    await new Promise<void>((resolve) => void hal.clock.startTimer(5, resolve));
    assert.ok(hal.clock.monotonicMs() - startMs >= 5);
  });

  test('a cancelled timer does not come', async () => {
    const timer = hal.clock.startTimer(1, () => assert.fail('it came'));
    timer.cancel();
    timer.cancel();
    await new Promise<void>((resolve) => void hal.clock.startTimer(5, resolve));
    timer.cancel();
  });

  test('says whether the wall is trusted', () => {
    assert.equal(hal.clock.wall().trusted, false);
    assert.ok(hal.clock.wall().ms > Date.UTC(2020, 0, 1));
  });

  test('two clocks of one machine agree', () => {
    const other = createLinuxHal({ wallTrusted: () => false });
    assert.ok(Math.abs(other.clock.monotonicMs() - hal.clock.monotonicMs()) < 1000);
  });
});

describe('linux: Random', () => {
  test('gives bytes, UUIDs and fractions', () => {
    assert.equal(hal.random.bytes(16).length, 16);
    assert.notDeepEqual(hal.random.bytes(16), hal.random.bytes(16));
    assert.match(
      hal.random.uuid(),
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    const fraction = hal.random.fraction();
    assert.ok(fraction >= 0 && fraction < 1);
  });
});

describe('linux: Addresses', () => {
  test('knows its loopback address and its name', () => {
    assert.ok(hal.addresses.own().addresses.includes('127.0.0.1'));
    assert.notEqual(hal.addresses.own().hostName, '');
  });

  for (const host of ['127.0.0.1', '127.1', '0x7f.1', '2130706433', '::ffff:127.0.0.1']) {
    test(`${host} resolves to the address that it means`, async () => {
      assert.deepEqual(await hal.addresses.resolve(host), ['127.0.0.1']);
    });
  }

  test('an unknown name, an empty one and an abort have their codes', async () => {
    const unknown = hal.addresses.resolve('no such name');
    await assert.rejects(unknown, (error) => isHalError(error, 'name-not-found'));
    await assert.rejects(hal.addresses.resolve(''), (error) => isHalError(error, 'name-not-found'));
    const aborted = hal.addresses.resolve('127.0.0.1', AbortSignal.abort());
    await assert.rejects(aborted, (error) => isHalError(error, 'aborted'));
  });
});

describe('linux: Databases', () => {
  const open = (work: (database: SqlDatabase) => void) => {
    const database = hal.databases.open(':memory:');
    try {
      work(database);
    } finally {
      database.close();
    }
  };

  test('runs statements and gives rows', () =>
    open((database) => {
      database.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, data BLOB)');
      const insert = database.prepare('INSERT INTO t (name, data) VALUES (?, ?)');
      assert.deepEqual(insert.run('a', new Uint8Array([1, 2])), { changes: 1, lastInsertRowid: 1 });
      const row = database.prepare('SELECT name, data FROM t WHERE id = ?').get(1);
      assert.deepEqual({ ...row }, { name: 'a', data: new Uint8Array([1, 2]) });
      assert.equal(database.prepare('SELECT * FROM t WHERE id = 2').get(), undefined);
      assert.equal(database.prepare('SELECT * FROM t').all().length, 1);
    }));

  test('translates its errors', () =>
    open((database) => {
      assert.throws(
        () => database.exec('nonsense'),
        (error) => isHalError(error, 'other'),
      );
      const folder = () => hal.databases.open('/nonexistent/folder/db');
      assert.throws(folder, (error) => isHalError(error, 'not-found'));
    }));
});
