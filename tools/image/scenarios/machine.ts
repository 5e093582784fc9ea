// Scenarios: the box's own settings and switches — its network on trial, off, and as new.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { run } from '../../run.ts';
import { type Booth, makeDocument, until } from '../booth.ts';
import { mibBytes } from '../contract.ts';
import { places } from '../disk.ts';
import type { Scenario } from './contract.ts';
import { shell } from './inside.ts';
import { allJobsDone, digestOf, foundPrinter, kib, same } from './steps.ts';

const offTimeoutMs = 180_000;
const systemView = z.looseObject({ nodeId: z.string() });
const auditView = z.looseObject({
  items: z.array(z.looseObject({ who: z.string(), what: z.string() })),
});

export const machineScenarios: readonly Scenario[] = [
  {
    what: 'network settings reach the machine on trial, and go back',
    async run(booth) {
      const probe = await shell(booth);
      const hostName = () => probe.run('cat /proc/sys/kernel/hostname');
      const before = await hostName();
      const wanted = { hostName: 'on-trial', timeServers: ['192.0.2.9'], timeZone: 'Asia/Tokyo' };
      await booth.client.call('PATCH', '/network', wanted);
      assert.equal(await hostName(), 'on-trial');
      assert.equal(await probe.run('date +%Z'), 'JST');
      assert.match(await probe.run('cat /run/systemd/timesyncd.conf.d/*'), /NTP=192\.0\.2\.9/);
      await booth.client.call('POST', '/network/revert');
      assert.equal(await hostName(), before);
      assert.equal(await probe.run('ls /run/systemd/timesyncd.conf.d'), '');
      return 'host name, time zone and time server were the machine’s, and are as before';
    },
  },
  {
    what: 'switched off by the API: in order, and a job that waits is printed after it',
    async run(booth) {
      const printer = await foundPrinter(booth, 'REDIR1');
      await allJobsDone(booth);
      for (const port of printer.portNames) await booth.client.speakNothing(port);
      booth.usb.unplug();
      booth.usb.clear();
      const document = makeDocument(60 * kib);
      await booth.client.print(printer.id, 'waits', document);
      const startMs = booth.nowMs();
      await booth.client.call('POST', '/box/power-off');
      await booth.off(offTimeoutMs);
      const seconds = ((booth.nowMs() - startMs) / 1000).toFixed(1);
      booth.usb.plug();
      await booth.boot();
      await same(
        booth,
        'the USB printer',
        digestOf(document),
        async () => booth.usb.record().sha256,
      );
      const probe = await shell(booth);
      const said = await probe.run('dmesg');
      assert.doesNotMatch(said, /recovery (required|complete)/i, 'the data partition was in order');
      // What a stop says is gone with the box: a second one is looked at.
      await probe.run('systemctl stop platen');
      const log = await probe.run('journalctl --unit=platen --output=cat --no-pager | tail -n 40');
      assert.match(log, /"message":"stopped"/, log);
      await booth.kill();
      return `off after ${seconds} s`;
    },
  },
  {
    what: 'a factory reset by the API, then by a file: a new box each time, and audited',
    async run(booth) {
      const before = await nodeIdOf(booth);
      await booth.client.call('POST', '/box/factory-reset', { forgetEverything: true });
      await booth.off(offTimeoutMs);
      const second = await asNew(booth);
      await booth.kill();
      const at = `${booth.disk}@@${(places[0]?.startMib ?? 0) * mibBytes}`;
      const file = join(booth.folder, 'factory-reset');
      await writeFile(file, '');
      await run('mcopy', ['-i', at, file, '::/factory-reset'], '/');
      const third = await asNew(booth);
      assert.equal(new Set([before, second, third]).size, 3);
      await booth.kill();
      const names = await run('mdir', ['-b', '-i', at, '::/'], '/');
      assert.doesNotMatch(names, /factory-reset/);
      await booth.boot();
      assert.equal(await nodeIdOf(booth), third, 'the file counts once');
      return 'three identities; both resets are the first entry of a new audit trail';
    },
  },
];

async function nodeIdOf(booth: Booth): Promise<string> {
  return systemView.parse(await booth.client.call('GET', '/system')).nodeId;
}

/** Starts it, sets it up with its new code, and looks at what it says of itself. */
async function asNew(booth: Booth): Promise<string> {
  booth.client.forget();
  const { ready } = await booth.boot();
  await booth.setUp(ready);
  const printers = await booth.client.printers();
  assert.ok(
    printers.every(({ name }) => name !== 'net'),
    'the network printer is forgotten',
  );
  const { items } = auditView.parse(await booth.client.call('GET', '/audit?limit=100'));
  assert.ok(
    items.some(({ who, what }) => what === 'factory-reset' && who === 'whoever holds the box'),
    JSON.stringify(items),
  );
  await until(booth, 'the set-up code’s end on the boot partition', async () => {
    const left = await (await shell(booth)).run('ls /run/platen/provision');
    return left.includes('set-up') ? undefined : true;
  });
  return nodeIdOf(booth);
}
