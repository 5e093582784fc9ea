// What printers promise: made of what the device says, and the same in every attribute.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { abilitiesOf } from '../../firmware/servers/ipp/abilities.ts';
import { printerAttributes } from '../../firmware/servers/ipp/attribute-table.ts';
import type { DeviceDescription } from '../../firmware/servers/ipp/device.ts';
import { alertsOf, deviceIdOf, suppliesOf, urfOf } from '../../firmware/servers/ipp/device-text.ts';
import { readAttributes } from '../../firmware/servers/ipp/job-template.ts';
import { jobTemplate } from '../../firmware/servers/ipp/job-template.ts';
import { drawIcon, iconSizes } from '../../firmware/servers/ipp/resources/icon.ts';
import {
  customMediaName,
  mediaNames,
  mediaSizeOf,
} from '../../firmware/servers/ipp/template/media-names.ts';
import type { IppAttribute, IppValue } from '../../monitors/wire/ipp/message.ts';
import {
  attribute,
  attributeOf,
  collection,
  enumValue,
  integer,
  keyword,
  mimeMediaType,
  name,
  range,
  resolution,
} from '../../monitors/wire/ipp/values.ts';
import { startServers } from './harness.ts';
import { askIpp } from './ipp-client.ts';
import { WireClient } from './wire-client.ts';

const raw = abilitiesOf({ formats: ['application/octet-stream'] });
const pageFormats = ['application/pdf', 'image/jpeg', 'image/pwg-raster', 'image/urf'];
const duplex: DeviceDescription = {
  makeAndModel: 'Acme Laser',
  color: false,
  sides: ['one-sided', 'two-sided-long-edge'],
  media: ['na_letter_8.5x11in', 'nonsense', 'custom_label_100x150mm'],
  mediaReady: ['custom_label_100x150mm', 'iso_a4_210x297mm'],
  resolutionsDpi: [1200],
  qualities: [4, 5],
  pagesPerMinute: 40,
};

describe('abilities', () => {
  test('are those of any device until it says more', () => {
    assert.equal(raw.color, false);
    assert.deepEqual(raw.sides, ['one-sided']);
    assert.deepEqual(raw.media, mediaNames);
    assert.equal(abilitiesOf({ formats: pageFormats }).color, true);
  });

  test('are what the device says, less what nobody understands', () => {
    const abilities = abilitiesOf({ formats: pageFormats }, duplex);
    assert.deepEqual(abilities.media, ['na_letter_8.5x11in', 'custom_label_100x150mm']);
    assert.deepEqual(abilities.mediaReady, ['custom_label_100x150mm']);
    assert.deepEqual(abilities.resolutionsDpi, [1200]);
    assert.deepEqual(abilities.colorModes, ['monochrome', 'auto']);
    assert.deepEqual(urfOf(abilities), ['V1.4', 'CP1', 'PQ4', 'RS1200', 'W8', 'DM1']);
  });

  test('each default is among what is supported', () => {
    for (const abilities of [raw, abilitiesOf({ formats: pageFormats }, duplex)]) {
      for (const row of jobTemplate) {
        for (const value of row.byDefault(abilities) ?? []) {
          assert.ok(row.accepts(value, abilities), row.name);
        }
      }
    }
  });
});

describe('media', () => {
  test('say their own size', () => {
    assert.deepEqual(mediaSizeOf('iso_a4_210x297mm'), { x: 21_000, y: 29_700 });
    assert.deepEqual(mediaSizeOf('na_letter_8.5x11in'), { x: 21_590, y: 27_940 });
    for (const mediaName of mediaNames) assert.ok(mediaSizeOf(mediaName), mediaName);
    assert.equal(new Set(mediaNames).size, mediaNames.length);
    for (const wrong of ['a4', 'iso_a4_0x297mm', 'iso_a4_1..2x3mm', 'x'.repeat(10_000)]) {
      assert.equal(mediaSizeOf(wrong), undefined, wrong.slice(0, 20));
    }
  });

  test('have names where no table knows them', () => {
    const size = { x: 10_150, y: 15_200 };
    assert.deepEqual(mediaSizeOf(customMediaName(size)), size);
  });
});

const size = (x: number, y: number) =>
  collection(attribute('x-dimension', integer(x)), attribute('y-dimension', integer(y)));

