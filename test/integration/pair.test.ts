// Two appliances as processes: paired by the command line, a group made on both, an owner found,
// and either box asked.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { group } from '../../firmware/api/schemas/group.ts';
import { pageOf } from '../../firmware/api/schemas/page.ts';
import { pairView } from '../../firmware/api/schemas/pair.ts';
import { printer } from '../../firmware/api/schemas/printer.ts';
import { type Box, pairBoxes, startBox, until } from './boxes.ts';

describe('two appliances', () => {
  test('pair by code, make a group, and either answers for it', async (t) => {
    const [a, b] = await Promise.all([startBox(t), startBox(t)]);
    await pairBoxes(a, b);
    await a.platen.run('group', 'create', 'accounts');
    await assert.rejects(a.platen.run('group', 'create', 'Accounts'), /name of another group/);
    const body = { name: 'two', spoolers: ['one', 'other'] };
    await assert.rejects(
      b.api.send('POST', '/groups', body, group),
      /2 Print Spooler resources: a group has exactly one/,
    );
    const listed = (box: Box) => box.api.get('/groups', pageOf(group));
    const owned = await until(
      () => Promise.all([listed(a), listed(b)]),
      (lists) => lists.every(({ items }) => items[0]?.owner !== undefined),
    );
    const [here] = owned[0].items;
    const [owner, other] = here?.ownedHere === true ? [a, b] : [b, a];
    const anyPrinter = { name: 'office', spooler: 'accounts' };
    const made = await until(
      async () => {
        await other.api.send('POST', '/printers', anyPrinter, printer).catch(() => undefined);
        // An answer that was lost on its way leaves a printer all the same.
        return other.api.get('/printers/accounts%2Foffice', printer).catch(() => undefined);
      },
      (answer) => answer !== undefined,
    );
    assert.equal(made?.name, 'office');
    const seen = await owner.api.get('/printers/accounts%2Foffice', printer);
    assert.equal(seen.id, made?.id);
    const asked = await other.api.get('/printers/accounts%2Foffice', printer);
    assert.equal(asked.id, made?.id);
    const usb = { name: 'P1' };
    await assert.rejects(
      other.api.send('POST', '/monitors/usb/xcv/AddPort?spooler=accounts', usb, z.unknown()),
      /"usb" can't serve group "accounts"/,
    );
    await assert.rejects(a.platen.run('pair', 'unpair'), /the pair has groups/i);
    await a.platen.run('pair', 'unpair', '--force');
    await until(
      () => b.api.get('/pair', pairView),
      ({ peer }) => peer?.relation === 'unpaired',
    );
  });
});
