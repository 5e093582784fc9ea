// A pseudo-terminal of socat's in the place of a serial cable, with a printer at its other end.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { settle } from '../world/clock.ts';
import { MarkedStream } from './document-marks.ts';

export interface Pty {
  readonly path: string;
  readonly marks: MarkedStream;
  plug(): Promise<void>;
  unplug(): Promise<void>;
  unplugAfter(sizeBytes: number): void;
  stall(): void;
  say(text: string): void;
  dispose(): Promise<void>;
}

type Socat = ChildProcessByStdio<Writable, Readable, Readable>;

interface Cable {
  readonly child: Socat;
  /** Keeps the terminal from being hung up between two openings, and carries the marks. */
  readonly fd: number;
}

export async function makePty(): Promise<Pty> {
  const folder = await mkdtemp(join(tmpdir(), 'platen-pty-'));
  const path = join(folder, 'tty');
  let cable: Cable | undefined;
  let leftBytes = Infinity;
  /** An unplugging that a byte count began goes on by itself; the next plug waits for its end. */
  let leaving: Promise<void> = Promise.resolve();

  const unplug = () => {
    leaving = leaving.then(takeAway);
    return leaving;
  };
  const takeAway = async () => {
    const old = cable;
    cable = undefined;
    if (old === undefined) return;
    const gone = new Promise<void>((resolve) => {
      old.child.once('close', () => resolve());
    });
    old.child.kill('SIGKILL');
    old.child.stdout.resume();
    closeSync(old.fd);
    await gone;
    await rm(path, { force: true });
  };
  const plug = async () => {
    await leaving;
    leftBytes = Infinity;
    if (cable !== undefined) return void cable.child.stdout.resume();
    const args = ['-d', '-d', `PTY,link=${path},rawer`, 'STDIO'];
    const child = spawn('socat', args, { stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.on('error', () => {});
    child.stdout.on('data', (part: Buffer) => {
      marks.push(part);
      leftBytes -= part.length;
      if (leftBytes <= 0) void unplug();
    });
    try {
      await untilStarted(child);
      const fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
      cable = { child, fd };
    } catch (error) {
      // A child that nobody unplugs would keep the test run from ending.
      child.kill('SIGKILL');
      throw error;
    }
  };
  const marks = new MarkedStream(async (mark) => {
    for (let left = mark; left.length > 0; ) {
      if (cable === undefined) return;
      try {
        left = left.subarray(writeSync(cable.fd, left));
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
      }
      await settle();
    }
  });
  await plug();
  return {
    path,
    marks,
    plug,
    unplug,
    unplugAfter(sizeBytes) {
      leftBytes = sizeBytes;
    },
    stall: () => void cable?.child.stdout.pause(),
    say: (text) => void cable?.child.stdin.write(text),
    async dispose() {
      await unplug();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** socat tells when it moves bytes. */
function untilStarted(child: Socat): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`socat ended: ${said}`)));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('starting data transfer loop')) resolve();
    });
  });
}
