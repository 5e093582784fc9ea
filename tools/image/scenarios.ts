// What is shown on a booted image, in this order.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../run.ts';
import { places } from './disk.ts';
import { bootTimeoutMs, type Booth, hostInGuest, makeDocument, until } from './booth.ts';
import { mibBytes } from './contract.ts';
import type { Machine } from './machine.ts';

export interface Rounds {
  readonly replug: number;
  readonly kill: number;
}

const kib = 1024;

/** Starts the box and makes its administrator. */
export async function firstBoot(booth: Booth): Promise<{ machine: Machine; said: string }> {
  const { machine, seconds, ready } = await booth.boot();
  const code = /"setUpCode":"([^"]+)"/.exec(ready)?.[1];
  assert.ok(code, 'the console shows the set-up code');
  await booth.client.setUp(code);
  return { machine, said: `ready ${seconds.toFixed(1)} s after power on (first boot)` };
}

export async function printsOnUsb(booth: Booth): Promise<string> {
  const printer = await until(booth, 'the USB printer', async () =>
    (await booth.client.printers()).find(({ name }) => name.includes('REDIR1')),
  );
  for (const port of printer.portNames) await booth.client.speakNothing(port);
  const document = makeDocument(256 * kib);
  const file = join(booth.folder, 'document');
  await writeFile(file, document);
  booth.usb.clear();
  const startMs = booth.nowMs();
  await booth.client.lp(printer.name, file);
  await untilUsb(booth, document);
  const seconds = ((booth.nowMs() - startMs) / 1000).toFixed(1);
  return `${printer.name}: 256 KiB by lp, byte-equal, in ${seconds} s`;
}

export async function printsOnNetwork(booth: Booth): Promise<string> {
  await booth.client.addNetworkPrinter('net', hostInGuest, booth.network.local.port);
  const document = makeDocument(256 * kib);
  const file = join(booth.folder, 'document');
  await writeFile(file, document);
  await booth.client.lp('net', file);
  await arrived(booth, [digestOf(document)]);
  return '256 KiB by lp, byte-equal';
}

/** Unplugged in the middle of a job, plugged in again: printed again from its start, and marked. */
export async function replugs(booth: Booth, rounds: number): Promise<string> {
  const [printer] = (await booth.client.printers()).filter(({ name }) => name.includes('REDIR1'));
  assert.ok(printer, 'the USB printer is there');
  for (let round = 0; round < rounds; round += 1) {
    booth.usb.clear();
    booth.usb.behave({ holdAtByte: 40 * kib });
    const document = makeDocument(200 * kib);
    const number = await booth.client.print(printer.id, `replug-${round}`, document);
    await booth.usb.until(({ bytes }) => bytes >= 40 * kib);
    booth.usb.unplug();
    await booth.pause(1500);
    booth.usb.behave({});
    booth.usb.clear();
    booth.usb.plug();
    await untilUsb(booth, document);
    const job = await until(booth, 'the job', async () =>
      (await booth.client.jobs()).find((each) => each.number === number && isDone(each)),
    );
    assert.equal(job.possiblyPrintedTwice, true);
  }
  return `${rounds} rounds: printed whole after each, and marked`;
}

/** The plug is pulled while it takes and prints jobs; what was acknowledged is printed. */
export async function killRounds(
  booth: Booth,
  first: Machine,
  rounds: number,
): Promise<{ machine: Machine; said: string }> {
  let machine = first;
  const times: number[] = [];
  let acknowledged = 0;
  const printer = (await booth.client.printers()).find(({ name }) => name === 'net');
  assert.ok(printer, 'the network printer is there');
  for (let round = 0; round < rounds; round += 1) {
    const promised: string[] = [];
    const isFull = Promise.withResolvers<void>();
    const sender = sendUntilRefused(booth, printer.id, (digest) => {
      promised.push(digest);
      if (promised.length >= 4 + round) isFull.resolve();
    });
    await Promise.race([isFull.promise, sender]);
    await machine.kill();
    await sender;
    acknowledged += promised.length;
    const booted = await booth.boot();
    ({ machine } = booted);
    times.push(booted.seconds);
    await booth.client.logIn();
    await arrived(booth, promised);
  }
  const slowest = Math.max(...times).toFixed(1);
  const fastest = Math.min(...times).toFixed(1);
  return {
    machine,
    said:
      `${rounds} rounds, ${acknowledged} acknowledged jobs, lost 0; ` +
      `ready ${fastest} to ${slowest} s after power on`,
  };
}

