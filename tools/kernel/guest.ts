// A guest in QEMU, whose shell takes commands by its serial line.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { GuestImage } from './image.ts';

export interface Guest {
  /** Runs a line in the shell of the guest; rejects where its status is not 0. */
  run(line: string, timeoutMs?: number): Promise<string>;
  /** As `run`, whatever the status. */
  attempt(line: string, timeoutMs?: number): Promise<{ readonly status: number; said: string }>;
  end(): Promise<void>;
}

export interface GuestOptions {
  readonly image: GuestImage;
  /** Arguments of QEMU for what is plugged in. */
  readonly devices: readonly string[];
  /** A port of this machine's loopback that leads to one of the guest. */
  readonly forward: { readonly hostPort: number; readonly guestPort: number };
  readonly accelerator: Accelerator;
  readonly onLine?: (line: string) => void;
}

/**
 * `tcg` runs everywhere. `kvm` is faster, and not taken by itself: where /dev/kvm opens a guest may
 * still never start (a machine that is a guest itself).
 */
export const accelerators = ['tcg', 'kvm'] as const;
export type Accelerator = (typeof accelerators)[number];

const memoryMegabytes = 1024;
const bootTimeoutMs = 600_000;
const commandTimeoutMs = 300_000;
const readyMark = '@@READY';
const doneMark = '@@DONE ';

export async function startGuest(options: GuestOptions): Promise<Guest> {
  const { image, devices, forward, accelerator, onLine } = options;
  const forwarded = `hostfwd=tcp:127.0.0.1:${forward.hostPort}-:${forward.guestPort}`;
  const child = spawn(
    'qemu-system-x86_64',
    [
      [
        '-machine',
        'pc',
        '-accel',
        accelerator,
        '-m',
        String(memoryMegabytes),
        '-smp',
        '2',
        '-no-reboot',
      ],
      ['-nodefaults', '-display', 'none', '-serial', 'stdio', '-monitor', 'none'],
      ['-kernel', image.kernel, '-initrd', image.initramfs],
      ['-append', 'console=ttyS0 quiet loglevel=1 panic=-1'],
      ['-netdev', `user,id=net,${forwarded}`, '-device', 'e1000,netdev=net,romfile='],
      devices,
    ].flat(),
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  // A bench that is told to end leaves no machine behind.
  process.once('exit', () => child.kill('SIGKILL'));
  const shell = new GuestShell(child, onLine ?? (() => {}));
  try {
    await shell.ready(bootTimeoutMs);
  } catch (error) {
    await shell.end();
    throw error;
  }
  return shell;
}

class GuestShell implements Guest {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #onLine: (line: string) => void;
  readonly #ended: Promise<void>;
  #lines: string[] = [];
  #change = Promise.withResolvers<void>();
  #isOver = false;

  constructor(
    child: ChildProcessByStdio<Writable, Readable, null>,
    onLine: (line: string) => void,
  ) {
    this.#child = child;
    this.#onLine = onLine;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ended = promise;
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = `${rest}${text}`.replaceAll('\r', '').split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#take(line);
    });
    child.stdin.on('error', () => {});
    child.once('close', () => {
      this.#isOver = true;
      this.#notify();
      resolve();
    });
    child.once('error', () => resolve());
  }

  async ready(timeoutMs: number): Promise<void> {
    await this.#until(readyMark, timeoutMs, 'the start of the guest');
  }

  async run(line: string, timeoutMs = commandTimeoutMs): Promise<string> {
    const { status, said } = await this.attempt(line, timeoutMs);
    if (status !== 0) throw new Error(`in the guest, ${line} ended with ${status}: ${said}`);
    return said;
  }

  async attempt(line: string, timeoutMs = commandTimeoutMs) {
    this.#lines = [];
    this.#child.stdin.write(`${line}\n`);
    const end = await this.#until(doneMark, timeoutMs, line);
    const said = this.#lines.slice(0, -1).join('\n');
    return { status: Number(end.slice(doneMark.length)), said };
  }

  async end(): Promise<void> {
    if (!this.#isOver) this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #take(line: string): void {
    this.#onLine(line);
    this.#lines.push(line);
    this.#notify();
  }

  async #until(mark: string, timeoutMs: number, what: string): Promise<string> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#notify();
    }, timeoutMs);
    try {
      for (;;) {
        const found = this.#lines.find((line) => line.startsWith(mark));
        if (found !== undefined) return found;
        const words = this.#lines.slice(-20).join('\n');
        if (this.#isOver) throw new Error(`the guest ended: ${words}`);
        if (isLate) throw new Error(`${what} took too long: ${words}`);
        await this.#change.promise;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #notify(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers<void>();
  }
}
