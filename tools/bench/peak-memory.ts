// The most memory that an appliance ever had resident while one raw job of a size came in and went
// out.

import { readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';

import {
  addPrinter,
  rawPortOf,
  startEmulator,
  startPlaten,
  whenReceivedCount,
} from '../up/platen.ts';
import type { PlatenCommand } from '../up/processes.ts';
import { seededRandom } from './random.ts';

const CHUNK_BYTES = 1024 * 1024;
const PRINTER = 'memory';
const ARRIVAL_TIMEOUT_MS = 300_000;

/** Starts an appliance of its own in the folder, and removes what it wrote. Resolves to bytes. */
export async function peakMemoryOfJob(
  command: PlatenCommand,
  folder: string,
  sizeBytes: number,
): Promise<number> {
  const [received, data] = [join(folder, 'received'), join(folder, 'data')];
  const emulator = await startEmulator(received);
  try {
    const platen = await startPlaten(command, data);
    try {
      await addPrinter(platen, PRINTER, emulator);
      await sendRaw(await rawPortOf(platen, PRINTER), sizeBytes);
      await whenReceivedCount(emulator, 1, ARRIVAL_TIMEOUT_MS);
      return await peakResidentBytes(platen.process.pid);
    } finally {
      await platen.process.stop();
    }
  } finally {
    await emulator.process.stop();
    await rm(received, { recursive: true, force: true });
    await rm(data, { recursive: true, force: true });
  }
}

/** Resolves once the appliance has acknowledged by its orderly close. */
async function sendRaw(port: number, sizeBytes: number): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const acknowledged = new Promise<void>((resolve, reject) => {
    socket.once('end', resolve);
    socket.once('error', reject);
  });
  socket.resume();
  const chunk = seededRandom(1).bytes(CHUNK_BYTES);
  for (let sent = 0; sent < sizeBytes; sent += CHUNK_BYTES) {
    const part = chunk.subarray(0, Math.min(CHUNK_BYTES, sizeBytes - sent));
    await new Promise<void>((resolve, reject) => {
      socket.write(part, (error) => (error ? reject(error) : resolve()));
    });
  }
  socket.end();
  await acknowledged;
}

/** VmHWM of proc(5): the peak, so that nothing is missed between two looks. */
export async function peakResidentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kibibytes = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1];
  if (kibibytes === undefined) throw new Error(`process ${pid} tells no peak memory`);
  return Number(kibibytes) * 1024;
}