const tickets: readonly {
  readonly asked: IppAttribute;
  /** What is kept; undefined: it is not accepted. */
  readonly kept: unknown;
}[] = [
  { asked: attribute('media', keyword('iso_a4_210x297mm')), kept: 'iso_a4_210x297mm' },
  { asked: attribute('media', keyword('custom_x_50x30mm')), kept: 'custom_x_50x30mm' },
  { asked: attribute('media', name('iso_a4_210x297mm')), kept: 'iso_a4_210x297mm' },
  { asked: attribute('media', keyword('custom_x_1x30mm')), kept: undefined },
  { asked: attribute('media', keyword('a4')), kept: undefined },
  {
    asked: attribute(
      'media-col',
      collection(
        attribute('media-size', size(21_000, 29_700)),
        attribute('media-source', keyword('auto')),
      ),
    ),
    kept: {
      'media-size': { 'x-dimension': 21_000, 'y-dimension': 29_700 },
      'media-source': 'auto',
    },
  },
  {
    asked: attribute(
      'media-col',
      collection(
        attribute('media-size', size(21_000, 29_700)),
        attribute('media-size-name', keyword('na_letter_8.5x11in')),
      ),
    ),
    kept: undefined,
  },
  { asked: attribute('media-col', collection(attribute('glitter', integer(1)))), kept: undefined },
  { asked: attribute('media-col', keyword('iso_a4_210x297mm')), kept: undefined },
  {
    asked: attribute('page-ranges', range(1, 3), range(5, 5)),
    kept: [
      [1, 3],
      [5, 5],
    ],
  },
  { asked: attribute('page-ranges', range(3, 1)), kept: undefined },
  { asked: attribute('printer-resolution', resolution(300, 300, 'dpi')), kept: 300 },
  { asked: attribute('printer-resolution', resolution(300, 600, 'dpi')), kept: undefined },
  { asked: attribute('finishings', enumValue(3)), kept: [3] },
  { asked: attribute('orientation-requested', enumValue(4)), kept: 4 },
  { asked: attribute('copies', integer(0)), kept: undefined },
  { asked: attribute('job-hold-until', keyword('weekend')), kept: 'weekend' },
  {
    asked: attribute(
      'overrides',
      collection(
        attribute('pages', range(1, 1)),
        attribute('document-numbers', range(1, 1)),
        attribute('media', keyword('na_letter_8.5x11in')),
      ),
    ),
    kept: [{ pages: [[1, 1]], 'document-numbers': [[1, 1]], media: 'na_letter_8.5x11in' }],
  },
  {
    asked: attribute('overrides', collection(attribute('copies', integer(2)))),
    kept: undefined,
  },
  { asked: attribute('__proto__', integer(1)), kept: undefined },
];

describe('job templates', () => {
  test('are kept as JSON and come back as they were, or are not accepted', () => {
    for (const { asked, kept } of tickets) {
      const { accepted, unsupported } = readAttributes([asked], raw);
      const what = JSON.stringify(asked);
      assert.deepEqual(accepted, kept === undefined ? {} : { [asked.name]: kept }, what);
      assert.equal(unsupported.length, kept === undefined ? 1 : 0, what);
      if (kept === undefined) continue;
      const json: unknown = JSON.parse(JSON.stringify(kept));
      const restored = jobTemplate.find((row) => row.name === asked.name)?.restore(json);
      assert.deepEqual(restored?.map(withoutLanguage), asked.values.map(withoutLanguage), what);
    }
  });

  test('what another version kept is left out', () => {
    for (const { name: rowName, restore } of jobTemplate) {
      for (const kept of [undefined, null, true, [[]], [{ a: 1 }]]) {
        const restored = restore(kept);
        assert.ok(restored === undefined || rowName === 'overrides', rowName);
      }
    }
  });
});

/** media may be asked for as a name; it is shown as a keyword. */
function withoutLanguage(value: IppValue): IppValue {
  return value.syntax === 'nameWithoutLanguage' ? keyword(value.value) : value;
}

