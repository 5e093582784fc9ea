// USB ports that speak IPP are asked what their printer takes, as ipp ports are.
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { ippMonitorLimits } from '../../monitors/ipp/limits.ts';
import { usbMonitorLimits } from '../../monitors/usb/limits.ts';
import { createFakeRegistry } from '../fakes/registry.ts';
import { addPort, docOf, never, openPort, startInstance, xcv } from './port-monitor-suite.ts';
import { makeUsbIppRig } from './usb-ipp-rig.ts';
import { atEnd } from '../at-end.ts';

const { watchMs } = ippMonitorLimits;
const { lookEachMs } = usbMonitorLimits;
const getPrinterAttributes = 0x000b;

async function watched(t: TestContext, settings: Readonly<Record<string, string>> = {}) {
  const rig = await makeUsbIppRig();
  await rig.printer.behave({ formats: ['image/urf'] });
  const registry = createFakeRegistry();
  const instance = await startInstance(rig, registry);
  atEnd(t, async () => {
    await instance.shutdown();
    await rig.dispose();
  });
  await addPort(instance.monitor, 'USB1', { ...rig.portInput, ...settings });
  const { monitor, reports } = instance;
  const last = () => reports.at(-1)?.status;
  return {
    ...rig,
    rig,
    registry,
    monitor,
    last,
    use: () => monitor.notifyUsedPorts?.(['USB1']),
    formats: () => last()?.device?.takes?.formats,
    questions: () => rig.printer.requests.get(getPrinterAttributes) ?? 0,
  };
}

describe('the watch over an IPP printer on USB', () => {
  test('asks once the port is used, and again each minute', async (t) => {
    const { clock, printer, use, formats, questions, host } = await watched(t);
    await clock.advance(watchMs);
    assert.equal(questions(), 0);
    use();
    await clock.advance(1_000);
    assert.deepEqual(formats(), ['image/urf']);
    await printer.behave({ formats: ['image/urf', 'application/pdf'] });
    await clock.advance(watchMs);
    assert.equal(formats()?.length, 2);
    await clock.advance(5_000);
    assert.equal(host.openChannels, 0);
  });

  test('says what is wrong, and that the printer is gone; what it takes stays', async (t) => {
    const { clock, printer, host, monitor, use, last, formats } = await watched(t);
    const port = await openPort(monitor, 'USB1');
    await printer.behave({ formats: ['image/urf'], printerReasons: ['media-empty-warning'] });
    use();
    await clock.advance(1_000);
    const keywords = () => last()?.reasons.map(({ keyword }) => keyword);
    assert.deepEqual(keywords(), ['media-empty']);
    host.unplug();
    await clock.advance(2 * lookEachMs);
    assert.deepEqual(keywords(), ['offline-report']);
    assert.deepEqual(formats(), ['image/urf']);
    host.plug();
    await clock.advance(2 * lookEachMs);
    assert.deepEqual(keywords(), ['media-empty'], 'asked as soon as it came');
    await port.closePort(never());
  });

  test('keeps what it learned for a printer that is off, and for no other one', async (t) => {
    const { clock, host, monitor, rig, registry, use, formats } = await watched(t);
    use();
    await clock.advance(1_000);
    assert.deepEqual(formats(), ['image/urf']);
    const { output } = await xcv(monitor, 'USB1').xcvDataPort('GetConfigInfo', null, never());
    assert.ok(!JSON.stringify(output).includes('learned'));
    host.unplug();
    const again = await startInstance(rig, registry.reopened());
    atEnd(t, () => again.shutdown());
    again.monitor.notifyUsedPorts?.(['USB1']);
    await clock.advance(1);
    assert.deepEqual(again.reports[0]?.status.device?.takes?.formats, ['image/urf']);
    const input = { device: 'usb://1209:f022/serial/OTHER' };
    const changed = await xcv(monitor, 'USB1').xcvDataPort('ConfigPort', input, never());
    assert.equal(changed.status, 'ERROR_SUCCESS', JSON.stringify(changed));
    const other = await startInstance(rig, registry.reopened());
    atEnd(t, () => other.shutdown());
    other.monitor.notifyUsedPorts?.(['USB1']);
    await clock.advance(1);
    assert.deepEqual(other.reports, []);
  });

  test("asks nothing where documents go raw, and leaves a document's reports alone", async (t) => {
    const raw = await watched(t, { protocol: 'raw' });
    raw.use();
    await raw.clock.advance(3 * watchMs);
    assert.equal(raw.questions(), 0);
    const { clock, printer, monitor, use, last } = await watched(t);
    await printer.behave({ hold: true });
    const port = await openPort(monitor, 'USB1');
    const starting = port.startDocPort(docOf(10), never());
    await clock.advance(1_000);
    assert.equal((await starting).kind, 'started');
    use();
    await clock.advance(3 * watchMs);
    assert.equal(last()?.busy, true);
    const ending = port.endDocPort({ discard: true }, never());
    await clock.advance(1_000);
    await ending;
  });
});
