// Printer description attributes of the device behind the printer: colour, speed, alerts, supplies
// (RFC 8011 5.4, PWG 5100.9, 5100.13, 5102.4).
import {
  boolean,
  clipToOctets,
  integer,
  keyword,
  octetString,
  outOfBand,
  resolution,
  text,
  uri,
} from '../../../../monitors/wire/ipp/values.ts';
import type { AttributeRow } from '../attribute-row.ts';
import { alertsOf, deviceIdOf, suppliesOf, urfOf } from '../device-text.ts';
import type { PrinterSource } from '../sources.ts';
import { rowsOf } from './row.ts';

const deviceIdOctets = 1023;
const textOctets = 1023;

const row = rowsOf<PrinterSource>('printer-description');

const speed: readonly AttributeRow<PrinterSource>[] = [
  row('color-supported', 'boolean', ({ abilities }) => boolean(abilities.color), 'RFC 8011 5.4.26'),
  row(
    'pages-per-minute',
    'integer(0:MAX)',
    ({ device }) => integer(device.pagesPerMinute ?? 0),
    'RFC 8011 5.4.36',
  ),
  row(
    'pages-per-minute-color',
    'integer(0:MAX)',
    ({ device, abilities }) =>
      abilities.color
        ? integer(device.pagesPerMinuteColor ?? device.pagesPerMinute ?? 0)
        : undefined,
    'RFC 8011 5.4.37',
  ),
];

const condition: readonly AttributeRow<PrinterSource>[] = [
  row(
    'printer-alert',
    '1setOf octetString(MAX)',
    ({ status }) => alertsOf(status).map(({ alert }) => octetString(Buffer.from(alert))),
    'PWG 5100.9 4.1',
  ),
  row(
    'printer-alert-description',
    '1setOf text(MAX)',
    ({ status }) => alertsOf(status).map(({ words }) => text(clipToOctets(words, textOctets))),
    'PWG 5100.9 4.2',
  ),
  row(
    'printer-supply',
    '1setOf octetString(MAX)',
    ({ device }) => suppliesOf(device).map(({ supply }) => octetString(Buffer.from(supply))),
    'PWG 5100.13 6.6.7',
  ),
  row(
    'printer-supply-description',
    '1setOf text(MAX)',
    ({ device }) => suppliesOf(device).map(({ words }) => text(clipToOctets(words, textOctets))),
    'PWG 5100.13 6.6.8',
  ),
  row(
    'printer-supply-info-uri',
    'uri',
    ({ uris, printer }) => uri(uris.page(printer.name)),
    'PWG 5100.13 6.5.13',
  ),
];

const identity: readonly AttributeRow<PrinterSource>[] = [
  row(
    'printer-device-id',
    'text(MAX)',
    ({ device, abilities }) => text(clipToOctets(deviceIdOf(device, abilities), deviceIdOctets)),
    'PWG 5107.2 3',
  ),
  row('printer-geo-location', 'uri | unknown', () => outOfBand.unknown, 'PWG 5100.13 6.6.3'),
  row('printer-organization', '1setOf text(MAX)', () => text(''), 'PWG 5100.13 6.6.4'),
  row('printer-organizational-unit', '1setOf text(MAX)', () => text(''), 'PWG 5100.13 6.6.5'),
  row(
    'identify-actions-default',
    '1setOf type2 keyword',
    () => keyword('display'),
    'PWG 5100.13 6.5.1',
  ),
  row(
    'identify-actions-supported',
    '1setOf type2 keyword',
    () => keyword('display'),
    'PWG 5100.13 6.5.2',
  ),
];

function isPwgRaster({ abilities }: PrinterSource): boolean {
  return abilities.formats.includes('image/pwg-raster');
}

function rasterTypesOf({ abilities, device }: PrinterSource): readonly string[] {
  return device.rasterTypes ?? [...(abilities.color ? ['srgb_8'] : []), 'sgray_8', 'black_1'];
}

const rasters: readonly AttributeRow<PrinterSource>[] = [
  row(
    'pwg-raster-document-resolution-supported',
    '1setOf resolution',
    (source) =>
      isPwgRaster(source)
        ? (source.device.rasterResolutionsDpi ?? source.abilities.resolutionsDpi).map((dpi) =>
            resolution(dpi, dpi, 'dpi'),
          )
        : undefined,
    'PWG 5102.4 4.8.1',
  ),
  row(
    'pwg-raster-document-sheet-back',
    'type2 keyword',
    (source) =>
      isPwgRaster(source) ? keyword(source.device.rasterSheetBack ?? 'normal') : undefined,
    'PWG 5102.4 4.8.2',
  ),
  row(
    'pwg-raster-document-type-supported',
    '1setOf type2 keyword',
    (source) => (isPwgRaster(source) ? rasterTypesOf(source).map(keyword) : undefined),
    'PWG 5102.4 4.8.3',
  ),
  row(
    'urf-supported',
    '1setOf keyword',
    ({ abilities, device }) =>
      abilities.formats.includes('image/urf')
        ? (device.urf ?? urfOf(abilities)).map(keyword)
        : undefined,
    'PWG 5100.14 5.2',
  ),
];

export const printerDevice: readonly AttributeRow<PrinterSource>[] = [
  ...speed,
  ...condition,
  ...identity,
  ...rasters,
];
