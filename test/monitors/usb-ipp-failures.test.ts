// How IPP over USB fails: pulled cables, printers that take nothing, that say nothing of use.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { WriteOutcome } from '../../monitors/contract.ts';
import { addPort, docOf, never, openPort, pattern, startInstance } from './port-monitor-suite.ts';
import { makeUsbIppRig } from './usb-ipp-rig.ts';
import { atEnd } from '../at-end.ts';

const completed = 9;
const stepMs = 250;
const longStepMs = 10_000;

async function start(t: TestContext, channels = 3) {
  const rig = await makeUsbIppRig(channels);
  const instance = await startInstance(rig);
  atEnd(t, async () => {
    await instance.shutdown();
    await rig.dispose();
  });
  await addPort(instance.monitor, 'USB1', rig.portInput);
  const port = await openPort(instance.monitor, 'USB1');
  /** Moves the clock for as long as something takes. */
  const during = async <T>(work: Promise<T>, byMs = stepMs): Promise<T> => {
    const over = new AbortController();
    work.finally(() => over.abort()).catch(() => {});
    while (!over.signal.aborted) await rig.clock.advance(byMs);
    return work;
  };
  const begin = async (sizeBytes: number) => {
    const started = await during(port.startDocPort(docOf(sizeBytes), never()));
    assert.equal(started.kind, 'started', JSON.stringify(started));
  };
  const write = (bytes: Uint8Array, byMs?: number): Promise<WriteOutcome> =>
    during(port.writePort(bytes, never()), byMs);
  const finish = async (bytes: Uint8Array) => {
    for (let left = bytes; left.length > 0; ) {
      const outcome = await write(left);
      assert.notEqual(outcome.kind, 'failed', JSON.stringify(outcome));
      left = left.subarray(outcome.writtenBytes);
    }
    return during(port.endDocPort({ discard: false }, never()));
  };
  const print = async (bytes: Uint8Array) => {
    await begin(bytes.length);
    return finish(bytes);
  };
  const printed = () => rig.printer.jobs().filter(({ state }) => state === completed);
  return { ...rig, ...instance, port, during, begin, write, finish, print, printed };
}

describe('an IPP printer on USB that is unplugged', () => {
  test('at each of 100 places fails the document, and prints the next one whole', async (t) => {
    const { port, host, printer, during, begin, write, print, printed } = await start(t);
    const bytes = pattern(5_000);
    for (let at = 0; at < 100; at += 1) {
      const stallAtByte = Math.floor((bytes.length * at) / 100);
      await printer.behave({ stallAtByte });
      await begin(bytes.length);
      const writing = port.writePort(bytes, never());
      await during(printer.until((jobs) => (jobs.at(-1)?.bytes ?? 0) >= stallAtByte));
      host.unplug();
      // With all bytes handed over, the printer's own word decides: it is waited for.
      let outcome = await during(writing);
      host.plug();
      while (outcome.kind === 'waiting') outcome = await write(bytes.subarray(-1));
      assert.equal(outcome.kind, 'failed');
      const end = await during(port.endDocPort({ discard: true }, never()));
      assert.equal(end.outcome, 'failed');
      assert.ok(end.deliveredBytes >= stallAtByte && end.deliveredBytes <= bytes.length);
    }
    await printer.behave({});
    assert.equal((await print(bytes)).outcome, 'printed');
    assert.equal(printed().length, 1);
    assert.ok(printer.dataOf(printed()[0]?.id ?? 0).equals(bytes));
  });
});

