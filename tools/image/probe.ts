// A way into a booted image for its tests: a shell behind a virtual serial port, which the tests
// add to a copy's initramfs.
//
// The verified root is the one that ships, untouched: what is added lies in /run. Images that are
// given to people have none of it, and who holds a card could do the same.
import { createConnection, type Socket } from 'node:net';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { abortable } from '../../hal/time.ts';
import { type Entry, writeInitramfs } from '../kernel/initramfs.ts';
import { run } from '../run.ts';
import { mibBytes } from './contract.ts';
import { places } from './disk.ts';

export interface Probe {
  /** Runs a line in the box's shell, as root; rejects where its status is not 0, or has no end. */
  run(line: string): Promise<string>;
  close(): void;
}

/** Where the box has it, and the programs that came with it. */
export const probeFolder = '/run/platen-probe';

const early = fileURLToPath(new URL('early/init', import.meta.url));
const readyMark = '@@READY';
const doneMark = '@@DONE ';
const alignment = 4;

const service = `[Unit]
DefaultDependencies=no
After=systemd-sysctl.service
[Service]
Type=exec
ExecStart=/bin/sh ${probeFolder}/serve
Restart=always
`;

/** Looks seldom: each look is a process more, beside the start that it watches. */
const serve = `modprobe -q virtio_console
until set -- /dev/vport* && [ -c "$1" ]; do sleep 1; done
exec 3<>"$1"
while :; do
  read -r line <&3 || { sleep 1; continue; }
  if [ "$line" = hello ]; then echo '${readyMark}' >&3; continue; fi
  (eval "$line") >${probeFolder}/said 2>&1 </dev/null
  status=$?
  cat ${probeFolder}/said >&3
  printf '\\n${doneMark}%s\\n' "$status" >&3
done
`;

const before = 'for each in proc sys dev run; do mount --move';
const copying = `cp -r /probe ${probeFolder}
mkdir -p /run/systemd/system/multi-user.target.wants
cp /probe/platen-probe.service /run/systemd/system/
ln -s ../platen-probe.service /run/systemd/system/multi-user.target.wants/
`;

/** Arguments of QEMU for the virtual serial port, whose other end is the socket. */
export function probeDevices(socket: string): readonly string[] {
  return [
    ['-chardev', `socket,id=probe,path=${socket},server=on,wait=off`],
    ['-device', 'virtio-serial-pci', '-device', 'virtserialport,chardev=probe,name=probe'],
  ].flat();
}

/** Writes it, and programs by their names, into the boot partition of a disk that is not in use. */
export async function addProbe(
  disk: string,
  folder: string,
  programs: Readonly<Record<string, string>>,
): Promise<void> {
  const work = await mkdtemp(join(folder, 'probe-'));
  try {
    const at = `${disk}@@${(places[0]?.startMib ?? 0) * mibBytes}`;
    const [given, added] = [join(work, 'initramfs'), join(work, 'added')];
    await run('mcopy', ['-i', at, '::/a/initramfs', given], '/');
    const init = await readFile(early, 'utf8');
    if (!init.includes(before)) throw new Error(`${early} has no line "${before}"`);
    await writeInitramfs(added, [
      { path: 'probe/platen-probe.service', kind: 'text', text: service, mode: 0o644 },
      { path: 'probe/serve', kind: 'text', text: serve, mode: 0o644 },
      ...Object.entries(programs).map(
        ([name, from]): Entry => ({ path: `probe/${name}`, kind: 'file', from, mode: 0o755 }),
      ),
      {
        path: 'init',
        kind: 'text',
        text: init.replace(before, `${copying}${before}`),
        mode: 0o755,
      },
    ]);
    const first = await readFile(given);
    const gap = Buffer.alloc((alignment - (first.length % alignment)) % alignment);
    await writeFile(given, Buffer.concat([first, gap, await readFile(added)]));
    await run('mcopy', ['-o', '-i', at, given, '::/a/initramfs'], '/');
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Resolves once the box's end answers. */
export async function openProbe(socket: string, timeoutMs: number): Promise<Probe> {
  const untilMs = performance.now() + timeoutMs;
  const connection = createConnection(socket);
  const lines = new Lines(connection);
  let waiting: ReturnType<Lines['until']> | undefined;
  for (;;) {
    connection.write('hello\n');
    waiting ??= lines.until(readyMark);
    if (await Promise.race([waiting.then(() => true), pause(helloEveryMs, false)])) break;
    if (performance.now() > untilMs) throw new Error('the probe in the box does not answer');
  }
  return {
    async run(line) {
      lines.forget();
      connection.write(`${line}\n`);
      const end = await inTime(lines.until(doneMark), line);
      const said = lines.all.slice(0, lines.all.indexOf(end));
      const text = said
        .filter((each) => !each.startsWith(readyMark))
        .join('\n')
        .trim();
      const status = end.slice(doneMark.length);
      if (status !== '0') throw new Error(`in the box, ${line} ended with ${status}: ${text}`);
      return text;
    },
    close: () => void connection.destroy(),
  };
}

const helloEveryMs = 1_000;
/** The longest takes half a minute under emulation. */
const lineTimeoutMs = 300_000;

/** A box that hangs says nothing more. */
async function inTime(end: Promise<string>, line: string): Promise<string> {
  const late = AbortSignal.timeout(lineTimeoutMs);
  try {
    return await abortable(end, late);
  } catch (error) {
    if (!late.aborted) throw error;
    throw new Error(`in the box, ${line} did not end in time`, { cause: error });
  }
}

class Lines {
  all: string[] = [];
  #rest = '';
  #change = Promise.withResolvers<void>();
  #isOver = false;

  constructor(connection: Socket) {
    connection.setEncoding('utf8').on('data', (text: string) => {
      const lines = `${this.#rest}${text}`.split('\n');
      this.#rest = lines.pop() ?? '';
      this.all.push(...lines);
      this.#notify();
    });
    connection.on('error', () => undefined);
    connection.once('close', () => {
      this.#isOver = true;
      this.#notify();
    });
  }

  forget(): void {
    this.all = [];
  }

  async until(mark: string): Promise<string> {
    for (;;) {
      const found = this.all.find((line) => line.startsWith(mark));
      if (found !== undefined) return found;
      if (this.#isOver) throw new Error(`the box ended before it said ${mark}`);
      await this.#change.promise;
    }
  }

  #notify(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers<void>();
  }
}
