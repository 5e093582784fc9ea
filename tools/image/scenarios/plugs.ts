// Scenarios: plugs that are pulled, the printer's and the box's own.
import assert from 'node:assert/strict';
import { type Booth, makeDocument, until } from '../booth.ts';
import type { Scenario } from './contract.ts';
import {
  arrivedOnNetwork,
  digestOf,
  foundPrinter,
  isDone,
  kib,
  netPrinter,
  same,
} from './steps.ts';

export const plugScenarios: readonly Scenario[] = [
  {
    what: 'the USB printer is unplugged in the middle: anew from the start, and marked',
    short: true,
    async run(booth, { replug }) {
      const printer = await foundPrinter(booth, 'REDIR1');
      for (const port of printer.portNames) await booth.client.speakNothing(port);
      for (let round = 0; round < replug; round += 1) await pullPrinter(booth, printer.id, round);
      return `${replug} rounds: printed whole after each, and marked`;
    },
  },
  {
    what: "the box's plug is pulled while it takes and prints jobs",
    short: true,
    async run(booth, { kill }) {
      const times: number[] = [];
      let acknowledged = 0;
      for (let round = 0; round < kill; round += 1) {
        const promised = await pullBox(booth, round);
        await booth.addProbe();
        acknowledged += promised.length;
        times.push((await booth.boot()).seconds);
        await arrivedOnNetwork(booth, promised);
      }
      const slowest = Math.max(...times).toFixed(1);
      const fastest = Math.min(...times).toFixed(1);
      return (
        `${kill} rounds, ${acknowledged} acknowledged jobs, lost 0; ` +
        `ready ${fastest} to ${slowest} s after power on`
      );
    },
  },
];

async function pullPrinter(booth: Booth, printer: string, round: number): Promise<void> {
  booth.usb.clear();
  booth.usb.behave({ holdAtByte: 40 * kib });
  const document = makeDocument(200 * kib);
  const number = await booth.client.print(printer, `replug-${round}`, document);
  await until(booth, 'the first bytes', async () =>
    booth.usb.record().bytes >= 40 * kib ? true : undefined,
  );
  booth.usb.unplug();
  await booth.pause(1500);
  booth.usb.behave({});
  booth.usb.clear();
  booth.usb.plug();
  const digest = digestOf(document);
  await same(booth, 'the USB printer', digest, async () => booth.usb.record().sha256);
  const job = await until(booth, 'the job', async () =>
    (await booth.client.jobs()).find((each) => each.number === number && isDone(each)),
  );
  assert.equal(job.possiblyPrintedTwice, true);
}

/** Resolves with what was acknowledged until then. */
async function pullBox(booth: Booth, round: number): Promise<readonly string[]> {
  const printer = await netPrinter(booth);
  const promised: string[] = [];
  const least = 4 + round;
  const isFull = Promise.withResolvers<void>();
  const sender = sendUntilRefused(booth, printer.id, (digest) => {
    promised.push(digest);
    if (promised.length >= least) isFull.resolve();
  });
  await Promise.race([isFull.promise, sender]);
  await booth.kill();
  const why = await sender;
  assert.ok(promised.length >= least, `the box took ${promised.length} jobs, then: ${String(why)}`);
  return promised;
}

/** Resolves with the first refusal. */
async function sendUntilRefused(
  booth: Booth,
  printer: string,
  onAcknowledged: (digest: string) => void,
): Promise<unknown> {
  for (let count = 0; ; count += 1) {
    const document = makeDocument(60 * kib);
    try {
      await booth.client.print(printer, `job-${count}`, document);
    } catch (error) {
      // Once the plug was pulled: nobody was told that it is there.
      return error;
    }
    onAcknowledged(digestOf(document));
  }
}
