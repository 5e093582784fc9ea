// Queries of the store: what each answers, and that none of them walks through the whole queue.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { before, describe, test } from 'node:test';
import type { JobFilter } from '../../firmware/spooler/contract.ts';
import { migrations } from '../../firmware/store/migrations/table.ts';
import { jobPageStatement } from '../../firmware/store/queries/job-page.ts';
import { jobStatements } from '../../firmware/store/queries/job-queries.ts';
import { createSql } from '../../firmware/store/sql.ts';
import { SimulatedDisk } from '../world/disk.ts';
import {
  bareJobUnit,
  committed,
  ended,
  jobUnit,
  openRig,
  printer,
  type Rig,
  spooler,
  started,
  unit,
} from './rig.ts';

describe('queries of jobs', () => {
  let rig: Rig;
  before(async () => {
    rig = await openRig();
    for (const [id, name] of [
      ['printer-1', 'B'],
      ['printer-2', 'a'],
    ] as const) {
      const payload = { printer: printer(id, name) };
      committed(await rig.store.commit(unit({ type: 'printer.created', payload })));
    }
    const bob = { door: 'ipp', userName: 'bob', address: '', authenticated: true } as const;
    const units = [
      bareJobUnit('1-low', { priority: 10 }),
      bareJobUnit('2-usual', { origin: bob }),
      bareJobUnit('3-held', { hold: true }),
      bareJobUnit('4-arriving', { incoming: true }),
      bareJobUnit('5-urgent', { priority: 90 }),
      bareJobUnit('6-elsewhere', { printerId: 'printer-2' }),
      bareJobUnit('7-printing'),
      bareJobUnit('8-past', { origin: bob }),
      bareJobUnit('9-past'),
    ];
    for (const one of units) committed(await rig.store.commit(one));
    committed(await rig.store.commit(unit(started('7-printing'))));
    committed(await rig.store.commit(unit(ended('9-past', 'canceled'))));
    committed(await rig.store.commit(unit(ended('8-past', 'aborted'))));
  });

  const pageOf = async (filter: Partial<JobFilter>) =>
    (
      await rig.store.query('jobs.page', { spooler, which: 'not-completed', limit: 100, ...filter })
    ).map(({ id }) => id);

  test('not completed: in the order of printing, page by page', async () => {
    const all = [
      '7-printing',
      '5-urgent',
      '2-usual',
      '6-elsewhere',
      '1-low',
      '4-arriving',
      '3-held',
    ];
    assert.deepEqual(await pageOf({}), all);
    assert.deepEqual(await pageOf({ limit: 3 }), all.slice(0, 3));
    assert.deepEqual(await pageOf({ limit: 3, afterNumber: 2 }), all.slice(3, 6));
    assert.deepEqual(await pageOf({ printerId: 'printer-2' }), ['6-elsewhere']);
    assert.deepEqual(await pageOf({ userName: 'bob' }), ['2-usual']);
    assert.deepEqual(await pageOf({ userName: 'bob', printerId: 'printer-2' }), []);
  });

  test('completed: by their end, newest first', async () => {
    assert.deepEqual(await pageOf({ which: 'completed' }), ['8-past', '9-past']);
    assert.deepEqual(await pageOf({ which: 'completed', afterNumber: 8 }), ['9-past']);
    assert.deepEqual(await pageOf({ which: 'completed', userName: 'bob' }), ['8-past']);
  });

  test('all: newest first', async () => {
    const page = await pageOf({ which: 'all', limit: 3, afterNumber: 9 });
    assert.deepEqual(page, ['8-past', '7-printing', '6-elsewhere']);
  });

  test('next: what can start, highest priority and then lowest number first', async () => {
    const next = await rig.store.query('jobs.next', { spooler, printerId: 'printer-1', limit: 9 });
    assert.deepEqual(
      next.map(({ id }) => id),
      ['5-urgent', '2-usual', '1-low'],
    );
  });

  test('what prints and what arrives by number, and all counted by printer', async () => {
    const idsOf = async (turn: 'printing' | 'incoming') => {
      const jobs = await rig.store.query('jobs.of-turn', {
        spooler,
        turn,
        afterNumber: 0,
        limit: 9,
      });
      return jobs.map(({ id }) => id);
    };
    assert.deepEqual(await idsOf('printing'), ['7-printing']);
    assert.deepEqual(await idsOf('incoming'), ['4-arriving']);
    assert.deepEqual(await rig.store.query('jobs.counts', { spooler }), {
      'printer-1': 6,
      'printer-2': 1,
    });
    assert.deepEqual(await rig.store.query('jobs.counts', { spooler: 'other' }), {});
  });

  test('the last attempt: port and local port', async () => {
    assert.deepEqual(await rig.store.query('jobs.attempt', { spooler, id: '7-printing' }), {
      portName: 'port-1',
      localPort: 1_023,
    });
    assert.equal(await rig.store.query('jobs.attempt', { spooler, id: '1-low' }), undefined);
  });

  test('printers stand by name', async () => {
    const printers = await rig.store.query('printers.all', { spooler });
    assert.deepEqual(
      printers.map(({ name }) => name),
      ['a', 'B'],
    );
  });

  test('documents: which files a record needs', async () => {
    committed(await rig.store.commit(jobUnit('with-document')));
    const at = await rig.store.query('documents.locate', { jobId: 'with-document', number: 1 });
    assert.ok(at?.kind === 'segment');
    const names = ['none.doc', at.name];
    assert.deepEqual(await rig.store.query('documents.referenced', { names }), [at.name]);
  });
});

describe('the plan of each statement', () => {
  const sqlite = new DatabaseSync(':memory:');
  for (const { sql } of migrations) sqlite.exec(sql);
  const { databases } = new SimulatedDisk({ seed: 1 }).mount();
  const sql = createSql(databases.open('/plans.db'));
  for (const row of migrations) sql.exec(row.sql);

  const planOf = (text: string): string =>
    sqlite
      .prepare(`EXPLAIN QUERY PLAN ${text}`)
      .all()
      .map(({ detail }) => String(detail))
      .join('; ');

  const assertByIndex = (text: string) => {
    const plan = planOf(text);
    assert.match(plan, /SEARCH jobs USING (COVERING )?INDEX/, `${text}\n${plan}`);
    assert.doesNotMatch(plan, /SCAN|TEMP B-TREE/, `${text}\n${plan}`);
  };

  for (const [name, text] of Object.entries(jobStatements)) {
    test(`jobs: ${name} searches an index and sorts nothing, however long the queue`, () => {
      assertByIndex(text);
    });
  }

  for (const which of ['completed', 'not-completed', 'held', 'all'] as const) {
    for (const filter of [{}, { printerId: 'p' }, { userName: 'u' }]) {
      for (const cursor of [{}, { afterNumber: 7 }]) {
        const input = { spooler, which, limit: 100, ...filter, ...cursor };
        test(`a page of ${JSON.stringify(input)} searches an index and sorts nothing`, () => {
          assertByIndex(jobPageStatement(sql, input).sql);
        });
      }
    }
  }

  test('a job is found by id and by number without a scan', () => {
    assertByIndex('SELECT body FROM jobs WHERE id = ? AND spooler = ?');
    assertByIndex('SELECT body FROM jobs WHERE spooler = ? AND number = ?');
  });
});
