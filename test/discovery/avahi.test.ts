// Shows, with avahi as the judge on a network of its own, that our names and services are found,
// defended and kept.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { KeptName } from '../../firmware/discovery/contract.ts';
import { startAvahi, type Avahi, type AvahiService } from '../world/avahi.ts';
import { createHosts, type Host } from '../../tools/hosts/hosts.ts';
import { atEnd } from '../at-end.ts';

const isRoot = process.getuid?.() === 0;
const program = fileURLToPath(new URL('announcer.ts', import.meta.url));
/** A stale name lives for two minutes where nothing flushes it. */
const FORGOTTEN_MS = 10_000;

interface Report {
  readonly warning?: string;
  readonly renamedTo?: string;
  readonly by?: string;
  readonly key?: string;
  readonly kept?: KeptName;
  readonly host?: string;
  readonly office?: string;
  readonly started?: boolean;
  readonly found?: readonly {
    readonly instance: string;
    readonly port: number;
    readonly addresses: readonly string[];
    readonly txt: readonly (readonly [string, string])[];
  }[];
}

/** A Platen's discovery on a host. */
class Announcer {
  readonly kept = new Map<string, KeptName>();
  readonly #child: ChildProcess;
  readonly #reports: Report[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(child: ChildProcess) {
    this.#child = child;
    assert.ok(child.stdout !== null);
    createInterface({ input: child.stdout }).on('line', (line) => {
      const report: Report = JSON.parse(line);
      if (report.key !== undefined && report.kept !== undefined) {
        this.kept.set(report.key, report.kept);
      }
      this.#reports.push(report);
      for (const wake of this.#waiting) wake();
      this.#waiting.clear();
    });
  }

