// Debian's ippeveprinter on a loopback port, with a D-Bus and an Avahi of its own beside it.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startChild, waitForPort } from '../../tools/bench/child.ts';

export interface RunningPrinter {
  readonly uri: string;
  /** The documents that it has kept. */
  documents(): Promise<readonly Buffer[]>;
  stop(): Promise<void>;
}

const busConfiguration = `<busconfig>
  <type>system</type>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/>
  </policy>
</busconfig>
`;

const avahiConfiguration = `[server]
use-ipv6=no
allow-interfaces=lo
[publish]
publish-hinfo=no
publish-workstation=no
`;

/**
 * It does not start without DNS-SD. Namespaces of its own let it have that without rights and
 * beside the machine's; avahi-daemon wants its user to own its folder, so that user is made the
 * only one.
 */
const script = `set -e
parts=
trap 'kill $parts' TERM
mount -t tmpfs tmpfs /run
mkdir -p /run/dbus /run/avahi-daemon
for file in passwd group; do
  sed -E 's/^(avahi:[^:]*):[0-9]+(:[0-9]+)?/\\1:0\\2/;s/^(avahi:x:0):[0-9]+:/\\1:0:/' \\
    /etc/$file > /run/$file
  mount --bind /run/$file /etc/$file
done
dbus-daemon --config-file="$1/bus.conf" --nofork --nopidfile &
parts="$!"
until [ -S /run/dbus/system_bus_socket ]; do sleep 0.02; done
avahi-daemon -f "$1/avahi.conf" --no-drop-root --no-chroot --no-rlimits --no-proc-title &
parts="$parts $!"
until [ -S /run/avahi-daemon/socket ]; do sleep 0.02; done
ippeveprinter -p "$2" -n localhost -d "$1/spool" -k -c /bin/true \\
  -f application/octet-stream,application/pdf "Judge $2" &
parts="$parts $!"
wait $!
`;

export async function startIppEvePrinter(): Promise<RunningPrinter> {
  const folder = await mkdtemp(join(tmpdir(), 'platen-eve-'));
  const spool = join(folder, 'spool');
  await mkdir(spool);
  await writeFile(join(folder, 'bus.conf'), busConfiguration);
  await writeFile(join(folder, 'avahi.conf'), avahiConfiguration);
  const port = await freePort();
  const namespaces = ['--map-root-user', '--mount'];
  const command = ['sh', '-c', script, 'sh', folder, String(port)];
  const child = startChild('unshare', [...namespaces, ...command]);
  const stop = async () => {
    await child.stop();
    await rm(folder, { recursive: true });
  };
  try {
    await waitForPort(port, child);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    uri: `ipp://localhost:${port}/ipp/print`,
    async documents() {
      const names = (await readdir(spool)).toSorted();
      return Promise.all(names.map((name) => readFile(join(spool, name))));
    },
    stop,
  };
}
