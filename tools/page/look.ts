// How long the overview of a fleet takes in Debian's Chromium until it can be used, beside an empty
// page of the same server, and how soon it shows what changes.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type Platen, startPlaten } from '../up/platen.ts';
import { platenFromSources } from '../up/processes.ts';
import { buildPage } from './build.ts';
import { fillFleet } from './fleet.ts';

export interface LookOptions {
  readonly printers: number;
  readonly jobs: number;
  readonly rounds: number;
}

export interface Look {
  /** An address of the same server at which there is nothing: a line of text. */
  readonly emptyMs: number;
  /** Printers are shown, what needs a person is said, and the search finds one. */
  readonly overviewMs: number;
  /** From a change at the command line to the card that shows it. */
  readonly liveMs: number;
}

/** Life cycle: openFleet fills and serves; look as often as wanted; close. */
export interface Fleet {
  look(): Promise<Look>;
  close(): Promise<void>;
}

const password = 'correct horse battery';

export async function openFleet({ printers, jobs }: Omit<LookOptions, 'rounds'>): Promise<Fleet> {
  const folder = await mkdtemp(join(tmpdir(), 'platen-fleet-'));
  const data = join(folder, 'data');
  let platen: Platen | undefined;
  let browser: Browser | undefined;
  const close = async (): Promise<void> => {
    await browser?.close();
    await platen?.process.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await buildPage();
    await fillFleet(data, printers, jobs);
    const sets = ['listen.http=0', 'listen.lpd=0', 'listen.raw=0', 'raw.enabled=false'];
    platen = await startPlaten(platenFromSources, data, [...sets, 'discovery.announce=false']);
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
    const page = await setUp(browser, platen);
    const served = platen;
    return { look: () => lookOnce(page, served, printers), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function setUp(browser: Browser, platen: Platen): Promise<Page> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' });
  const page = await context.newPage();
  await page.goto(platen.pageAddress);
  await page.getByLabel('Set-up code').fill(platen.setUpCode ?? '');
  await page.getByLabel('Your name').fill('ana');
  await page.getByLabel('A password').fill(password);
  await page.getByRole('button', { name: 'Become administrator' }).click();
  await page.getByRole('heading', { name: 'Printers', exact: true }).waitFor();
  return page;
}

async function lookOnce(page: Page, platen: Platen, printers: number): Promise<Look> {
  const emptyMs = await timed(async () => {
    await page.goto(`${platen.pageAddress}nothing-is-here`);
  });
  const last = `printer ${String(printers).padStart(4, '0')}`;
  const overviewMs = await timed(async () => {
    await page.goto(platen.pageAddress);
    await page.getByRole('link', { name: 'printer 0001' }).waitFor();
    await page.getByRole('heading', { name: /Nothing needs you|Needs a person now/ }).waitFor();
    await page.getByLabel('Find a printer').fill(last);
    await page.getByRole('link', { name: last }).waitFor();
  });
  const card = page.getByRole('article').filter({ hasText: last });
  const liveMs = await timed(async () => {
    await platen.run('printer', 'reject', last);
    await card.getByText('Refuses jobs').waitFor();
  });
  await platen.run('printer', 'accept', last);
  return { emptyMs, overviewMs, liveMs };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
