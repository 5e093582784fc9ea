// Debian's Chromium, driven at the page of an appliance of its own, with axe-core as the judge of
// accessibility.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { z } from 'zod';

const chromiumPath = '/usr/bin/chromium';

/** Nothing of the browser's own reaches the network. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** `program`: what starts Chromium elsewhere, such as on a host of its own. */
export function openBrowser(program = chromiumPath): Promise<Browser> {
  return chromium.launch({ executablePath: program, headless: true, args: flags });
}

export interface PageLook {
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
  readonly locale?: string;
}

/** A new profile each; what the page itself throws or a policy blocks fails the test. */
export async function openPage(
  browser: Browser,
  address: string,
  { width = 1_440, colorScheme = 'light', locale = 'en-GB' }: PageLook = {},
): Promise<{ readonly page: Page; readonly faults: readonly string[] }> {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: { width, height: 900 },
    colorScheme,
    locale,
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) faults.push(message.text());
  });
  await page.goto(address);
  return { page, faults };
}

const axeResults = z.object({
  violations: z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) })),
});

/** WCAG 2.1 A and AA and axe's best practices, on what is shown now. */
export async function assertAccessible(page: Page, where: string): Promise<void> {
  const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'));
  await page.evaluate(source.toString());
  const { violations } = axeResults.parse(await page.evaluate('axe.run()'));
  const told = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
  );
  assert.deepEqual(told, [], where);
}

/** Nothing stands wider than the screen. */
export async function assertFits(page: Page, where: string): Promise<void> {
  const wide = await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  assert.equal(wide, 0, `${where} is ${String(wide)} pixels too wide`);
}
