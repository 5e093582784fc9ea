// What an IPP printer says that it takes: read from a real answer, from any answer, kept with the
// port, and shown before the printer answers again.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test, type TestContext } from 'node:test';
import * as fc from 'fast-check';
import { abilitiesOf } from '../../firmware/servers/ipp/abilities.ts';
import type { DeviceStatus } from '../../monitors/contract.ts';
import { readDeviceFacts } from '../../monitors/ipp/device-facts.ts';
import { learnedFrom, learnedOf } from '../../monitors/ipp/learned.ts';
import { ippMonitorLimits as limits } from '../../monitors/ipp/limits.ts';
import { ippSettingsSchema } from '../../monitors/ipp/settings.ts';
import { decodeIppMessage } from '../../monitors/wire/ipp/decode.ts';
import { ippResponseLimits } from '../../monitors/wire/ipp/limits.ts';
import type { IppMessage, IppValue } from '../../monitors/wire/ipp/message.ts';
import {
  attribute,
  group,
  integer,
  keyword,
  name,
  range,
  resolution,
} from '../../monitors/wire/ipp/values.ts';
import type { Behaviour } from '../../tools/emulators/ipp-printer/behaviour.ts';
import { createFakeRegistry } from '../fakes/registry.ts';
import { createFakeNetwork } from '../fakes/network.ts';
import { VirtualClock } from '../world/clock.ts';
import { makeIppRig } from './ipp-rig.ts';
import { addPort, docOf, never, openPort, startInstance, xcv } from './port-monitor-suite.ts';
import { atEnd } from '../at-end.ts';

const uri = 'ipp://printer.example/ipp/print';

function saying(attributes: Readonly<Record<string, readonly IppValue[]>>): IppMessage {
  const list = Object.entries(attributes).flatMap(([each, [first, ...more]]) =>
    first === undefined ? [] : [attribute(each, first, ...more)],
  );
  const version = { major: 2, minor: 0 };
  return { version, code: 0, requestId: 1, groups: [group('printer-attributes', ...list)] };
}

describe('what a printer takes', () => {
  test('of ippeveprinter', async () => {
    const file = new URL(
      '../captures/ipp/eve-ipptool-get-printer-attributes.response.bin',
      import.meta.url,
    );
    const { takes, makeAndModel, supplies } = readDeviceFacts(
      decodeIppMessage(await readFile(file), { limits: ippResponseLimits, badValues: 'refuse' })
        .message,
    );
    assert.equal(makeAndModel, 'Example Laser 1');
    assert.ok(takes);
    assert.ok(takes.formats?.includes('image/pwg-raster'));
    assert.equal(takes.color, true);
    assert.deepEqual(takes.sides, ['one-sided']);
    assert.ok((takes.media?.length ?? 0) > 10);
    assert.deepEqual(takes.resolutionsDpi, [600]);
    assert.deepEqual(takes.rasterResolutionsDpi, [300, 600]);
    assert.deepEqual(takes.qualities, [4, 3, 5]);
    assert.equal(takes.marginHundredthsMm, 635);
    assert.ok(takes.rasterTypes?.includes('srgb_8'));
    assert.equal(supplies, undefined);
  });

  test('its defaults come first, and custom sizes are a range', () => {
    const { takes = {} } = readDeviceFacts(
      saying({
        'media-supported': [
          'na_letter_8.5x11in',
          'iso_a4_210x297mm',
          'custom_min_50x50mm',
          'custom_max_216x400mm',
        ].map(keyword),
        'media-default': [keyword('iso_a4_210x297mm')],
        'printer-resolution-supported': [resolution(300, 300, 'dpi'), resolution(600, 300, 'dpi')],
        'media-top-margin-supported': [integer(0), integer(500)],
        'media-left-margin-supported': [integer(300)],
      }),
    );
    assert.equal(takes.media?.[0], 'iso_a4_210x297mm');
    assert.deepEqual(takes.resolutionsDpi, [300]);
    assert.equal(takes.marginHundredthsMm, 300);
    const abilities = abilitiesOf({ formats: ['application/octet-stream'] }, takes);
    assert.deepEqual(abilities.media, ['iso_a4_210x297mm', 'na_letter_8.5x11in']);
    assert.deepEqual(abilities.customSizes, {
      least: 'custom_min_50x50mm',
      most: 'custom_max_216x400mm',
    });
  });

  test('a waste box is told by how full it is, and kept by the space that is left', () => {
    const { supplies } = readDeviceFacts(
      saying({
        'marker-names': [name('Black'), name('Waste'), name('Drum')],
        'marker-types': [keyword('toner'), keyword('waste-toner'), keyword('opc')],
        'marker-levels': [integer(40), integer(90), integer(-2)],
        'marker-colors': [name('#000000'), name('none')],
      }),
    );
    assert.deepEqual(
      supplies?.map(({ type, kind, level, colorant }) => [type, kind, level, colorant]),
      [
        ['toner', 'consumed', 40, 'black'],
        ['wasteToner', 'filled', 10, undefined],
        ['opc', 'consumed', 'unknown', undefined],
      ],
    );
  });

  test('is bounded, and never throws, whatever it says', () => {
    const values: fc.Arbitrary<IppValue> = fc.oneof(
      fc.string({ maxLength: 300 }).map((text): IppValue => keyword(text)),
      fc.string({ maxLength: 300 }).map((text): IppValue => name(text)),
      fc.integer().map((number): IppValue => integer(number)),
      fc.integer().map((number): IppValue => range(number, 0)),
      fc.integer({ min: -1, max: 1200 }).map((dpi): IppValue => resolution(dpi, dpi, 'dpi')),
    );
    const named = fc.constantFrom(
      'media-supported',
      'media-default',
      'printer-resolution-supported',
      'marker-names',
      'marker-levels',
      'media-top-margin-supported',
      'document-format-supported',
      'pages-per-minute',
    );
    fc.assert(
      fc.property(fc.dictionary(named, fc.array(values, { maxLength: 400 })), (attributes) => {
        const facts = readDeviceFacts(saying(attributes));
        const kept = learnedFrom(uri, facts);
        assert.ok(kept.length <= limits.learnedLength);
        abilitiesOf({ formats: [] }, facts.takes);
      }),
      { numRuns: 200 },
    );
  });
});

