// A box in QEMU: boots an image from power on, as a board or PC would, with what is plugged in.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { copyFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { ImageName } from './contract.ts';
import { bankBytes, environmentOf } from './u-boot.ts';

export interface MachineOptions {
  readonly image: ImageName;
  /** Written to, as a card is. */
  readonly disk: string;
  /** A folder for what the firmware remembers. */
  readonly folder: string;
  /** Arguments of QEMU for what is plugged in. */
  readonly devices: readonly string[];
  readonly forwarded: Ports;
  /** A second network interface: its arguments of QEMU. */
  readonly network?: readonly string[];
  readonly onLine: OnLine;
}

/** A line of the console, and when it came, from power on. */
export type OnLine = (line: string, seconds: number) => void;

/** Ports of this machine's loopback that lead to the box's. */
export interface Ports {
  readonly ipp: number;
  readonly https: number;
  readonly lpd: number;
}

export interface Machine {
  /** Resolves with the first line of the console that has the text; rejects after `timeoutMs`. */
  said(text: string, timeoutMs: number): Promise<string>;
  readonly lines: readonly string[];
  /** Resolves when the box has switched itself off. */
  off(timeoutMs: number): Promise<void>;
  /** Pulls the plug. */
  kill(): Promise<void>;
}

const memoryMegabytes = '1024';

export async function freePorts(): Promise<Ports> {
  const [ipp, https, lpd] = [await freePort(), await freePort(), await freePort()];
  return { ipp, https, lpd };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const at = server.address();
  server.close();
  await once(server, 'close');
  if (at === null || typeof at === 'string') throw new Error('no free port');
  return at.port;
}

export async function powerOn(options: MachineOptions): Promise<Machine> {
  const { disk, devices, forwarded } = options;
  const forwards = [
    `hostfwd=tcp:127.0.0.1:${forwarded.ipp}-:631`,
    `hostfwd=tcp:127.0.0.1:${forwarded.https}-:443`,
    `hostfwd=tcp:127.0.0.1:${forwarded.lpd}-:515`,
  ].join(',');
  const { program, words } = await kindOf(options);
  const child = spawn(
    program,
    [
      ...words,
      '-accel',
      'tcg,thread=multi',
      '-smp',
      '2',
      '-m',
      memoryMegabytes,
      '-nodefaults',
      '-display',
      'none',
      '-serial',
      'stdio',
      '-monitor',
      'none',
      '-no-reboot',
      '-drive',
      `if=none,id=disk,format=raw,file=${disk}`,
      '-device',
      // First, so that UEFI looks at nothing else that is plugged in.
      'virtio-blk-pci,drive=disk,bootindex=0,romfile=',
      '-netdev',
      `user,id=net,${forwards}`,
      '-device',
      'virtio-net-pci,netdev=net,romfile=',
      '-object',
      'rng-random,filename=/dev/urandom,id=rng',
      '-device',
      'virtio-rng-pci,rng=rng',
      ...devices,
      ...(options.network ?? []),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  // However this process ends: a box that nobody looks at would run for ever.
  const onExit = () => void child.kill('SIGKILL');
  process.once('exit', onExit);
  child.once('close', () => process.off('exit', onExit));
  return new RunningMachine(child, options.onLine);
}

async function kindOf({ image, folder }: MachineOptions) {
  const flash = 'if=pflash,format=raw';
  if (image === 'amd64') {
    const variables = `${folder}/efi-variables`;
    await copyFile('/usr/share/OVMF/OVMF_VARS_4M.fd', variables);
    const code = '/usr/share/OVMF/OVMF_CODE_4M.fd';
    return {
      program: 'qemu-system-x86_64',
      words: [
        '-machine',
        'q35',
        // The Atom of small boxes, which guesses nothing ahead. Of others Linux wants page tables
        // changed at each system call, upon which QEMU forgets what it had translated, and other
        // care that costs; and it doubts their clock.
        '-cpu',
        'qemu64,vendor=GenuineIntel,family=6,model=28,stepping=10,+ssse3',
        '-drive',
        `${flash},readonly=on,file=${code}`,
        '-drive',
        `${flash},file=${variables}`,
      ],
    };
  }
  const program = '/usr/lib/u-boot/qemu_arm64/u-boot.bin';
  const remembered = `${folder}/u-boot-environment`;
  await writeFile(remembered, environmentOf(await readFile(program)));
  await truncate(remembered, bankBytes);
  return {
    program: 'qemu-system-aarch64',
    words: [
      // Without a seed for the kernel's addresses, as boards' U-Boot gives none: with one Linux
      // isolates its page tables, at the price said above.
      '-machine',
      'virt,dtb-randomness=off',
      '-cpu',
      'cortex-a72',
      '-bios',
      program,
      '-drive',
      `${flash},unit=1,file=${remembered}`,
    ],
  };
}

class RunningMachine implements Machine {
  readonly lines: string[] = [];
  readonly #child: ChildProcessByStdio<null, Readable, null>;
  readonly #ended: Promise<void>;
  #isOver = false;
  #change = Promise.withResolvers<void>();

  constructor(child: ChildProcessByStdio<null, Readable, null>, onLine: OnLine) {
    const startMs = performance.now();
    this.#child = child;
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = `${rest}${text}`.replaceAll('\r', '').split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        onLine(line, (performance.now() - startMs) / 1000);
        this.lines.push(line);
      }
      this.#notify();
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ended = promise;
    const over = () => {
      this.#isOver = true;
      this.#notify();
      resolve();
    };
    child.once('close', over);
    child.once('error', over);
  }

  async said(text: string, timeoutMs: number): Promise<string> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#notify();
    }, timeoutMs);
    try {
      for (;;) {
        const found = this.lines.find((line) => line.includes(text));
        if (found !== undefined) return found;
        const last = this.lines.slice(-lastLines).join('\n');
        if (this.#isOver) throw new Error(`the box ended before it said "${text}": ${last}`);
        if (isLate) throw new Error(`the box did not say "${text}" in time: ${last}`);
        await this.#change.promise;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async off(timeoutMs: number): Promise<void> {
    const late = Promise.withResolvers<false>();
    const timer = setTimeout(() => late.resolve(false), timeoutMs);
    const isOff = await Promise.race([this.#ended.then(() => true), late.promise]);
    clearTimeout(timer);
    if (!isOff) throw new Error('the box did not switch itself off');
  }

  async kill(): Promise<void> {
    if (!this.#isOver) this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #notify(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers<void>();
  }
}

const lastLines = 30;
