// A change of the network is on trial: it goes back by itself unless somebody confirms it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HalError } from '../../hal/errors.ts';
import { networkSettingsLimits as limits } from '../../firmware/limits/network-settings-limits.ts';
import { createLog } from '../../firmware/log/log.ts';
import { openNetworkAdministration } from '../../firmware/network-settings/administration.ts';
import {
  type NetworkFiles,
  networkSettings,
  type NetworkSettings,
} from '../../firmware/network-settings/contract.ts';
import { settle, VirtualClock } from '../world/clock.ts';
import { SimulatedDisk } from '../world/disk.ts';

const path = '/data/network.json';
const named = (hostName: string): NetworkSettings => networkSettings.parse({ hostName });

async function makeRoom() {
  const clock = new VirtualClock();
  const disk = new SimulatedDisk({ seed: 3 });
  const applied: NetworkFiles[] = [];
  const state: { fault: HalError | undefined } = { fault: undefined };
  const { files } = disk.mount();
  await files.makeDirectory('/data');
  const log = createLog({ level: 'error', clock, destination: { write: () => undefined } });
  const open = () =>
    openNetworkAdministration({
      files,
      clock,
      log,
      path,
      applier: {
        async apply(texts) {
          if (state.fault !== undefined) throw state.fault;
          applied.push(texts);
        },
      },
    });
  const nameInUse = () => applied.at(-1)?.get('hostname')?.trim();
  return { clock, disk, files, state, applied, nameInUse, open };
}

describe('a change of the network', () => {
  test('goes back after a minute when nobody confirms it', async () => {
    const { clock, nameInUse, open } = await makeRoom();
    const network = await open();
    assert.deepEqual(await network.change(named('far-away')), { kind: 'done' });
    assert.equal(nameInUse(), 'far-away');
    assert.equal(network.view().trial?.secondsLeft, limits.trialMs / 1000);
    await clock.advance(limits.trialMs - 1);
    assert.equal(nameInUse(), 'far-away');
    await clock.advance(1);
    assert.equal(nameInUse(), undefined);
    assert.deepEqual(network.view(), { settings: networkSettings.parse({}), trial: undefined });
  });

  test('stays when it is confirmed, also over a restart', async () => {
    const { clock, nameInUse, open } = await makeRoom();
    const network = await open();
    await network.change(named('here'));
    assert.deepEqual(await network.confirm(), { kind: 'done' });
    await clock.advance(limits.trialMs * 2);
    assert.equal(nameInUse(), 'here');
    network.stop();
    const next = await open();
    assert.equal(next.view().settings.hostName, 'here');
  });

  test('is gone after a restart within its trial', async () => {
    const { open, nameInUse } = await makeRoom();
    const network = await open();
    await network.change(named('here'));
    await network.confirm();
    await network.change(named('away'));
    network.stop();
    await open();
    await settle();
    assert.equal(nameInUse(), 'here');
  });

  test('a second change has the minute anew, and goes back to what was confirmed', async () => {
    const { clock, nameInUse, open } = await makeRoom();
    const network = await open();
    await network.change(named('one'));
    await clock.advance(limits.trialMs - 1);
    await network.change(named('two'));
    await clock.advance(limits.trialMs - 1);
    assert.equal(nameInUse(), 'two');
    await clock.advance(1);
    assert.equal(nameInUse(), undefined);
  });

  test('that the machine refuses is answered with why, and what was before is in use', async () => {
    const { state, nameInUse, open } = await makeRoom();
    const network = await open();
    await network.change(named('here'));
    await network.confirm();
    state.fault = new HalError('other', 'the network', { detail: 'no such interface' });
    const answer = network.change(named('away'));
    const refusal = await answer;
    assert.ok(refusal.kind === 'refused' && refusal.message.includes('no such interface'));
    state.fault = undefined;
    assert.equal(nameInUse(), 'here');
    assert.equal(network.view().settings.hostName, 'here');
  });

  test('where going back fails it is tried again a minute later', async () => {
    const { clock, state, nameInUse, open } = await makeRoom();
    const network = await open();
    await network.change(named('away'));
    state.fault = new HalError('other', 'the network', { detail: 'busy' });
    await clock.advance(limits.trialMs);
    state.fault = undefined;
    await clock.advance(limits.trialMs);
    assert.equal(nameInUse(), undefined);
  });

  test('without a trial there is nothing to confirm or to bring back', async () => {
    const network = await (await makeRoom()).open();
    for (const answer of [await network.confirm(), await network.revert()]) {
      assert.ok(answer.kind === 'refused' && answer.code === 'nothing-on-trial');
    }
  });

  test('a kept file that can not be read leaves the machine its own network', async () => {
    const { files, open, applied } = await makeRoom();
    await files.replaceFile(path, Buffer.from('{"version":1,"settings":{"hostName":"a b"}}'));
    const network = await open();
    await settle();
    assert.equal(network.view().settings.hostName, undefined);
    assert.equal(applied.length, 1);
  });

  test('contradictions are refused before anything is touched', async () => {
    const { applied, open } = await makeRoom();
    const network = await open();
    for (const interfaces of [
      [{ name: 'end0' }, { name: 'end0' }],
      [{ name: '*', vlan: 7 }],
      [{ name: '*', ipv4: { method: 'static', addresses: ['192.0.2.7/24'] } }],
    ]) {
      const answer = await network.change(networkSettings.parse({ interfaces }));
      assert.ok(answer.kind === 'refused' && answer.code === 'bad-request');
    }
    assert.equal(applied.length, 1);
  });
});
