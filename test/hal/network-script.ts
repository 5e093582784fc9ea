// Runs inside a namespace, for network.test.ts: does each deed of the network's administrator and
// writes what came of it as JSON.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { promisify } from 'node:util';
import { createLinuxClock } from '../../hal/linux/clock.ts';
import { createLinuxNetwork } from '../../hal/linux/network/admin.ts';

const clock = createLinuxClock({ wallTrusted: () => false });
const network = createLinuxNetwork({ clock, table: 'platen_test' });
const address = '10.77.0.50';
const placed = { address, prefixBits: 32, interfaceName: 'eth0' };

const pause = (delayMs: number) =>
  new Promise<void>((resolve) => void clock.startTimer(delayMs, resolve));
const has = () =>
  Object.values(networkInterfaces()).some((list) => list?.some((one) => one.address === address));
const call = async (port: number): Promise<string> => {
  const socket = connect({ host: address, port, localAddress: address });
  const answer = await Promise.race([
    once(socket, 'connect').then(() => 'connected'),
    pause(150).then(() => 'silence'),
  ]);
  socket.destroy();
  return answer;
};
const sockets = async (): Promise<number> => {
  const { stdout } = await promisify(execFile)('ss', [
    '-H',
    '-n',
    '-t',
    'state',
    'established',
    'src',
    address,
    'dport',
    '=',
    ':4001',
  ]);
  return stdout.split('\n').filter((line) => line !== '').length;
};

const { addresses, link, gate } = await network.abilities();
await network.guard([address]);
await network.openGate([address], 60_000);
await network.renewAddress(placed, 60_000);
const server = createServer((socket) => socket.on('error', () => undefined)).listen(4001, address);
await once(server, 'listening');
const whileOpen = await call(4001);
const old = connect({ host: address, port: 4001, localAddress: address });
await once(old, 'connect');
await network.holdConnections([address]);
const whileHeld = [await call(4001), await once(old.end(), 'close').then(() => 'ended')];
await network.closeGate([address]);
const whileShut = await call(4001);
await network.openGate([address], 60_000);
const afterHolding = await call(4001);

const answer = Promise.withResolvers<string>();
const port = network.openLink('eth0', ({ mac }) => answer.resolve(mac));
port.ask('10.77.0.2', { from: '10.77.0.1' });
port.announce(address);
const answeredBy = await answer.promise;

const held = connect({ host: address, port: 4001, localAddress: address });
held.on('error', () => undefined);
await once(held, 'connect');
const before = await sockets();
await network.destroySockets(address);
const orphans = [before, await sockets()];

await network.renewAddress(placed, 1_000);
for (let waited = 0; has() && waited < 100; waited += 1) await pause(50);
const afterLifetime = has();
await network.renewAddress(placed, 1_000);
await network.deleteAddress(placed);
const gone = !has();
const carrier = await network.carrier('eth0');
port.close();
await network.close();
const facts = {
  abilities: [addresses.can, link.can, gate.can],
  whileOpen,
  whileHeld,
  whileShut,
  afterHolding,
  answeredBy,
  orphans,
  afterLifetime,
  carrier,
  gone,
};
process.stdout.write(JSON.stringify(facts), () => process.exit(0));