describe('an IPP printer on USB that takes nothing', () => {
  test('for an hour is waited for, and gets each byte once', async (t) => {
    const { printer, begin, write, finish, printed } = await start(t);
    const bytes = pattern(1024 * 1024);
    await printer.behave({ stallAtByte: 100_000 });
    await begin(bytes.length);
    let left: Uint8Array = bytes;
    for (let minute = 0; minute < 120; minute += 1) {
      const outcome = await write(left, longStepMs);
      assert.equal(outcome.kind, 'waiting', JSON.stringify(outcome));
      left = left.subarray(outcome.writtenBytes);
    }
    await printer.behave({});
    const end = await finish(left);
    assert.deepEqual([end.outcome, end.deliveredBytes], ['printed', bytes.length]);
    assert.ok(printer.dataOf(printed()[0]?.id ?? 0).equals(bytes));
    assert.equal(printer.jobs().length, 1);
  });

  test('for it has no paper is waited for, says so, and prints once', async (t) => {
    const { printer, begin, write, finish, reports } = await start(t);
    const bytes = pattern(5_000);
    const printerReasons = ['media-empty-error'];
    await printer.behave({ hold: true, printerState: 5, printerReasons });
    await begin(bytes.length);
    let left: Uint8Array = bytes;
    for (let minute = 0; minute < 120; minute += 1) {
      const outcome = await write(left, longStepMs);
      assert.equal(outcome.kind, 'waiting', JSON.stringify(outcome));
      left = left.subarray(outcome.writtenBytes);
    }
    assert.ok(left.length > 0);
    const keywords = reports.at(-1)?.status.reasons.map(({ keyword }) => keyword);
    assert.ok(keywords?.includes('media-empty'), String(keywords));
    await printer.behave({});
    assert.equal((await finish(left)).outcome, 'printed');
    assert.equal(printer.jobs().length, 1);
  });

  test('lets its document be discarded, and prints the next one whole', async (t) => {
    const { port, printer, during, begin, write, print, printed } = await start(t);
    await printer.behave({ stallAtByte: 1_000 });
    await begin(1024 * 1024);
    assert.equal((await write(pattern(1024 * 1024))).kind, 'waiting');
    const end = await during(port.endDocPort({ discard: true }, never()));
    assert.equal(end.outcome, 'failed');
    await printer.behave({});
    assert.equal((await print(pattern(3_000))).outcome, 'printed');
    assert.equal(printed().length, 1);
  });
});

describe('an IPP printer on USB that answers nonsense', () => {
  for (const behaviour of [
    { garbage: 'hello\r\n' },
    { garbage: 'HTTP/1.1 200 OK\r\n\r\n\x02\x00' },
    { httpStatus: 500 },
  ]) {
    test(`${JSON.stringify(behaviour)} makes a document wait, until it is well`, async (t) => {
      const { port, printer, during, print } = await start(t);
      await printer.behave(behaviour);
      const started = await during(port.startDocPort(docOf(10), never()));
      assert.equal(started.kind, 'waiting', JSON.stringify(started));
      await printer.behave({});
      assert.equal((await print(pattern(10))).outcome, 'printed');
    });
  }
});

describe('an IPP printer on USB whose answer has no end', () => {
  for (const channels of [1, 3]) {
    test(`and has ${channels} channel(s) makes a document wait till it is well`, async (t) => {
      const { port, printer, during, print } = await start(t, channels);
      await printer.behave({ garbage: 'x'.repeat(1_000), endless: true });
      const started = await during(port.startDocPort(docOf(10), never()));
      assert.equal(started.kind, 'waiting', JSON.stringify(started));
      await printer.behave({});
      // With no other channel its port has to be reset first.
      const again = await during(port.startDocPort(docOf(10), never()));
      assert.equal(again.kind, channels === 1 ? 'waiting' : 'started', JSON.stringify(again));
      if (again.kind === 'waiting') assert.match(again.message, /no end; its port was reset/);
      else await during(port.endDocPort({ discard: true }, never()));
      assert.equal((await print(pattern(10))).outcome, 'printed');
    });
  }
});

describe('an IPP printer on USB that another program uses', () => {
  test('is waited for, says so, and prints once that has ended', async (t) => {
    const { port, host, during, print } = await start(t, 1);
    const [device] = await host.list();
    const [info] = device?.interfaces ?? [];
    assert.ok(device !== undefined && info !== undefined);
    const other = await host.open(device, info);
    const started = await during(port.startDocPort(docOf(10), never()));
    assert.ok(started.kind === 'waiting', JSON.stringify(started));
    assert.match(started.message, /another program uses the printer/);
    await other.close();
    assert.equal((await print(pattern(10))).outcome, 'printed');
  });
});