describe('structured texts', () => {
  test('the device id is the device’s own, or made of the formats', () => {
    assert.equal(deviceIdOf({ deviceId: 'MFG:A;MDL:B;' }, raw), 'MFG:A;MDL:B;');
    const made = deviceIdOf({}, { formats: pageFormats });
    assert.equal(made, 'MFG:Platen;MDL:Print Server;CMD:PDF,JPEG,PWGRaster,URF;');
  });

  test('alerts are the reasons, one each', () => {
    const status = { state: 'stopped', message: '', queuedJobCount: 0 } as const;
    const reasons = ['paused', 'media-empty-error', 'toner-low-warning'];
    const alerts = alertsOf({ ...status, reasons }).map(({ alert }) => alert);
    assert.deepEqual(alerts, [
      'code=inputMediaSupplyEmpty;severity=critical;group=input',
      'code=markerTonerAlmostEmpty;severity=warning;group=markerSupplies',
    ]);
    assert.equal(alertsOf({ ...status, reasons: ['none'] }).length, 1);
  });

  test('supplies that nobody measures are unknown, not empty', () => {
    const [supply] = suppliesOf({});
    assert.match(supply?.supply ?? '', /;level=-2;/);
    const waste = {
      name: 'Waste',
      type: 'wasteToner',
      kind: 'filled',
      colorant: undefined,
    } as const;
    const [told] = suppliesOf({ supplies: [{ ...waste, levelPercent: 30 }] });
    assert.match(told?.supply ?? '', /class=receptacleThatIsFilled;type=wasteToner;.*level=30;/);
  });
});

describe('printer attributes by IPP', () => {
  test('come from the device and from the printer’s own settings', async () => {
    await using servers = await startServers({
      formats: pageFormats,
      describeDevice: async () => duplex,
    });
    const { message } = await askIpp(servers.httpPort, { operation: 'Get-Printer-Attributes' });
    const all = (each: string) =>
      attributeOf(message, 'printer-attributes', each)?.values.map(({ value }) => value);
    assert.deepEqual(all('printer-make-and-model'), ['Acme Laser']);
    assert.deepEqual(all('sides-supported'), ['one-sided', 'two-sided-long-edge']);
    assert.deepEqual(all('pages-per-minute'), [40]);
    assert.equal(all('pages-per-minute-color'), undefined);
    assert.deepEqual(all('document-format-supported'), [
      ...pageFormats,
      'application/octet-stream',
    ]);
    assert.deepEqual(all('pwg-raster-document-type-supported'), ['sgray_8', 'black_1']);
    assert.ok(all('ipp-features-supported')?.includes('ipp-everywhere'));
  });

  test('formats that are not offered show no attributes of theirs', async () => {
    await using servers = await startServers({ formats: ['application/octet-stream'] });
    const { message } = await askIpp(servers.httpPort, { operation: 'Get-Printer-Attributes' });
    for (const each of ['pwg-raster-document-type-supported', 'urf-supported']) {
      assert.equal(attributeOf(message, 'printer-attributes', each), undefined, each);
    }
    const format = attribute('document-format', mimeMediaType('image/urf'));
    const refused = await askIpp(servers.httpPort, {
      operation: 'Get-Printer-Attributes',
      operationAttributes: [format],
    });
    assert.equal(refused.status, 'client-error-document-format-not-supported');
  });

  test('every NAME-default has its NAME-supported', () => {
    const names = new Set(printerAttributes.map((row) => row.name));
    for (const each of names) {
      if (!each.endsWith('-default') || each === 'document-format-default') continue;
      assert.ok(names.has(each.replace(/-default$/, '-supported')), each);
    }
  });

  test('icons are PNG of the size that their name says; strings are beside them', async () => {
    await using servers = await startServers();
    const client = await WireClient.to(servers.httpPort);
    for (const sizePixels of iconSizes) {
      client.send(`GET /ipp/resources/icon-${sizePixels}.png HTTP/1.1\r\nHost: a\r\n\r\n`);
      const { status, headers, body } = await client.answer();
      assert.equal(status, 200);
      assert.equal(headers['content-type'], 'image/png');
      assert.equal(body.readUInt32BE(16), sizePixels);
      assert.ok(body.equals(drawIcon(sizePixels)));
    }
    client.send('GET /ipp/resources/en.strings HTTP/1.1\r\nHost: a\r\n\r\n');
    assert.match((await client.answer()).body.toString(), /^("[^"]+" = "[^"]+";\n)+$/);
    client.close();
    const icon = Buffer.from(drawIcon(48));
    const data = icon.subarray(icon.indexOf('IDAT') + 4);
    assert.equal(inflateSync(data.subarray(0, -16)).length, 48 * (1 + 48 * 4));
  });
});
