// Runs ippeveprinter beside Platen; it needs a D-Bus and an avahi-daemon, which get a private
// place here.
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Child, freePort, startChild, waitForPort } from '../../bench/child.ts';
import type { Subject } from '../subject.ts';

const formats = 'application/pdf,image/jpeg,image/pwg-raster,image/urf';
const pollMs = 50;
const patienceMs = 10_000;

export const ippeveprinter: Subject = {
  name: 'ippeveprinter',
  file: 'document-a4.pdf',
  type: 'application/pdf',
  everywhere: true,
  start,
};

async function start(folder: string) {
  if (process.getuid?.() !== 0) throw new Error('a private avahi-daemon needs root');
  await chmod(folder, 0o755);
  const children: Child[] = [];
  const stop = async () => {
    for (const child of children.toReversed()) await child.stop();
  };
  try {
    const bus = join(folder, 'bus');
    await writeFile(join(folder, 'bus.conf'), busConfiguration(bus));
    children.push(startChild('dbus-daemon', [`--config-file=${folder}/bus.conf`, '--nofork']));
    const env = { DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${bus}` };
    await writeFile(join(folder, 'avahi.conf'), avahiConfiguration);
    const run = join(folder, 'run');
    await mkdir(run);
    // Its place for the socket is fixed: a mount of our own stands in for it.
    const mounted = `mkdir -p /run/avahi-daemon && mount --bind ${run} /run/avahi-daemon`;
    const daemon = 'exec avahi-daemon --no-drop-root --no-chroot --no-rlimits';
    const script = `${mounted} && ${daemon} -f ${folder}/avahi.conf`;
    children.push(startChild('unshare', ['--mount', 'sh', '-c', script], env));
    const port = await freePort();
    const printer = await startPrinter(folder, port, env);
    children.push(printer);
    return { uri: `ipp://127.0.0.1:${port}/ipp/print`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** It ends at once where the avahi-daemon is not ready yet, and is started again. */
async function startPrinter(
  folder: string,
  port: number,
  env: Readonly<Record<string, string>>,
): Promise<Child> {
  const args = ['-p', String(port), '-n', 'localhost', '-r', 'off', '-d', folder, '-f', formats];
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const child = startChild('ippeveprinter', [...args, '-c', '/bin/true', 'judged'], env);
    try {
      await waitForPort(port, child);
      return child;
    } catch (error) {
      await child.stop();
      if (performance.now() > deadline) throw error;
    }
    await new Promise<void>((resolve) => {
      setTimeout(resolve, pollMs);
    });
  }
}

function busConfiguration(path: string): string {
  return `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=${path}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;
}

const avahiConfiguration = `[server]
host-name=conformance
allow-interfaces=lo
use-ipv6=no
[wide-area]
enable-wide-area=no
[publish]
publish-workstation=no
`;
