// The first hour with a second appliance: paired by code at the page, a group made, a printer in
// it, the plug pulled, and the other one seen to go on. Each appliance, the printer and the browser
// are hosts of their own.
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { pdfPage } from '../../firmware/paper/pdf.ts';
import { Box } from '../../tools/failover-bench/box.ts';
import { type PrinterLine, printerLine } from '../../tools/failover-bench/lines.ts';
import { startLines } from '../../tools/failover-bench/process-lines.ts';
import { createHosts, type Hosts } from '../../tools/hosts/hosts.ts';
import { buildPage } from '../../tools/page/build.ts';
import { assertAccessible, assertFits, openBrowser, openPage } from './browser.ts';

const password = 'correct horse';
const groupAddress = '10.77.0.200';
const printerProgram = fileURLToPath(
  new URL('../../tools/failover-bench/printer-process.ts', import.meta.url),
);
/** What waits for the other box: it takes over within a second or two, on a busy machine more. */
const patience = { timeout: 60_000 } as const;

interface Seen {
  readonly page: Page;
  readonly faults: readonly string[];
}

describe('the first hour with a second appliance', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'platen-page-pair-'));
  const screenshots = process.env['SCREENSHOTS'];
  const printed: PrinterLine[] = [];
  let hosts: Hosts;
  let boxes: readonly [Box, Box];
  let browser: Browser;
  let a: Seen;
  let b: Seen;

  const shoot = async ({ page }: Seen, name: string): Promise<void> => {
    if (screenshots === undefined) return;
    await mkdir(screenshots, { recursive: true });
    await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
  };
  const section = async ({ page }: Seen, name: string, heading: string): Promise<void> => {
    await page.getByRole('navigation').getByRole('link', { name }).click();
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  };
  const setUp = async (box: Box): Promise<Seen> => {
    const seen = await openPage(browser, `https://${box.host.address}:8643/`);
    const code = (await box.run('user', 'setup-code')).trim();
    await seen.page.getByLabel('Set-up code').fill(code);
    await seen.page.getByLabel('Your name').fill('ana');
    await seen.page.getByLabel('A password').fill(password);
    await seen.page.getByRole('button', { name: 'Become administrator' }).click();
    await seen.page.getByText('There is no printer yet.').waitFor();
    return seen;
  };

  before(async () => {
    await buildPage();
    const tag = folder
      .slice(-6)
      .toLowerCase()
      .replace(/[^a-z0-9]/g, 'x');
    hosts = await createHosts({ tag: `g${tag}`, count: 5 });
    const [hostA, hostB, printer, witness, desk] = hosts.hosts;
    assert.ok(hostA && hostB && printer && witness && desk);
    const emulator = startLines(printer, [process.execPath, printerProgram, '9100'], (line) => {
      printed.push(printerLine.parse(line));
      bell.ring();
    });
    await emulator.first;
    const broker = join(folder, 'mosquitto.conf');
    await writeFile(broker, 'listener 1883 0.0.0.0\nallow_anonymous true\npersistence false\n');
    witness.start('mosquitto', ['-c', broker], { stdio: 'ignore' });
    boxes = [
      new Box({ name: 'a', host: hostA, data: join(folder, 'a') }),
      new Box({ name: 'b', host: hostB, data: join(folder, 'b') }),
    ];
    await Promise.all(boxes.map((box) => box.start()));
    const program = join(folder, 'chromium');
    const inside = `exec ip netns exec ${desk.namespace} /usr/bin/chromium "$@"`;
    await writeFile(program, `#!/bin/sh\n${inside}\n`);
    await chmod(program, 0o755);
    browser = await openBrowser(program);
  });
  after(async () => {
    await browser?.close();
    await hosts?.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  test('both are set up', async () => {
    a = await setUp(boxes[0]);
    b = await setUp(boxes[1]);
  });

  test('one shows a code, the other enters it', async () => {
    await section(a, 'Pair and groups', 'The pair');
    await assertAccessible(a.page, 'not paired');
    await shoot(a, 'pair-alone');
    await a.page.getByRole('button', { name: 'Show a pairing code' }).click();
    const code = await a.page.locator('strong.code').textContent();
    await section(b, 'Pair and groups', 'The pair');
    await b.page.getByLabel('Address of the other appliance').fill(boxes[0].host.address);
    await b.page.getByLabel('Pairing code').fill('ABCD-2345');
    await b.page.getByRole('button', { name: 'Join another appliance' }).click();
    await b.page.getByRole('alert').waitFor(patience);
    await b.page.getByLabel('Pairing code').fill(code ?? '');
    await b.page.getByRole('button', { name: 'Join another appliance' }).click();
    for (const seen of [a, b]) {
      await seen.page.getByText(/would go on; this box owns no group/).waitFor(patience);
      await assertAccessible(seen.page, 'paired');
    }
  });

  test('a witness is set, and a group made on both', async () => {
    await a.page.getByText('Set a witness').click();
    const witness = hosts.hosts[3]?.address ?? '';
    await a.page.getByLabel('Its IP address').fill(witness);
    await a.page.getByRole('button', { name: 'Save' }).click();
    await a.page.getByText(`${witness}:1883`).waitFor(patience);
    await a.page.getByText('New group').click();
    await a.page.getByLabel('Network name').fill('accounts');
    await a.page.getByLabel('Address', { exact: true }).fill(groupAddress);
    await a.page.getByRole('button', { name: 'Add', exact: true }).click();
    for (const seen of [a, b]) {
      await seen.page.getByLabel('Group: accounts').getByText('in step').waitFor(patience);
    }
    await assertAccessible(a.page, 'a group');
    await shoot(a, 'pair-group');
  });

  test('a printer is made in the group, by whichever box', async () => {
    await section(b, 'Add printer', 'Add a printer');
    await b.page.getByLabel('Name of the printer').fill('office');
    await b.page.getByLabel('In', { exact: true }).selectOption('accounts');
    await b.page.getByLabel('Host name or address').fill(hosts.hosts[2]?.address ?? '');
    await assertAccessible(b.page, 'add in a group');
    await shoot(b, 'add-in-group');
    await b.page.getByRole('button', { name: 'Add', exact: true }).click();
    await b.page.getByRole('heading', { level: 1, name: 'office' }).waitFor(patience);
    await b.page.getByRole('button', { name: 'Print a test page' }).click();
    await b.page.getByText('The test page is job 1.').waitFor(patience);
    await drop(b.page, 'letter.pdf');
    await b.page.getByText('“letter.pdf” is job 2.').waitFor(patience);
    await until(() => printed.filter(({ kind }) => kind === 'document').length >= 2);
  });

  test('each box shows what the other one has, and who would go on', async () => {
    await a.page.goto(`https://${boxes[0].host.address}:8643/#/`);
    await b.page.goto(`https://${boxes[1].host.address}:8643/#/`);
    const [own, other] = await ownerAndOther();
    await own.page.getByText(/would take over accounts at once/).waitFor(patience);
    await other.page.getByRole('heading', { name: /^On / }).waitFor(patience);
    await other.page.getByRole('link', { name: 'office' }).waitFor(patience);
    for (const [seen, name] of [
      [own, 'owner'],
      [other, 'standby'],
    ] as const) {
      for (const width of [360, 1_440]) {
        for (const colorScheme of ['light', 'dark'] as const) {
          await seen.page.setViewportSize({ width, height: 900 });
          await seen.page.emulateMedia({ colorScheme });
          const where = `pair-overview-${name}-${width}-${colorScheme}`;
          await assertFits(seen.page, where);
          await assertAccessible(seen.page, where);
          await shoot(seen, where);
        }
      }
    }
  });

  test('jobs of both are in one list, and the group’s certificate is shown', async () => {
    for (const seen of [a, b]) {
      await section(seen, 'Jobs', 'Jobs');
      await seen.page.getByText('Ended', { exact: true }).click();
      await seen.page.getByRole('cell', { name: 'letter.pdf' }).waitFor(patience);
      await seen.page.getByRole('cell', { name: 'office accounts' }).first().waitFor(patience);
      await assertAccessible(seen.page, 'jobs of the pair');
      await shoot(seen, `pair-jobs-${seen === a ? 'a' : 'b'}`);
    }
    const [own] = await ownerAndOther();
    await section(own, 'Pair and groups', 'The pair');
    const group = own.page.getByLabel('Group: accounts');
    await group.getByText('Certificate', { exact: true }).click();
    await group.getByText('Fingerprint of its key').waitFor(patience);
    await group.getByText('Install another certificate').click();
    await assertAccessible(own.page, 'a certificate of a group');
    for (const seen of [a, b]) {
      await seen.page.getByRole('link', { name: 'Platen', exact: true }).click();
    }
  });

  test('the plug is pulled, and the other one goes on', async () => {
    const [own, other] = await ownerAndOther();
    const owner = own === a ? boxes[0] : boxes[1];
    await owner.signalAll('SIGKILL');
    await other.page.getByText(/does not answer: if this box died now/).waitFor(patience);
    await other.page.getByText('exposed: alone').waitFor(patience);
    await section(other, 'Jobs', 'Jobs');
    await other.page.getByText(/its jobs are missing here/).waitFor(patience);
    await other.page.getByRole('link', { name: 'Platen', exact: true }).click();
    await other.page.getByText('exposed: alone').waitFor(patience);
    await assertAccessible(other.page, 'alone');
    await shoot(other, 'pair-moved');
    await other.page.getByRole('link', { name: 'office' }).first().click();
    await other.page.getByRole('heading', { level: 1, name: 'office' }).waitFor(patience);
    const before = printed.length;
    await drop(other.page, 'after.pdf');
    await other.page.getByText('“after.pdf” is job 3.').waitFor(patience);
    await until(() => printed.slice(before).some(({ kind }) => kind === 'document'));
    await own.page.getByText('The appliance does not answer.').waitFor(patience);
  });

  test('nothing was thrown, and nothing of others was asked for', () => {
    assert.deepEqual([...a.faults, ...b.faults], []);
  });

  async function ownerAndOther(): Promise<readonly [Seen, Seen]> {
    const show = await boxes[0].run('group', 'show', 'accounts', '--json');
    return JSON.parse(show).ownedHere === true ? [a, b] : [b, a];
  }
});

async function drop(page: Page, name: string): Promise<void> {
  const buffer = Buffer.from(pdfPage(name, ['by hand']));
  const file = { name, mimeType: 'application/pdf', buffer };
  await page.getByLabel('Drop a file here').setInputFiles(file);
}

/** Rings with each line of the printer. */
const bell = {
  waiting: Promise.withResolvers<void>(),
  ring(): void {
    this.waiting.resolve();
    this.waiting = Promise.withResolvers<void>();
  },
};

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await bell.waiting.promise;
}