describe('what was learned', () => {
  const settingsWith = (learned: string) => ippSettingsSchema.parse({ uri, learned });

  test('comes back, of the same address alone', () => {
    const facts = { makeAndModel: 'Acme', takes: { formats: ['application/pdf'], color: true } };
    const learned = learnedFrom(uri, facts);
    assert.deepEqual(learnedOf(settingsWith(learned)), facts);
    assert.equal(learnedOf({ ...settingsWith(learned), uri: `${uri}/2` }), undefined);
    for (const text of ['', '{', '[]', '{"takes":3}', '{"uri":1,"takes":{}}']) {
      assert.equal(learnedOf(settingsWith(text)), undefined, text);
    }
  });
});

describe('the watch over a printer', () => {
  async function watched(t: TestContext, behaviour: Behaviour = {}) {
    const clock = new VirtualClock();
    const tcp = createFakeNetwork({ clock });
    const rig = await makeIppRig({ clock, tcp, floodBytes: 1024, behaviour });
    const registry = createFakeRegistry();
    const instance = await startInstance(rig, registry);
    atEnd(t, async () => {
      await instance.shutdown();
      await rig.dispose();
    });
    await addPort(instance.monitor, 'Desk', rig.portInput);
    const { monitor } = instance;
    const use = () => monitor.notifyUsedPorts?.(['Desk']);
    const last = (): DeviceStatus | undefined => instance.reports.at(-1)?.status;
    return { ...rig, rig, clock, registry, instance, monitor, use, last };
  }

  test('asks once the port is used, and again each minute', async (t) => {
    const { use, last, clock, printer } = await watched(t, { formats: ['image/pwg-raster'] });
    await clock.advance(limits.watchMs);
    assert.equal(last(), undefined);
    use();
    await clock.advance(1);
    assert.deepEqual(last()?.device?.takes?.formats, ['image/pwg-raster']);
    await printer.behave({ formats: ['image/pwg-raster', 'application/pdf'] });
    await clock.advance(limits.watchMs);
    assert.equal(last()?.device?.takes?.formats?.length, 2);
  });

  test('shows what is wrong, as a warning while the printer has not stopped', async (t) => {
    const reasons = ['media-empty-error'];
    const { use, last, clock, printer } = await watched(t, { printerReasons: reasons });
    use();
    await clock.advance(1);
    assert.deepEqual(last()?.reasons, [{ keyword: 'media-empty', severity: 'warning' }]);
    await printer.behave({ printerReasons: reasons, printerState: 5 });
    await clock.advance(limits.watchTroubledMs);
    assert.deepEqual(last()?.reasons, [{ keyword: 'media-empty', severity: 'error' }]);
    await printer.behave({});
    await clock.advance(limits.watchTroubledMs);
    assert.deepEqual(last()?.reasons, []);
  });

  test('keeps what it learned for a printer that is off, and never shows it twice', async (t) => {
    const { use, clock, printer, monitor, rig, registry, last } = await watched(t);
    use();
    await clock.advance(1);
    assert.ok(last()?.device?.takes?.formats?.includes('application/pdf'));
    const port = xcv(monitor, 'Desk');
    const { output } = await port.xcvDataPort('GetConfigInfo', null, never());
    assert.ok(!JSON.stringify(output).includes('learned'));
    await printer.behave({ refuse: true });
    const again = await startInstance(rig, registry.reopened());
    atEnd(t, () => again.shutdown());
    again.monitor.notifyUsedPorts?.(['Desk']);
    await clock.advance(1);
    assert.ok(again.reports[0]?.status.device?.takes?.formats?.includes('application/pdf'));
  });

  test('leaves a document’s reports alone, and adds to them what is known', async (t) => {
    const { use, clock, monitor, last } = await watched(t, { hold: true });
    use();
    await clock.advance(1);
    const port = await openPort(monitor, 'Desk');
    await port.startDocPort(docOf(10), never());
    assert.equal(last()?.busy, true);
    assert.ok(last()?.device?.takes?.formats !== undefined);
    await clock.advance(limits.watchMs * 3);
    assert.equal(last()?.busy, true);
  });
});