  async until(isIt: (report: Report) => boolean): Promise<Report> {
    for (;;) {
      const found = this.#reports.find(isIt);
      if (found !== undefined) return found;
      assert.equal(this.#child.exitCode, null, JSON.stringify(this.#reports));
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
    }
  }

  /** The name of the printer is established on a link. */
  established(): Promise<Report> {
    return this.until(({ key }) => key === 'node/office');
  }

  async names(): Promise<{ host: string | undefined; office: string | undefined }> {
    this.#reports.length = 0;
    this.#child.stdin?.write('\n');
    const { host, office } = await this.until((report) => report.host !== undefined);
    return { host, office };
  }

  /** Ends as an appliance that is switched off in order. */
  async stop(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await exited;
  }
}

function announce(
  host: Host,
  distinction: string,
  options: {
    readonly name?: string;
    readonly kept?: ReadonlyMap<string, KeptName>;
    readonly browse?: readonly string[];
  } = {},
): Announcer {
  const orders = {
    name: options.name ?? 'platen',
    distinction,
    printerName: 'Größe 4.1 \\ Office',
    kept: [...(options.kept ?? [])],
    browse: options.browse ?? [],
  };
  return new Announcer(
    host.start(process.execPath, [program, JSON.stringify(orders)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  );
}

async function makeHosts(t: TestContext, count: number): Promise<readonly Host[]> {
  const world = await createHosts({ tag: `d${randomUUID().slice(0, 8)}`, count });
  atEnd(t, () => world.dispose());
  return world.hosts;
}

async function judge(t: TestContext, host: Host | undefined, name = 'judge'): Promise<Avahi> {
  assert.ok(host !== undefined);
  const avahi = await startAvahi(host, name);
  atEnd(t, () => avahi.stop());
  return avahi;
}

/** Looks until it is so; that it never is, the runner's deadline tells. */
async function browseUntil(
  avahi: Avahi,
  type: string,
  isSo: (found: readonly AvahiService[]) => boolean,
): Promise<readonly AvahiService[]> {
  for (;;) {
    const found = await avahi.browse(type);
    if (isSo(found)) return found;
  }
}

const printerName = 'Größe 4.1 \\ Office';

/** Without root there are no hosts, and the judge can only be looked for. */
function cannotJudge(): boolean {
  if (isRoot) return false;
  assert.equal(spawnSync('avahi-daemon', ['--version']).status, 0);
  return true;
}

describe('discovery before avahi', { concurrency: true }, () => {
  test('every service is resolved, by IPv4 and IPv6, and gone after goodbye', async (t) => {
    if (cannotJudge()) return;
    const [platen, other] = await makeHosts(t, 2);
    assert.ok(platen !== undefined);
    const announcer = announce(platen, 'aaaa');
    const [avahi] = await Promise.all([judge(t, other), announcer.established()]);
    const types = {
      '_ipp._tcp': 8631,
      '_print._sub._ipp._tcp': 8631,
      '_universal._sub._ipp._tcp': 8631,
      '_ipps._tcp': 8643,
      '_pdl-datastream._tcp': 9100,
      '_http._tcp': 8631,
    };
    const browsed = await Promise.all(
      Object.entries(types).map(async ([type, port]) => ({
        type,
        port,
        found: await browseUntil(avahi, type, (found) =>
          found.some(({ family }) => family === 'IPv6'),
        ),
      })),
    );
    for (const { type, port, found } of browsed) {
      for (const family of ['IPv4', 'IPv6']) {
        const service = found.find((each) => each.family === family);
        assert.equal(service?.instance, printerName, `${type} ${family}`);
        assert.equal(service?.host, 'platen.local', type);
        assert.equal(service?.port, port, type);
      }
      const addresses = found.map(({ address }) => address);
      assert.ok(addresses.includes(platen.address), `${type}: ${addresses.join()}`);
    }
    assert.deepEqual(browsed[0]?.found[0]?.txt.toSorted(), ['rp=ipp/print/office', 'txtvers=1']);
    const asked = await Promise.all([
      avahi.resolve('-4n', 'platen.local'),
      avahi.resolve('-6n', 'platen.local'),
      avahi.resolve('-a', platen.address),
    ]);
    assert.match(asked[0], /\t10\.77\.0\.1$/);
    assert.match(asked[1], /\tfe80:/);
    assert.match(asked[2], /\tplaten\.local$/);
    await announcer.stop();
    await browseUntil(avahi, '_ipp._tcp', (found) => found.length === 0);
  });

  test('a name that avahi has is left to it, one that we have is defended', async (t) => {
    if (cannotJudge()) return;
    const [first, second, third] = await makeHosts(t, 3);
    assert.ok(second !== undefined);
    const avahi = await judge(t, first, 'platen');
    assert.equal(await avahi.hostName(), 'platen.local');
    const announcer = announce(second, 'bbbb');
    const warning = await announcer.until((report) => report.renamedTo !== undefined);
    assert.equal(warning.renamedTo, 'platen-bbbb');
    assert.match(warning.by ?? '', /^10\.77\.0\.1$|^fe80:/);
    await announcer.established();
    assert.equal((await announcer.names()).host, 'platen-bbbb.local');
    const late = await judge(t, third, 'platen-bbbb');
    await late.logged('Host name conflict');
    assert.equal((await announcer.names()).host, 'platen-bbbb.local');
    await announcer.stop();
  });

  test('two Platens of one name each have a name of their own, after a restart too', async (t) => {
    if (cannotJudge()) return;
    const [first, second, third] = await makeHosts(t, 3);
    assert.ok(first !== undefined && second !== undefined);
    const avahi = await judge(t, third);
    const run = async (kept: readonly ReadonlyMap<string, KeptName>[]) => {
      const both = [
        announce(first, 'aaaa', { kept: kept[0] ?? new Map() }),
        announce(second, 'bbbb', { kept: kept[1] ?? new Map() }),
      ];
      if (kept.length === 0) await Promise.all(both.map((each) => each.established()));
      return both;
    };
    const early = await run([]);
    const before = await Promise.all(early.map((each) => each.names()));
    for (const names of [before.map(({ host }) => host), before.map(({ office }) => office)]) {
      assert.equal(new Set(names).size, 2, names.join());
    }
    for (const each of early) await each.stop();
    const late = await run(early.map(({ kept }) => kept));
    await Promise.all(late.map((each) => each.until(({ started }) => started === true)));
    // The judge finds each by the name that it had, once it has forgotten who else claimed it at
    // first: a flush spares what came within its last second (RFC 6762 10.2), so that it takes the
    // second announcement.
    const deadline = performance.now() + FORGOTTEN_MS;
    for (const [at, { host = '' }] of before.entries()) {
      const right = `${host}\t10.77.0.${at + 1}`;
      let found = await avahi.resolve('-4n', host);
      while (found !== right && performance.now() < deadline) {
        found = await avahi.resolve('-4n', host);
      }
      assert.equal(found, right);
    }
    assert.deepEqual(await Promise.all(late.map((each) => each.names())), before);
    for (const each of late) await each.stop();
  });

  test('what avahi publishes is found, with addresses and text', async (t) => {
    if (cannotJudge()) return;
    const [platen, other] = await makeHosts(t, 2);
    assert.ok(platen !== undefined);
    const avahi = await judge(t, other);
    avahi.publish('-s', 'Laser 4.1 \\ ü', '_ipp._tcp', '631', 'ty=Some Laser', 'rp=ipp/print');
    const announcer = announce(platen, 'aaaa', { browse: ['_ipp'] });
    const report = await announcer.until(
      ({ found }) => found?.some(({ addresses }) => addresses.length > 1) === true,
    );
    const [service] = report.found ?? [];
    assert.equal(service?.instance, 'Laser 4.1 \\ ü');
    assert.equal(service?.port, 631);
    assert.ok(service?.addresses.includes('10.77.0.2'));
    assert.ok(service?.addresses.some((address) => /^fe80:.*%eth0$/.test(address)));
    assert.deepEqual(Object.fromEntries(service?.txt ?? []), {
      ty: 'Some Laser',
      rp: 'ipp/print',
    });
    await announcer.stop();
  });
});
