// The set-up code on paper: from a printer at the box, once for each code, and never from another.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { completeConfig } from '../../firmware/config/table.ts';
import { dataFolderAt } from '../../firmware/entry/data-folder.ts';
import { setUpStep, type SetUpParts } from '../../firmware/entry/steps/set-up.ts';
import type { PlatenEvent } from '../../firmware/events/event.ts';
import { createLog } from '../../firmware/log/log.ts';
import { builtInMonitors } from '../../monitors/table.ts';
import { ApiFixture, FakeEvents } from '../api/fixture.ts';
import { FakeSpooler } from '../fakes/fake-spooler.ts';
import { SimulatedDisk } from '../world/disk.ts';

async function box(monitorName: string) {
  const { files } = new SimulatedDisk({ seed: 1 }).mount();
  await files.makeDirectory('/data');
  await files.makeDirectory('/boot');
  const fixture = new ApiFixture();
  const access = await fixture.access;
  const spooler = new FakeSpooler({ printers: ['labels'] });
  const [printer] = await spooler.printers.list();
  assert.ok(printer !== undefined);
  const local = Object.assign(spooler, {
    id: 'local',
    printers: {
      ...spooler.printers,
      list: async () => [{ ...printer, spooler: 'local', portNames: ['p'] }],
    },
    ports: {
      ...spooler.ports,
      list: async () => [{ ...fixture.ports[0], info: { name: 'p', monitorName } }],
    },
  });
  const events = new FakeEvents();
  const parts = {
    hal: { files },
    folder: dataFolderAt('/data'),
    config: completeConfig({ 'boot.folder': '/boot' }),
    monitors: builtInMonitors,
    log: createLog({ level: 'error', clock: fixture.clock, destination: { write: () => {} } }),
    services: {
      access,
      events,
      directory: { byId: () => local, all: () => [local], byAddress: () => local },
      appliance: {
        addresses: async () => [{ what: 'https', address: 'https://box:8643/' }],
      },
    },
  };
  const start = async (): Promise<void> => {
    const { stop } = await setUpStep(asParts(parts)).start();
    for (const listener of events.listeners) listener(created);
    await stop?.(AbortSignal.abort());
  };
  const boot = async () => {
    const kept = await files.readFile('/boot/platen-set-up-code.txt', 100).catch(() => undefined);
    return kept === undefined ? undefined : Buffer.from(kept).toString().trim();
  };
  const pages = () => spooler.documents.map(({ bytes }) => Buffer.from(bytes).toString('latin1'));
  return { access, start, boot, pages };
}

/** Only what the step uses is there. */
function asParts(parts: object): SetUpParts {
  return Object.assign(Object.create(null), parts);
}

const created: PlatenEvent = {
  id: 1,
  type: 'printer-created',
  at: { ms: 0, trusted: true },
  spooler: 'local',
  facts: {},
};

describe('the set-up code', () => {
  test('comes out of a printer at the box, once, and stands on the boot partition', async () => {
    const { access, start, boot, pages } = await box('usb');
    await start();
    await start();
    const code = (await access.setUp.code()) ?? '';
    assert.equal(pages().length, 1);
    assert.ok(pages()[0]?.includes(code));
    assert.ok(pages()[0]?.includes('https://box:8643/'));
    assert.equal(await boot(), code);
    await access.users.create('ana', 'administrator', 'correct horse');
    await access.setUp.done();
    await start();
    assert.equal(pages().length, 1);
    assert.equal(await boot(), undefined);
  });

  test('never comes out of a printer on the network, nor into a file', async () => {
    for (const monitor of ['tcp', 'file']) {
      const { start, pages } = await box(monitor);
      await start();
      assert.deepEqual(pages(), [], monitor);
    }
  });
});
