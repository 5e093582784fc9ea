// Two people change the same printer: what one typed at the page stays, what the other changed is
// shown, and the person decides.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { printer } from '../../firmware/api/schemas/printer.ts';
import { createApiClient } from '../../firmware/cli/api-client.ts';
import type { ApiClient } from '../../firmware/cli/command.ts';
import { buildPage } from '../../tools/page/build.ts';
import { Children } from '../../tools/up/children.ts';
import { type Platen, startPlaten } from '../../tools/up/platen.ts';
import { platenFromSources } from '../../tools/up/processes.ts';
import { assertAccessible, openBrowser, openPage } from './browser.ts';

const password = 'correct horse';
const path = '/printers/labels';

describe('two editors', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'platen-editors-'));
  const children = new Children();
  let browser: Browser;
  let platen: Platen;
  let api: ApiClient;
  let page: Page;
  let faults: readonly string[];
  let id: string;

  const theyChange = (change: Readonly<Record<string, unknown>>) =>
    api.send('PATCH', path, change, printer);
  const now = () => api.get(path, printer);
  const location = () => page.getByLabel('Location');
  /** Resolves once a change was made. */
  const press = async (name: string): Promise<void> => {
    const made = page.waitForResponse(
      (response) => response.request().method() === 'PATCH' && response.ok(),
    );
    await page
      .getByRole('button', { name, exact: name === 'Save' })
      .first()
      .click();
    await made;
  };
  const open = async (): Promise<void> => {
    await page.goto(`${platen.pageAddress}#/printers/${id}`);
    await page.getByRole('heading', { level: 1, name: 'labels' }).waitFor();
    await page.getByText('Options').click();
  };

  before(async () => {
    await buildPage();
    platen = await startPlaten(platenFromSources, join(folder, 'data'));
    await children.add(platen.process);
    const socketPath = join(platen.data, 'platen.sock');
    api = createApiClient({ socketPath, dataFolder: platen.data });
    ({ id } = await api.send('POST', '/printers', { name: 'labels' }, printer));
    browser = await openBrowser();
    ({ page, faults } = await openPage(browser, platen.pageAddress));
    await page.getByLabel('Set-up code').fill(platen.setUpCode ?? '');
    await page.getByLabel('Your name').fill('ana');
    await page.getByLabel('A password').fill(password);
    await page.getByRole('button', { name: 'Become administrator' }).click();
    await page.getByText('labels').first().waitFor();
  });
  after(async () => {
    await browser?.close();
    await children.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('what was typed is kept, and saved over what the other one changed', async () => {
    await open();
    await location().fill('Dock 3');
    await theyChange({ location: 'Room 9', description: 'by the door' });
    await page.getByText('Location is “Room 9” now; you typed “Dock 3”.').waitFor();
    await page.getByText('Description is “by the door” now.').waitFor();
    assert.equal(await location().inputValue(), 'Dock 3');
    await assertAccessible(page, 'a change of somebody else');
    await press('Save what I typed');
    assert.partialDeepStrictEqual(await now(), { location: 'Dock 3', description: 'by the door' });
    await page.getByRole('alert').waitFor({ state: 'detached' });
  });

  test('or it is dropped', async () => {
    await location().fill('nowhere');
    await theyChange({ location: 'Room 10' });
    await page.getByRole('button', { name: 'Drop what I typed' }).click();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    assert.equal(await location().inputValue(), 'Room 10');
    assert.equal((await now()).location, 'Room 10');
  });

  test('a form that nobody touched shows what the other one made of it', async () => {
    await theyChange({ location: 'Room 11' });
    await page.locator('input[name=location][value="Room 11"]').waitFor();
    assert.equal(await page.getByRole('alert').count(), 0);
  });

  test('a change that is on no field of the form asks nobody', async () => {
    await location().fill('Dock 4');
    await theyChange({ access: { logIn: true } });
    await press('Save');
    assert.partialDeepStrictEqual(await now(), { location: 'Dock 4', access: { logIn: true } });
  });

  test('where the page has not heard of it yet, the refusal shows it', async () => {
    await location().fill('Dock 5');
    const asked = Promise.withResolvers<void>();
    await page.route(`**/api/v1/printers/${id}`, async (route) => {
      if (route.request().method() === 'PATCH') asked.resolve();
      else await asked.promise;
      await route.continue();
    });
    await theyChange({ location: 'Room 12' });
    await page.getByRole('button', { name: 'Save', exact: true }).first().click();
    await page.getByText('Location is “Room 12” now; you typed “Dock 5”.').waitFor();
    assert.equal(await location().inputValue(), 'Dock 5');
    assert.equal((await now()).location, 'Room 12');
    await press('Save what I typed');
    assert.equal((await now()).location, 'Dock 5');
  });

  test('nothing was thrown', () => assert.deepEqual(faults, []));
});
