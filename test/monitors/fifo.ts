// A real FIFO with a reader that works, stops, and goes away as told.
import { execFile } from 'node:child_process';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { settle, type VirtualClock } from '../world/clock.ts';
import { MarkedStream } from './document-marks.ts';
import type { PortMonitorRig } from './port-monitor-suite.ts';

export interface Fifo {
  readonly folder: string;
  readonly name: string;
  readonly marks: MarkedStream;
  read(): void;
  stop(): void;
  /** Nobody has it open any more. */
  leave(): void;
  leaveAfter(sizeBytes: number): void;
  dispose(): Promise<void>;
}

const { O_RDWR, O_NONBLOCK } = constants;

export async function makeFifo(): Promise<Fifo> {
  const folder = await mkdtemp(join(tmpdir(), 'platen-fifo-'));
  const path = join(folder, 'printer');
  await promisify(execFile)('mkfifo', [path]);
  let reader: { readonly fd: number; readonly socket: Socket } | undefined;
  let leftBytes = Infinity;

  const leave = () => {
    reader?.socket.destroy();
    reader = undefined;
  };
  const enter = () => {
    // Also for writing: so the FIFO has no end while the monitor opens and closes it.
    const fd = openSync(path, O_RDWR | O_NONBLOCK);
    const socket = new Socket({ fd, readable: true, writable: false });
    socket.on('data', (part) => {
      marks.push(Buffer.from(part));
      leftBytes -= part.length;
      if (leftBytes <= 0) leave();
    });
    socket.on('error', leave);
    reader = { fd, socket };
  };
  const marks = new MarkedStream(async (mark) => {
    for (let left = mark; left.length > 0; ) {
      if (reader === undefined) return;
      const fd = openSync(path, constants.O_WRONLY | O_NONBLOCK);
      try {
        left = left.subarray(writeSync(fd, left));
      } catch (error) {
        if (!isFull(error)) throw error;
      } finally {
        closeSync(fd);
      }
      await settle();
    }
  });
  enter();
  return {
    folder,
    name: 'printer',
    marks,
    read() {
      leftBytes = Infinity;
      if (reader === undefined) enter();
      else reader.socket.resume();
    },
    stop: () => void reader?.socket.pause(),
    leave,
    leaveAfter(sizeBytes) {
      leftBytes = sizeBytes;
      reader?.socket.resume();
    },
    async dispose() {
      leave();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
}

/** Fast enough for a test, slow enough for what the kernel and other processes have to do. */
const speed = 20;

/**
 * Moves a virtual clock with the real one for as long as `runs` says: for monitors that look again
 * after a moment at a device of the kernel, which knows nothing of virtual time.
 */
export function startTicking(clock: VirtualClock, runs: () => boolean): () => void {
  const stop = new AbortController();
  let lastMs = performance.now();
  const tick = async () => {
    while (!stop.signal.aborted) {
      const nowMs = performance.now();
      if (runs() && clock.pendingTimers > 0) await clock.advance((nowMs - lastMs) * speed);
      else await settle();
      lastMs = nowMs;
    }
  };
  void tick();
  return () => stop.abort();
}

/** The same rig, whose clock moves with the real one while the device works. */
export function withTicking(rig: PortMonitorRig): PortMonitorRig {
  let works = true;
  const stop = startTicking(rig.clock, () => works);
  const { device } = rig;
  return {
    ...rig,
    device: {
      ...device,
      async work() {
        works = true;
        await device.work();
      },
      async stall() {
        works = false;
        await device.stall();
      },
    },
    async dispose() {
      stop();
      await rig.dispose();
    },
  };
}