/** One block of the slot is another: what lies there can't be read, and the kernel says why. */
export async function corruptedRoot(booth: Booth): Promise<string> {
  const slot = places[1]?.startMib ?? 0;
  const disk = await open(booth.disk, 'r+');
  try {
    // The first blocks are read by every mount.
    for (let at = 1; at < 512; at += 1) {
      await disk.write(Buffer.from([0xa5]), 0, 1, slot * mibBytes + at * 64 * kib + 100);
    }
  } finally {
    await disk.close();
  }
  const machine = await booth.start();
  const line = await machine.said('is corrupted', bootTimeoutMs);
  await machine.kill();
  assert.match(line, /device-mapper: verity: /);
  return line.replace(/^.*device-mapper/, 'device-mapper');
}

/** The data partition is no file system any more, then it is gone: the box says what is wrong. */
export async function damagedData(booth: Booth, running: Machine): Promise<string> {
  await running.kill();
  const disk = await open(booth.disk, 'r+');
  try {
    const zeros = Buffer.alloc(mibBytes);
    for (let mib = 0; mib < 2; mib += 1) {
      const at = ((places[3]?.startMib ?? 0) + mib) * mibBytes;
      await disk.write(zeros, 0, zeros.length, at);
    }
  } finally {
    await disk.close();
  }
  const damaged = await pageOf(booth, /damaged/);
  await run('sfdisk', ['-q', '--delete', booth.disk, '4'], '/');
  const missing = await pageOf(booth, /missing/);
  return `"${damaged}"; "${missing}"`;
}

/** What a browser reads at the box's page once it has this in it. */
async function pageOf(booth: Booth, wanted: RegExp): Promise<string> {
  const machine = await booth.start();
  const look = async () => {
    const page = await booth.client.plainPage();
    return page !== undefined && wanted.test(page) ? page : undefined;
  };
  const page = await until(booth, 'the page that says what is wrong', look, bootTimeoutMs);
  await machine.kill();
  return /<p>([^<]*)</.exec(page)?.[1] ?? '';
}

async function sendUntilRefused(
  booth: Booth,
  printer: string,
  onAcknowledged: (digest: string) => void,
): Promise<void> {
  for (let count = 0; ; count += 1) {
    const document = makeDocument(60 * kib);
    try {
      await booth.client.print(printer, `job-${count}`, document);
    } catch {
      // The plug was pulled: nobody was told that it is there.
      return;
    }
    onAcknowledged(digestOf(document));
  }
}

async function arrived(booth: Booth, digests: readonly string[]): Promise<void> {
  const missing = () => {
    const there = new Set(
      booth.network
        .sessions()
        .filter(({ end }) => end === 'fin')
        .map(({ sha256 }) => sha256),
    );
    return digests.filter((digest) => !there.has(digest)).length;
  };
  try {
    await until(booth, 'printing', async () => (missing() === 0 ? true : undefined));
  } catch (error) {
    const jobs = JSON.stringify(await booth.client.jobs());
    throw new Error(`${missing()} of ${digests.length} documents did not arrive: ${jobs}`, {
      cause: error,
    });
  }
}

async function untilUsb(booth: Booth, document: Buffer): Promise<void> {
  const wanted = digestOf(document);
  try {
    await until(booth, 'the USB printer', async () =>
      booth.usb.record().sha256 === wanted ? true : undefined,
    );
  } catch (error) {
    const jobs = JSON.stringify(await booth.client.jobs());
    const record = JSON.stringify(booth.usb.record());
    throw new Error(`the USB printer has ${record}: ${jobs}`, { cause: error });
  }
}

function digestOf(document: Uint8Array): string {
  return createHash('sha256').update(document).digest('hex');
}

const isDone = ({ state }: { readonly state: string }) => state === 'completed';
