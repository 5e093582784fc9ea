// Debian's avahi-daemon on a host of its own: the judge of our discovery that is not ours.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Host } from '../../tools/hosts/hosts.ts';

/** One service as avahi-browse resolved it. */
export interface AvahiService {
  readonly family: 'IPv4' | 'IPv6';
  readonly instance: string;
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly txt: readonly string[];
}

/** Life cycle: startAvahi, use, stop. */
export interface Avahi {
  /** The host name that avahi ended with, as `name.local`, when it says so. */
  hostName(): Promise<string>;
  /** Resolves once avahi's log has the text. */
  logged(text: string): Promise<void>;
  browse(type: string): Promise<readonly AvahiService[]>;
  /** What `avahi-resolve` prints for these arguments. */
  resolve(...args: readonly string[]): Promise<string>;
  /** What another program prints that asks this avahi by D-Bus. */
  ask(program: string, ...args: readonly string[]): Promise<string>;
  /** Publishes a service until the process is killed. */
  publish(...args: readonly string[]): ChildProcess;
  stop(): Promise<void>;
}

/** An answer takes a second; a resolver that gets none gives up after five. */
const TOOL_TIMEOUT_MS = 30_000;

/** Its own bus and run directory: nothing of another avahi on the machine is touched. */
const startScript = `
set -e
mount -t tmpfs tmpfs /run
mkdir -p /run/avahi-daemon
dbus-daemon --config-file="$1/bus.conf" --nofork --print-address &
while [ ! -S "$1/bus" ]; do sleep 0.02; done
exec avahi-daemon -f "$1/avahi.conf" --no-drop-root --no-chroot --no-rlimits
`;

export async function startAvahi(host: Host, name: string): Promise<Avahi> {
  const folder = await mkdtemp(join(tmpdir(), 'avahi-'));
  await writeFile(join(folder, 'bus.conf'), busConfiguration(join(folder, 'bus')));
  await writeFile(
    join(folder, 'avahi.conf'),
    `[server]\nhost-name=${name}\nuse-ipv4=yes\nuse-ipv6=yes\nallow-interfaces=eth0\n`,
  );
  const env = { ...process.env, DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${join(folder, 'bus')}` };
  const daemon = host.start('sh', ['-c', startScript, 'sh', folder], { env });
  const log = new Log(daemon);
  const run = async (program: string, args: readonly string[]): Promise<string> => {
    const child = host.start(program, args, { env: { ...env, LC_ALL: 'C.UTF-8' } });
    // One of Debian's tools was seen to wait for ever; what it said until then counts, and who
    // looks again asks a new one.
    const tooLong = setTimeout(() => child.kill('SIGKILL'), TOOL_TIMEOUT_MS);
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await once(child, 'close');
    clearTimeout(tooLong);
    return said;
  };
  await log.has('Server startup complete');
  return {
    async hostName() {
      const [, found] = await log.matches(/Host name is (\S+)\. Local/);
      return found ?? '';
    },
    logged: (text) => log.has(text),
    async browse(type) {
      const said = await run('avahi-browse', ['-rptk', type]);
      return said.split('\n').flatMap(parseBrowsed);
    },
    async resolve(...args) {
      return (await run('avahi-resolve', args)).trim();
    },
    ask: (program, ...args) => run(program, args),
    publish: (...args) => host.start('avahi-publish', args, { env }),
    async stop() {
      if (daemon.exitCode === null && daemon.signalCode === null) {
        const exited = once(daemon, 'exit');
        daemon.kill('SIGTERM');
        await exited;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

class Log {
  #text = '';
  #ended = false;
  readonly #waiting = new Set<() => void>();

  constructor(daemon: ChildProcess) {
    for (const stream of [daemon.stdout, daemon.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#text += text;
        this.#wake();
      });
    }
    daemon.once('exit', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  async has(text: string): Promise<void> {
    await this.#until(() => (this.#text.includes(text) ? true : undefined), text);
  }

  matches(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#until(() => pattern.exec(this.#text) ?? undefined, String(pattern));
  }

  async #until<T>(look: () => T | undefined, what: string): Promise<T> {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      assert.ok(!this.#ended, `avahi ended without ${what}:\n${this.#text}`);
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
    }
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

function busConfiguration(path: string): string {
  return `<busconfig>
  <type>system</type>
  <listen>unix:path=${path}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
    <allow user="*"/>
  </policy>
</busconfig>
`;
}

/** `=;eth0;IPv4;Office\032Printer;_ipp._tcp;local;host.local;10.77.0.1;8631;"a=b" "c=d"`. */
function parseBrowsed(line: string): readonly AvahiService[] {
  const [mark, , family, instance = '', , , host = '', address = '', port, ...txt] =
    line.split(';');
  if (mark !== '=' || (family !== 'IPv4' && family !== 'IPv6')) return [];
  return [
    {
      family,
      instance: unescape(instance),
      host,
      address,
      port: Number(port),
      txt: [...txt.join(';').matchAll(/"([^"]*)"/g)].map(([, entry = '']) => entry),
    },
  ];
}

/** `\032` is the octet 32, `\.` a dot (avahi_escape_label). */
function unescape(text: string): string {
  const octets: number[] = [];
  for (const [, decimal, character, plain] of text.matchAll(/\\(\d{3})|\\(.)|([^\\])/gu)) {
    if (decimal !== undefined) octets.push(Number(decimal));
    else octets.push(...Buffer.from(character ?? plain ?? ''));
  }
  return Buffer.from(octets).toString('utf8');
}
