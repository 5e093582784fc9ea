// Whole appliances on a virtual network: avahi resolves each of their services, and two of one name
// each keep a name of their own.
import assert from 'node:assert/strict';
import { spawnSync, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test, type TestContext } from 'node:test';
import { createApiClient } from '../../firmware/cli/api-client.ts';
import { platenFromSources } from '../../tools/up/processes.ts';
import { platenSays } from '../cli/console.ts';
import { startAvahi, type Avahi, type AvahiService } from '../world/avahi.ts';
import { createHosts, type Host } from '../../tools/hosts/hosts.ts';
import { atEnd } from '../at-end.ts';

class Appliance {
  readonly #host: Host;
  readonly #data: string;
  #child: ChildProcess | undefined;

  constructor(host: Host, data: string) {
    this.#host = host;
    this.#data = data;
  }

  async start(): Promise<void> {
    const [program, ...args] = platenFromSources;
    const child = this.#host.start(program, [...args, 'serve', '--data', this.#data], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#child = child;
    assert.ok(child.stdout !== null);
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    assert.match(String(line), /"ready":true/);
  }

  async addPrinter(name: string): Promise<void> {
    await this.#say(`port add ${name} --monitor tcp --host 10.77.0.200`);
    await this.#say(`printer add ${name} --port ${name} --location attic`);
  }

  async #say(line: string): Promise<void> {
    const socketPath = join(this.#data, 'platen.sock');
    const api = createApiClient({ socketPath, dataFolder: this.#data });
    const { status, errors } = await platenSays(api, line.split(' '));
    assert.equal(status, 0, errors.join());
  }

  async stop(): Promise<void> {
    assert.ok(this.#child !== undefined);
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
  }
}

interface Network {
  readonly avahi: Avahi;
  readonly hosts: readonly Host[];
  readonly appliances: readonly Appliance[];
}

async function makeNetwork(t: TestContext, count: number): Promise<Network> {
  const world = await createHosts({ tag: `p${randomUUID().slice(0, 8)}`, count: count + 1 });
  atEnd(t, () => world.dispose());
  const folder = await mkdtemp(join(tmpdir(), 'platen-discovery-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  const [judge, ...others] = world.hosts;
  assert.ok(judge !== undefined);
  const avahi = await startAvahi(judge, 'judge');
  atEnd(t, () => avahi.stop());
  const appliances = others.map((host, index) => new Appliance(host, join(folder, `${index}`)));
  return { avahi, hosts: others, appliances };
}

const BROWSE_TIMEOUT_MS = 120_000;

/** Looks until it is so, and fails with what was seen last. */
async function browseUntil(
  avahi: Avahi,
  type: string,
  isSo: (found: readonly AvahiService[]) => boolean,
): Promise<readonly AvahiService[]> {
  const deadline = performance.now() + BROWSE_TIMEOUT_MS;
  for (;;) {
    const found = await avahi.browse(type);
    if (isSo(found)) return found;
    assert.ok(performance.now() < deadline, `${type} stayed ${JSON.stringify(found)}`);
  }
}

/** Without root there are no hosts, and the judge can only be looked for. */
function cannotJudge(): boolean {
  if (process.getuid?.() === 0) return false;
  assert.equal(spawnSync('avahi-daemon', ['--version']).status, 0);
  return true;
}

function byName(found: readonly AvahiService[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    found.filter(({ family }) => family === 'IPv4').map((each) => [each.instance, each.host]),
  );
}

test('avahi resolves every service of an appliance', async (t) => {
  if (cannotJudge()) return;
  const { avahi, hosts, appliances } = await makeNetwork(t, 1);
  const [appliance] = appliances;
  assert.ok(appliance !== undefined);
  await appliance.start();
  await appliance.addPrinter('office');
  const ports = {
    '_ipp._tcp': 8631,
    '_ipps._tcp': 8643,
    '_pdl-datastream._tcp': 9100,
    '_printer._tcp': 8515,
  };
  for (const [type, port] of Object.entries(ports)) {
    const found = await browseUntil(avahi, type, (all) =>
      ['IPv4', 'IPv6'].every((family) => all.some((each) => each.family === family)),
    );
    for (const each of found) {
      assert.deepEqual([each.instance, each.host, each.port], ['office', 'platen.local', port]);
      assert.ok(each.txt.includes('note=attic'), each.txt.join());
    }
    assert.ok(found.some(({ address }) => address === hosts[0]?.address));
  }
  const found = await avahi.ask('ippfind', '-T', '10', '_ipp._tcp', '--print');
  assert.match(found, /ipp:\/\/platen\.local\.?:8631\/ipp\/print\/office/);
  const devices = await avahi.ask('/usr/lib/cups/backend/dnssd');
  assert.match(devices, /dnssd:\/\/office\._ipps?\._tcp\.local/);
  const [page] = await browseUntil(avahi, '_http._tcp', (found) => found.length > 0);
  assert.deepEqual([page?.instance, page?.port], ['platen', 8631]);
  await appliance.stop();
  await browseUntil(avahi, '_ipp._tcp', (found) => found.length === 0);
});

test('two appliances of one name each end with a name of their own, and keep it', async (t) => {
  if (cannotJudge()) return;
  const { avahi, appliances } = await makeNetwork(t, 2);
  await Promise.all(appliances.map((each) => each.start()));
  await Promise.all(appliances.map((each) => each.addPrinter('office')));
  const settled = (found: readonly AvahiService[]) => Object.keys(byName(found)).length === 2;
  const before = byName(await browseUntil(avahi, '_ipp._tcp', settled));
  assert.equal(new Set(Object.values(before)).size, 2, JSON.stringify(before));
  for (const each of appliances) await each.stop();
  await browseUntil(avahi, '_ipp._tcp', (found) => found.length === 0);
  // The other one comes first this time.
  for (const each of appliances.toReversed()) await each.start();
  assert.deepEqual(byName(await browseUntil(avahi, '_ipp._tcp', settled)), before);
});
