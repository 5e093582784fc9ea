// Paper out at an emulated printer, seen by everyone who looks: API, IPP, SNMP and traps.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { printer } from '../../firmware/api/schemas/printer.ts';
import { added, snmpState } from '../../firmware/api/schemas/snmp.ts';
import { createLinuxHal } from '../../hal/linux/linux.ts';
import { startSnmpPrinter } from '../../tools/emulators/snmp-printer/printer.ts';
import { runTool, startTrapReceiver } from '../snmp/net-snmp.ts';
import { openHouse } from './house.ts';
import { atEnd } from '../at-end.ts';

const pollSeconds = 5;
const withinMs = pollSeconds * 1_000;

const ready = z.object({ addresses: z.array(z.object({ what: z.string(), address: z.string() })) });
const xcv = z.object({ status: z.string(), message: z.string().optional() });
const alert = '.1.3.6.1.2.1.43.18.1.1.7.1.';

test('paper out, and paper again, within one poll', async (t) => {
  const { udp } = createLinuxHal({ wallTrusted: () => true });
  const emulated = await startSnmpPrinter({
    udp,
    address: '127.0.0.1',
    port: 0,
    community: 'druck',
    shape: 'laser',
  });
  atEnd(t, () => emulated.close());
  const house = await openHouse(t);
  const platen = await house.serve();
  const api = house.api();
  const { addresses } = ready.parse(platen.process.ready);
  const snmp = addresses.find(({ what }) => what === 'snmp')?.address ?? '';
  const agent = `127.0.0.1:${new URL(snmp).port}`;

  const passwords = { authPassword: 'authpassword', privPassword: 'privpassword' };
  await api.send('POST', '/snmp/communities', { name: 'all', community: 'geheim' }, added);
  await api.send('POST', '/snmp/users', { name: 'trapper', ...passwords }, added);
  const { engineId } = await api.get('/snmp', snmpState);
  const free = await udp.open({
    address: '127.0.0.1',
    port: 0,
    onDatagram: () => undefined,
    onFault: () => undefined,
  });
  const { port: trapPort } = free.local;
  await free.close();
  const receiver = await startTrapReceiver(t, {
    port: trapPort,
    users: [`createUser -e 0x${engineId} trapper SHA-256 authpassword AES privpassword`],
  });
  for (const [version, reader] of [
    ['v1', 'all'],
    ['v2c', 'all'],
    ['v3', 'trapper'],
  ]) {
    const target = { name: `to-${version}`, host: '127.0.0.1', port: trapPort, version, reader };
    await api.send('POST', '/snmp/targets', target, added);
  }
  const settings = {
    name: 'office',
    host: '127.0.0.1',
    portNumber: house.emulator.port,
    snmpEnabled: true,
    snmpCommunity: 'druck',
    snmpPort: emulated.local.port,
    snmpPollSeconds: pollSeconds,
  };
  assert.equal(
    (await api.send('POST', '/monitors/tcp/xcv/AddPort', settings, xcv)).status,
    'ERROR_SUCCESS',
  );
  await api.send('POST', '/printers', { name: 'office', portNames: ['office'] }, printer);

  const look = async () => {
    const words = ['-v2c', '-c', 'geheim', '-On', '-Ox', agent, '1.3.6.1.2.1.25.3.5.1.2.1'];
    return {
      state: (await api.get('/printers/office', printer)).status,
      errors: (await runTool('snmpget', words)).output.trim(),
    };
  };
  /** From the change at the device until three notifications came and whoever asks is told. */
  const told = async (state: 'paper-out' | 'idle', code: string) => {
    const startMs = performance.now();
    emulated.show(state);
    await receiver.until((line) => line.includes(`${alert}1 = INTEGER: ${code}`), 3);
    const seen = await look();
    return { ms: performance.now() - startMs, seen };
  };

  const { ms: outMs, seen: without } = await told('paper-out', '808');
  assert.ok(outMs <= withinMs, `${outMs} ms`);
  assert.ok(without.state.reasons.includes('media-empty-error'), without.state.reasons.join(' '));
  assert.match(without.errors, /Hex-STRING: 40/);

  const { ms: backMs, seen: again } = await told('idle', '1801');
  assert.ok(backMs <= withinMs, `${backMs} ms`);
  assert.deepEqual(again.state.reasons, ['none']);
  assert.match(again.errors, /Hex-STRING: 00/);
  t.diagnostic(`out after ${Math.round(outMs)} ms, in again after ${Math.round(backMs)} ms`);
});
