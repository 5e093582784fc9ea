// The single file carries the native addons of the libraries, and nothing looks for them elsewhere.
import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadSerialLibrary } from '../../hal/linux/serial.ts';
import { loadUsbLibrary } from '../../hal/linux/usb.ts';
import { addonsOf } from '../../tools/build/addons.ts';
import { bundle } from '../../tools/build/bundle.ts';
import { targets } from '../../tools/build/targets.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

for (const target of targets) {
  test(`the bundle for ${target.name} loads them from its assets`, async (t) => {
    const addons = addonsOf(target);
    const entry = join(root, 'firmware/entry/platen.ts');
    const broken = await bundle({ entry, addons, report: (line) => t.diagnostic(line) });
    // The bundle's lines are short, and a break may fall into a string.
    const text = broken.replaceAll('\\\n', '');
    for (const { asset } of addons) assert.ok(text.includes(asset.name), asset.name);
    assert.doesNotMatch(text, /node-gyp-build|@node-usb\//);
  });
}

test('the addons for this machine are installed, and load from the sources too', async () => {
  for (const { asset } of addonsOf({ arch: process.arch })) await access(join(root, asset.file));
  await loadUsbLibrary();
  await loadSerialLibrary();
});
