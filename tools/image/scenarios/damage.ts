// Scenarios: a full data partition, a damaged and a missing one, and a damaged root.
import assert from 'node:assert/strict';
import { open } from 'node:fs/promises';
import { run } from '../../run.ts';
import { bootTimeoutMs, type Booth, makeDocument, until } from '../booth.ts';
import { mibBytes } from '../contract.ts';
import { places } from '../disk.ts';
import type { Scenario } from './contract.ts';
import { emptyData, fillData, shell } from './inside.ts';
import { arrivedOnNetwork, digestOf, kib, netPrinter } from './steps.ts';

export const damageScenarios: readonly Scenario[] = [
  {
    what: 'a full data partition: told on the page and by the light, refused, well again with room',
    async run(booth) {
      const probe = await shell(booth);
      const printer = await netPrinter(booth);
      await shows(booth, 'none');
      assert.notEqual(await probe.run(`cat ${light}/brightness`), '0');
      await probe.run(fillData);
      // Before anybody runs into it.
      const problem = await until(booth, 'the page that says so', async () =>
        (await booth.client.problems()).find((text) => /full|room|space/i.test(text)),
      );
      const refusal = await refusalOf(booth, printer.id);
      assert.match(refusal, /spool-full|507/);
      await shows(booth, 'timer');
      await probe.run(emptyData);
      await until(booth, 'a page without it', async () =>
        (await booth.client.problems()).includes(problem) ? undefined : true,
      );
      const document = makeDocument(60 * kib);
      await booth.client.print(printer.id, 'after', document);
      await arrivedOnNetwork(booth, [digestOf(document)]);
      await shows(booth, 'none');
      return `"${problem}"; the light blinked meanwhile, and was steady before and after`;
    },
  },
  {
    what: 'a damaged data partition, then a missing one: told on the page',
    fromOff: true,
    async run(booth) {
      await booth.kill();
      await overwrite(booth, (places[3]?.startMib ?? 0) * mibBytes, Buffer.alloc(2 * mibBytes));
      const damaged = await pageOf(booth, /damaged/);
      await run('sfdisk', ['-q', '--delete', booth.disk, '4'], '/');
      const missing = await pageOf(booth, /missing/);
      return `"${damaged}"; "${missing}"`;
    },
  },
  {
    what: 'a damaged root: the kernel refuses its blocks',
    fromOff: true,
    async run(booth) {
      await booth.kill();
      const slot = (places[1]?.startMib ?? 0) * mibBytes;
      // The first blocks are read by every mount.
      for (let at = 1; at < 512; at += 1) {
        await overwrite(booth, slot + at * 64 * kib + 100, Buffer.from([0xa5]));
      }
      const machine = await booth.start();
      const line = await machine.said('is corrupted', bootTimeoutMs);
      await booth.kill();
      assert.match(line, /device-mapper: verity: /);
      return line.replace(/^.*device-mapper/, 'device-mapper');
    },
  },
];

/** Of the keyboard that is plugged in: an emulated board has no other. */
const light = '/sys/class/leds/*::scrolllock';

async function shows(booth: Booth, trigger: string): Promise<void> {
  const probe = await shell(booth);
  await until(booth, `the light with the trigger ${trigger}`, async () => {
    const said = await probe.run(`cat ${light}/trigger`);
    return said.includes(`[${trigger}]`) ? true : undefined;
  });
}

async function refusalOf(booth: Booth, printer: string): Promise<string> {
  try {
    await booth.client.print(printer, 'too-much', makeDocument(8 * mibBytes));
  } catch (error) {
    return String(error);
  }
  return 'it was taken';
}

async function overwrite(booth: Booth, atByte: number, bytes: Buffer): Promise<void> {
  const disk = await open(booth.disk, 'r+');
  try {
    await disk.write(bytes, 0, bytes.length, atByte);
  } finally {
    await disk.close();
  }
}

/** What a browser reads at the box's page once it has this in it. */
async function pageOf(booth: Booth, wanted: RegExp): Promise<string> {
  await booth.start();
  const look = async () => {
    const page = await booth.client.plainPage();
    return page !== undefined && wanted.test(page) ? page : undefined;
  };
  const page = await until(booth, 'the page that says what is wrong', look, bootTimeoutMs);
  await booth.kill();
  return /<p>([^<]*)</.exec(page)?.[1] ?? '';
}
