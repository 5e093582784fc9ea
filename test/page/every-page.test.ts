// Every page of the table, on a phone and on a desk, light and dark, in both languages, over an
// appliance with all that makes pages hard: names that are markup, names without an end, faults.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { printer } from '../../firmware/api/schemas/printer.ts';
import { createApiClient } from '../../firmware/cli/api-client.ts';
import { buildPage } from '../../tools/page/build.ts';
import { Children } from '../../tools/up/children.ts';
import { addPrinter, type Platen, startEmulator, startPlaten } from '../../tools/up/platen.ts';
import { platenFromSources } from '../../tools/up/processes.ts';
import { routes } from '../../web/routes.ts';
import { assertAccessible, assertFits, openBrowser, openPage } from './browser.ts';

const password = 'correct horse';
const markup = '<img src=x onerror=alert(1)>';
const endless = 'x'.repeat(100);
const unfold = 'for (const fold of document.querySelectorAll("details")) fold.open = true';
const looks = [360, 1_440].flatMap((width) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ width, colorScheme })),
);

describe('every page', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'platen-pages-'));
  const screenshots = process.env['SCREENSHOTS'];
  const children = new Children();
  let browser: Browser;
  let platen: Platen;
  let page: Page;
  let faults: readonly string[];
  /** What stands for `:printer` and the like. */
  let named: Readonly<Record<string, string>>;

  before(async () => {
    await buildPage();
    const emulator = await startEmulator(join(folder, 'received'));
    await children.add(emulator.process);
    platen = await startPlaten(platenFromSources, join(folder, 'data'));
    await children.add(platen.process);
    await addPrinter(platen, 'labels', emulator);
    named = { ':printer': await fill(platen) };
    browser = await openBrowser();
    ({ page, faults } = await openPage(browser, platen.pageAddress));
  });
  after(async () => {
    await browser?.close();
    await children.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** In each look; folds are opened, since what they hide is a part of the page. */
  const judge = async (name: string): Promise<void> => {
    for (const { width, colorScheme } of looks) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      const where = `${name} at ${width} ${colorScheme}`;
      await page.evaluate(unfold);
      await assertFits(page, where);
      await assertAccessible(page, where);
      if (screenshots === undefined) continue;
      await mkdir(screenshots, { recursive: true });
      const path = join(screenshots, `${name}-${width}-${colorScheme}.png`);
      await page.screenshot({ path, fullPage: true });
    }
  };
  const open = async (path: readonly string[]): Promise<void> => {
    const parts = path.map((part) => encodeURIComponent(named[part] ?? part));
    await page.goto(`${platen.pageAddress}#/${parts.join('/')}`);
    await page.locator('main h1').waitFor();
    await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
  };

  test('set-up', async () => {
    await page.getByRole('heading', { name: 'Set up this appliance' }).waitFor();
    await judge('set-up');
    await page.getByLabel('Set-up code').fill(platen.setUpCode ?? '');
    await page.getByLabel('Your name').fill('ana');
    await page.getByLabel('A password').fill(password);
    await page.getByRole('button', { name: 'Become administrator' }).click();
    await page.getByText('Needs a person now').waitFor();
  });

  for (const { name, path } of routes) {
    test(name, async () => {
      await open(path);
      await judge(name);
    });
  }

  test('a page that is not there', async () => {
    await open(['nothing', markup]);
    await page.getByText('There is no such page.').waitFor();
    await judge('missing');
  });

  test('all of them in Portuguese, on a phone', async () => {
    await open([]);
    await page.setViewportSize({ width: 360, height: 900 });
    await page.getByLabel('Language').selectOption('pt');
    for (const { name, path } of routes) {
      await open(path);
      await page.evaluate(unfold);
      await assertFits(page, `${name} in Portuguese`);
      await assertAccessible(page, `${name} in Portuguese`);
    }
    await open(['add']);
    await page.getByLabel('Nome ou endereço').waitFor();
    await open(['printers', ':printer']);
    await page.getByText('127.0.0.1:1 recusou a ligação').first().waitFor();
    await page.getByLabel('Língua').selectOption('en');
  });

  test('log-in', async () => {
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await judge('log-in');
  });

  test('nothing was thrown, and no name was taken for markup', async () => {
    assert.deepEqual(faults, []);
    assert.equal(await page.locator('script:not([src])').count(), 0);
  });
});

/** Returns the printer that is looked at: its name is markup, and it does not answer. */
async function fill({ data }: Platen): Promise<string> {
  const api = createApiClient({ socketPath: join(data, 'platen.sock'), dataFolder: data });
  const nobody = { name: 'nobody', host: '127.0.0.1', portNumber: 1 };
  await api.send('POST', '/monitors/tcp/xcv/AddPort', nobody, z.unknown());
  const names = [markup, endless, ...Array.from({ length: 8 }, (_, at) => `printer ${at}`)];
  const made = [];
  for (const name of names) {
    const portNames = name === markup ? ['nobody'] : [];
    const body = { name, location: `${markup} ${endless}`, description: markup, portNames };
    made.push(await api.send('POST', '/printers', body, printer));
  }
  const [hard] = made;
  assert.ok(hard !== undefined);
  for (const name of [markup, endless, 'plain']) {
    const path = `/printers/${hard.id}/jobs?name=${encodeURIComponent(name)}`;
    await api.upload(path, 'application/octet-stream', bytes('a page'), z.unknown());
  }
  await api.send('POST', '/tokens', { name: 'zabbix', scopes: ['read'] }, z.unknown());
  return hard.id;
}

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
