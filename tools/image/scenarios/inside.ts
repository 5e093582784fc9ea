// Scenarios: what a shell in the box sees of it.
import assert from 'node:assert/strict';
import type { Booth } from '../booth.ts';
import type { Probe } from '../probe.ts';
import type { Scenario } from './contract.ts';
import { allJobsDone } from './steps.ts';

/**
 * What listens, as ARCHITECTURE.md and the README have it. mDNS and SSDP answer by UDP; DHCP's
 * client has a port while it has a lease.
 */
const documented = new Set([
  'tcp 443',
  'tcp 515',
  'tcp 631',
  'tcp 8883',
  'tcp 8884',
  'udp 161',
  'udp 68',
  'udp 546',
  'udp 5353',
]);
const rawPorts = { first: 9100, last: 9199 } as const;
const idleSeconds = 60;
const sectorBytes = 512;
const units = [
  'platen',
  'platen-box',
  'platen-data',
  'platen-light',
  'platen-provision',
  'platen-network',
  'platen-set-up-code',
] as const;

export const insideScenarios: readonly Scenario[] = [
  {
    what: 'only documented ports listen, and units are fenced off',
    short: true,
    async run(booth) {
      const probe = await shell(booth);
      const lines = (await probe.run('ss -H -lntu')).split('\n');
      const seen = new Set(lines.map(listenerOf));
      const [first = 0, last = 0] = (await probe.run('cat /proc/sys/net/ipv4/ip_local_port_range'))
        .split(/\s+/)
        .map(Number);
      // A question of the box's own by UDP (SNMP, DNS, NTP) comes from one of these for a moment.
      const isQuestion = (each: string) => {
        const [protocol, port] = each.split(' ');
        return protocol === 'udp' && Number(port) >= first && Number(port) <= last;
      };
      const others = [...seen].filter(
        (each) => !documented.has(each) && !isRaw(each) && !isQuestion(each),
      );
      assert.deepEqual(others, [], lines.join('\n'));
      // All at once: each call takes seconds under emulation. Named: by itself it leaves out what
      // ends again.
      const names = units.map((unit) => `${unit}.service`).join(' ');
      const said = await probe.run(`systemd-analyze security --no-pager ${names}`);
      const exposures = units.map((unit) => {
        const found = new RegExp(`exposure level for ${unit}\\.service: ([\\d.]+)`).exec(said)?.[1];
        assert.ok(Number(found) < 3, `${unit}: ${said}`);
        return `${unit} ${found}`;
      });
      return `${[...seen].toSorted().join(', ')}; exposure: ${exposures.join(', ')}`;
    },
  },
  {
    what: 'an idle minute: what it writes, and the memory it takes',
    async run(booth) {
      const probe = await shell(booth);
      await allJobsDone(booth);
      // What jobs before it left dirty is not of an idle box.
      await probe.run('sync');
      const before = await written(probe);
      await booth.pause(idleSeconds * 1000);
      await probe.run('sync');
      const after = await written(probe);
      const memory = await probe.run('cat /proc/meminfo');
      const kilobytes = (what: string) =>
        Number(new RegExp(`^${what}: +(\\d+)`, 'm').exec(memory)?.[1]);
      const used = kilobytes('MemTotal') - kilobytes('MemAvailable');
      const bytes = (after.sectors - before.sectors) * sectorBytes;
      assert.ok(bytes <= mostIdleBytes, `${bytes} bytes were written in an idle minute`);
      return (
        `${bytes} bytes in ${after.writes - before.writes} writes within ${idleSeconds} s; ` +
        `${Math.round(used / 1024)} MiB of memory in use`
      );
    },
  },
];

/** ext4 closes its journal with a block or two after a sync. */
const mostIdleBytes = 64 * 1024;

/** Leaves not a block; `emptyData` gives them back. */
export const fillData =
  'fallocate -l $(( $(df -B1 --output=avail /data | tail -1) - 4194304 )) /data/filler && ' +
  '{ dd if=/dev/zero of=/data/filler-rest bs=4096 2>/dev/null; sync; }';
export const emptyData = 'rm /data/filler /data/filler-rest; sync';

/** The box with a shell in it; it is started anew where it has none. */
export async function shell(booth: Booth): Promise<Probe> {
  if (!booth.hasProbe) {
    await booth.kill();
    await booth.addProbe();
    await booth.boot();
  }
  return booth.probe();
}

/** What the box logged last, where it runs and can be asked. */
export async function journalOf(booth: Booth): Promise<string> {
  if (!booth.isOn || !booth.hasProbe) return '';
  try {
    const probe = await booth.probe();
    return await probe.run('journalctl --output=cat --no-pager | tail -n 60');
  } catch (error) {
    return `and its journal can't be read: ${String(error)}`;
  }
}

/** `udp UNCONN 0 0 0.0.0.0:5353 0.0.0.0:*` */
function listenerOf(line: string): string {
  const [protocol = '', , , , local = ''] = line.split(/\s+/);
  return `${protocol} ${/:(\d+)$/.exec(local)?.[1] ?? local}`;
}

function isRaw(listener: string): boolean {
  const [protocol, port] = listener.split(' ');
  return protocol === 'tcp' && Number(port) >= rawPorts.first && Number(port) <= rawPorts.last;
}

/** Of the whole disk: `254 0 vda reads … writes merged sectors …` (iostats.rst of the kernel). */
async function written(probe: Probe) {
  const said = await probe.run('cat /proc/diskstats');
  const row = said.split('\n').find((line) => / [vs]da /.test(line)) ?? '';
  const fields = row.trim().split(/\s+/).map(Number);
  return { writes: fields[7] ?? Number.NaN, sectors: fields[9] ?? Number.NaN };
}
