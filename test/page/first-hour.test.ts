// The first hour at the page, as somebody has it who never saw it: in a real browser, with a real
// appliance and an emulated printer.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { pdfPage } from '../../firmware/paper/pdf.ts';
import { buildPage } from '../../tools/page/build.ts';
import { Children } from '../../tools/up/children.ts';
import {
  type Emulator,
  type Platen,
  startEmulator,
  startPlaten,
  whenReceived,
} from '../../tools/up/platen.ts';
import { platenFromSources } from '../../tools/up/processes.ts';
import { assertAccessible, assertFits, openBrowser, openPage } from './browser.ts';

const password = 'correct horse';
const laterPassword = 'staple battery';

describe('the first hour', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'platen-page-'));
  const screenshots = process.env['SCREENSHOTS'];
  const children = new Children();
  let browser: Browser;
  let platen: Platen;
  let emulator: Emulator;
  let page: Page;
  let faults: readonly string[];

  const shoot = async (name: string): Promise<void> => {
    if (screenshots === undefined) return;
    await mkdir(screenshots, { recursive: true });
    await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
  };
  const section = async (name: string, heading: string): Promise<void> => {
    await page.getByRole('navigation').getByRole('link', { name }).click();
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  };

  before(async () => {
    await buildPage();
    emulator = await startEmulator(join(folder, 'received'));
    await children.add(emulator.process);
    platen = await startPlaten(platenFromSources, join(folder, 'data'));
    await children.add(platen.process);
    browser = await openBrowser();
    ({ page, faults } = await openPage(browser, platen.pageAddress));
  });
  after(async () => {
    await browser?.close();
    await children.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('the set-up code makes the first administrator', async () => {
    await page.getByRole('heading', { name: 'Set up this appliance' }).waitFor();
    await assertAccessible(page, 'set-up');
    await shoot('set-up');
    await page.getByLabel('Set-up code').fill('AAAA-AAAA-AAAA');
    await page.getByLabel('Your name').fill('ana');
    await page.getByLabel('A password').fill(password);
    await page.getByRole('button', { name: 'Become administrator' }).click();
    await page.getByRole('alert').getByText('not the set-up code').waitFor();
    await page.getByLabel('Set-up code').fill(platen.setUpCode ?? '');
    await page.getByRole('button', { name: 'Become administrator' }).click();
    await page.getByText('There is no printer yet.').waitFor();
    await assertAccessible(page, 'empty overview');
  });

  test('a printer is added by its address', async () => {
    await section('Add printer', 'Add a printer');
    await assertAccessible(page, 'add a printer');
    await shoot('add');
    await page.getByLabel('Name of the printer').fill('labels');
    await page.getByLabel('Host name or address').fill('127.0.0.1');
    await page.getByText('More settings').click();
    await page.getByRole('spinbutton', { name: 'TCP port' }).fill(String(emulator.port));
    await page.getByLabel('Where it stands').fill('Dock 3');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'labels' }).waitFor();
  });

  test('a test page and a dropped file reach it', async () => {
    await page.getByRole('button', { name: 'Print a test page' }).click();
    await page.getByText('The test page is job 1.').waitFor();
    const text = await whenReceived(emulator, (documents) =>
      documents.find((bytes) => Buffer.from(bytes).includes('Test page')),
    );
    assert.ok(text);
    const pdf = Buffer.from(pdfPage('Dropped', ['by hand']));
    await page
      .getByLabel('Drop a file here')
      .setInputFiles({ name: 'dropped.pdf', mimeType: 'application/pdf', buffer: pdf });
    await page.getByText('“dropped.pdf” is job 2.').waitFor();
    const dropped = await whenReceived(emulator, (documents) =>
      documents.find((bytes) => pdf.equals(bytes)),
    );
    assert.ok(dropped);
    await page.getByText('Ended').click();
    await page.getByRole('cell', { name: 'dropped.pdf' }).waitFor();
    await assertAccessible(page, 'printer');
    await shoot('printer');
  });

  test('a job that waits is cancelled, and can be kept', async () => {
    await page.getByRole('button', { name: 'Pause printing' }).click();
    await page.getByRole('button', { name: 'Resume printing' }).waitFor();
    await page.getByRole('button', { name: 'Print a test page' }).click();
    await section('Jobs', 'Jobs');
    await page.getByRole('button', { name: 'Cancel: 3' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Keep' }).click();
    await page.getByRole('button', { name: 'Cancel: 3' }).click();
    await assertAccessible(page, 'a question');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Job 3 was cancelled.').waitFor();
    await page.getByText('No jobs.').waitFor();
    await assertAccessible(page, 'jobs');
    await shoot('jobs');
  });

  test('a file is kept for clients, and the configuration printed', async () => {
    await page.getByRole('link', { name: 'Platen' }).click();
    await page.getByRole('link', { name: 'labels' }).first().click();
    await page.getByText('Add a file').click();
    await page.getByLabel('File to keep for clients').setInputFiles({
      name: 'labels.ppd',
      mimeType: 'text/plain',
      buffer: Buffer.from('*PPD-Adobe: "4.3"\n'),
    });
    await page.getByText('“labels.ppd” is kept.').waitFor();
    await page.getByRole('cell', { name: 'labels.ppd Driver' }).waitFor();
    await page.getByRole('button', { name: 'Print the configuration' }).click();
    await page.getByText('The configuration page is job 4.').waitFor();
    await assertAccessible(page, 'a printer with files');
    await shoot('printer-files');
  });

  test('the box is backed up, and a file is read before it replaces anything', async () => {
    await section('System', 'System');
    await page.getByText('Make a backup').click();
    await page.getByLabel('Password for the file').first().fill(password);
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download', exact: true }).click();
    const download = await downloading;
    assert.match(download.suggestedFilename(), /\.platen-backup$/);
    const file = join(folder, 'box.platen-backup');
    await download.saveAs(file);
    await page.getByText('Restore', { exact: true }).click();
    await page.getByLabel('Backup file').setInputFiles(file);
    await page.getByLabel('Password for the file').last().fill('wrong horse');
    await page.getByRole('button', { name: 'Read the file' }).click();
    await page.getByRole('alert').getByText('The passphrase is wrong').waitFor();
    await page.getByLabel('Backup file').setInputFiles(file);
    await page.getByLabel('Password for the file').last().fill(password);
    await page.getByRole('button', { name: 'Read the file' }).click();
    await page.getByRole('dialog').getByText('with 1 printers').waitFor();
    await assertAccessible(page, 'a restore');
    await shoot('restore');
    await page.getByRole('dialog').getByRole('button', { name: 'Keep' }).click();
    await page.getByText('Install another certificate').click();
    await assertAccessible(page, 'system');
    await shoot('system');
  });

  test('a webhook is named, and a wrong address is refused at its field', async () => {
    await page.getByText('Webhook', { exact: false }).first().click();
    const form = page.locator('form').filter({ hasText: 'Its address (https' });
    await form.getByLabel('Its address').fill('hook.example');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByRole('alert').getByText('must be like https://HOST:PORT').waitFor();
    await form.getByLabel('Its address').fill('https://hook.example/a');
    await form.getByLabel('Secret').fill('geheim');
    await form.getByRole('button', { name: 'Save' }).click();
    await page.getByText('https://hook.example/a').first().waitFor();
    assert.match(await platen.run('setting', 'list'), /webhook\.secret +\(secret\) +changed/);
    await platen.run('setting', 'clear', 'webhook.url');
  });

  test('who sees jobs, and how the raw port works, is set at the printer', async () => {
    await page.getByRole('link', { name: 'Platen' }).click();
    await page.getByRole('link', { name: 'labels' }).first().click();
    await page.getByText('Who may print, and see jobs').click();
    const access = page.locator('form').filter({ hasText: 'Networks that may print' });
    await access.getByLabel('Names and owners').selectOption('all');
    await access.getByLabel('Networks').fill('10.1.0.0/99');
    await access.getByRole('button', { name: 'Save' }).click();
    await access.getByRole('alert').waitFor();
    await access.getByLabel('Networks').fill('10.1.0.0/16, 127.0.0.0/8');
    await access.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    const shown = z.object({ access: z.unknown(), raw: z.unknown() });
    const read = async () =>
      shown.parse(JSON.parse(await platen.run('printer', 'show', 'labels', '--json')));
    assert.deepEqual((await read()).access, {
      networks: ['10.1.0.0/16', '127.0.0.0/8'],
      logIn: false,
      jobsShownTo: 'all',
    });
    await page.getByText('Options', { exact: true }).click();
    await page.getByLabel('At the raw port').selectOption('pass-through');
    await page.getByLabel('Longest pause').fill('45');
    const options = page.locator('form').filter({ hasText: 'At the raw port' });
    await options.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    while (JSON.stringify((await read()).raw) !== '{"mode":"pass-through","idleSeconds":45}');
    await assertAccessible(page, 'options of a printer');
    await shoot('printer-options');
    await page.getByText('Change its address and settings').click();
    const port = page.locator('form').filter({ hasText: 'Host name or address' });
    await port.getByLabel('Host name or address').fill('localhost');
    await port.getByRole('button', { name: 'Save' }).click();
    while (!(await platen.run('port', 'show', 'labels')).includes('localhost'));
    await assertAccessible(page, 'a port');
    await platen.run('printer', 'change', 'labels', '--allow-network', 'all');
    await section('System', 'System');
  });

  test('a password is changed in another tab, and this one goes on', async () => {
    const other = await page.context().newPage();
    await other.goto(`${platen.pageAddress}#/system`);
    await other.getByText('Change your password').click();
    await other.getByLabel('The password until now').fill('wrong horse');
    await other.getByLabel('A password, at least').fill(laterPassword);
    const save = other.locator('form').filter({ hasText: 'until now' }).getByRole('button');
    await save.click();
    await other.getByRole('alert').getByText('The old password is wrong').waitFor();
    await other.getByLabel('The password until now').fill(password);
    await save.click();
    await other.getByText('Whoever else was logged in as you').waitFor();
    await other.close();
  });

  test('a second user is made, and may what they may', async () => {
    await section('Users', 'Users');
    await page.getByText('Add a user').click();
    const add = page.locator('form').filter({ hasText: 'Role' }).first();
    await add.getByLabel('Name').fill('rui');
    await add.getByLabel('A password').fill(password);
    await add.getByLabel('Role').selectOption('viewer');
    await add.getByRole('button', { name: 'Add' }).click();
    await page.getByRole('cell', { name: 'rui', exact: true }).waitFor();
    await assertAccessible(page, 'users');
    await shoot('users');
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await page.getByLabel('Name').fill('rui');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('link', { name: 'labels' }).first().click();
    await page.getByRole('heading', { level: 1, name: 'labels' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Print a test page' }).count(), 0);
    assert.equal(await page.getByRole('link', { name: 'Users' }).count(), 0);
  });

  test('a printer that does not answer is told at once, live, and in Portuguese', async () => {
    await page.getByRole('link', { name: 'Platen' }).click();
    await page.getByText('Nothing needs you.').waitFor();
    await platen.run('port', 'config', 'labels', '--port-number', '1');
    await platen.run('printer', 'enable', 'labels');
    await platen.run('print', join(folder, 'data', 'identity.json'), '--printer', 'labels');
    await page.getByText('Needs a person now').waitFor();
    await page.getByText('The printer does not answer').first().waitFor();
    await page.getByLabel('Language').selectOption('pt');
    await page.getByText('Precisa de uma pessoa agora').waitFor();
    await assertAccessible(page, 'a complaint');
    await shoot('complaint');
  });

  test('it fits a phone and a desk, light and dark', async () => {
    await page.getByLabel('Língua').selectOption('en');
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('Name').fill('ana');
    await page.getByLabel('Password').fill(laterPassword);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('Needs a person now').waitFor();
    for (const width of [360, 1_440]) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme });
        for (const place of ['', 'jobs', 'add', 'pair', 'users', 'system']) {
          const where = `${place} at ${width} ${colorScheme}`;
          await page.goto(`${platen.pageAddress}#/${place}`);
          await page.locator('main h1').waitFor();
          await assertFits(page, where);
          await assertAccessible(page, where);
          await shoot(`${place === '' ? 'overview' : place}-${width}-${colorScheme}`);
        }
      }
    }
  });

  test('nothing was thrown, and nothing of others was asked for', () => {
    assert.deepEqual(faults, []);
  });
});
