// A Mosquitto of the test's own, and its clients as strangers.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { address, freePort } from './rig.ts';
import { atEnd } from '../at-end.ts';

export interface Mosquitto {
  readonly port: number;
  kill(): Promise<void>;
}

/** Anybody may publish and subscribe there: what protects the pair is the sealing. */
export async function startMosquitto(t: TestContext, port?: number): Promise<Mosquitto> {
  const folder = await mkdtemp(join(tmpdir(), 'platen-mosquitto-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  const chosen = port ?? (await freePort());
  const path = join(folder, 'mosquitto.conf');
  await writeFile(path, `listener ${chosen} ${address}\nallow_anonymous true\npersistence false\n`);
  const child = spawn('mosquitto', ['-c', path], { stdio: 'ignore' });
  const gone = once(child, 'exit');
  const kill = async () => {
    child.kill('SIGKILL');
    await gone;
  };
  atEnd(t, kill);
  const ended = gone.then(() => {
    throw new Error(`mosquitto ended: is port ${chosen} taken?`);
  });
  ended.catch(() => undefined);
  await Promise.race([reachable(chosen), ended]);
  return { port: chosen, kill };
}

async function reachable(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, address);
    const open = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    if (open) return;
  }
}

/** What a program says, and how it ends. */
export async function run(
  program: string,
  args: readonly string[],
): Promise<{ readonly status: number | null; readonly text: string }> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  }
  await once(child, 'close');
  return { status: child.exitCode, text };
}
