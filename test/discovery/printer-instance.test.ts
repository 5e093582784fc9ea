// Shows that what discovery says of a printer is what IPP says of it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { printerInstance } from '../../firmware/discovery/printer-instance.ts';
import { printerSubtypes, printerTxt } from '../../firmware/discovery/printer-txt.ts';
import { encodeTxt } from '../../firmware/discovery/txt-entry.ts';
import { printerAttributes, selectAttributes } from '../../firmware/servers/ipp/attribute-table.ts';
import { abilitiesOf } from '../../firmware/servers/ipp/abilities.ts';
import { createUriMaker } from '../../firmware/servers/ipp/uris.ts';
import type { PrinterSource } from '../../firmware/servers/ipp/sources.ts';
import type { IppAttribute, IppValue } from '../../monitors/wire/ipp/message.ts';
import {
  attribute,
  enumValue,
  keyword,
  mimeMediaType,
  range,
  text,
  uri,
  wordingOf,
} from '../../monitors/wire/ipp/values.ts';
import { FakeSpooler } from '../fakes/fake-spooler.ts';

async function makeSource(formats: readonly string[], name = 'office'): Promise<PrinterSource> {
  const spooler = new FakeSpooler({ printers: [name], formats });
  const [printer] = await spooler.printers.list();
  assert.ok(printer !== undefined);
  const placed = { ...printer, location: 'Größe, second floor' };
  return {
    printer: placed,
    status: spooler.status,
    device: {},
    queue: await spooler.files.facts(placed.id),
    abilities: abilitiesOf(placed, {}),
    stateChangedAt: { ms: 0, trusted: true },
    uris: createUriMaker({
      header: () => 'platen.local:8631',
      local: { address: '10.0.0.1', port: 8631 },
      secure: false,
    }),
    now: { upTimeSeconds: 1, wall: { ms: 0, trusted: true } },
    operations: [],
  };
}

const ports = { ipp: 8631, ipps: 8643, raw: 9100, lpd: undefined };

function txtOf(...attributes: readonly (readonly [string, IppValue, ...IppValue[]])[]) {
  const list: readonly IppAttribute[] = attributes.map(([name, first, ...more]) =>
    attribute(name, first, ...more),
  );
  return new Map(printerTxt(list).map(({ key, value }) => [key, value]));
}

describe('a printer as services', () => {
  test('says what Get-Printer-Attributes says', async () => {
    const source = await makeSource(['application/pdf', 'application/octet-stream']);
    const instance = printerInstance({ source, ports });
    const ipp = new Map(
      instance.services
        .find(({ type }) => type === '_ipp')
        ?.txt.map(({ key, value }) => [key, value]),
    );
    const says = new Map(
      selectAttributes(printerAttributes, ['all', 'printer-description'], source).map((each) => [
        each.name,
        each.values,
      ]),
    );
    assert.equal(ipp.get('ty'), wordingOf(says.get('printer-make-and-model')?.[0]));
    assert.equal(ipp.get('note'), 'Größe, second floor');
    assert.equal(ipp.get('pdl'), 'application/pdf,application/octet-stream');
    assert.equal(ipp.get('UUID'), source.printer.id);
    assert.equal(ipp.get('rp'), 'ipp/print/office');
    assert.equal(ipp.get('adminurl'), 'http://platen.local:8631/printers/office');
    assert.equal(ipp.get('Duplex'), 'F');
    assert.equal([...ipp.keys()][0], 'txtvers');
  });

  test('IPP, IPPS and raw where they are on; the name of LPD is taken all the same', async () => {
    const source = await makeSource(['application/octet-stream']);
    const services = printerInstance({ source, ports }).services;
    assert.deepEqual(
      services.map(({ type, port, subtypes }) => [type, port, subtypes]),
      [
        ['_ipp', 8631, []],
        ['_ipps', 8643, []],
        ['_pdl-datastream', 9100, []],
        ['_printer', 0, []],
      ],
    );
    assert.ok(services[1]?.txt.some(({ key, value }) => key === 'TLS' && value === '1.3'));
    assert.ok(!services[2]?.txt.some(({ key }) => key === 'rp'));
    const off = { ipp: 8631, ipps: undefined, raw: undefined, lpd: 515 };
    const others = printerInstance({ source, ports: off, name: 'Büro' });
    assert.deepEqual(
      others.services.map(({ type }) => type),
      ['_ipp', '_printer'],
    );
    const lpd = others.services[1]?.txt.find(({ key }) => key === 'rp');
    assert.equal(lpd?.value, 'office');
    assert.equal(others.name, 'Büro');
  });

  test('a name with a space or a percent sign is in rp as it is', async () => {
    const source = await makeSource([], 'second floor 100%');
    const [ipp] = printerInstance({ source, ports }).services;
    assert.equal(ipp?.txt.find(({ key }) => key === 'rp')?.value, 'ipp/print/second floor 100%');
  });
});

describe('TXT entries', () => {
  test('subtypes are said where they are true', () => {
    const formats = (...types: readonly [string, ...string[]]) => {
      const [first, ...more] = types;
      const values = more.map(mimeMediaType);
      return attribute('document-format-supported', mimeMediaType(first), ...values);
    };
    const urf = attribute('urf-supported', keyword('V1.4'));
    assert.deepEqual(printerSubtypes([formats('application/octet-stream')]), []);
    assert.deepEqual(printerSubtypes([formats('image/pwg-raster')]), ['_print']);
    assert.deepEqual(printerSubtypes([formats('image/urf')]), []);
    assert.deepEqual(printerSubtypes([formats('image/urf', 'image/pwg-raster'), urf]), [
      '_print',
      '_universal',
    ]);
  });

  test('abilities become T and F', () => {
    const txt = txtOf(
      ['sides-supported', keyword('one-sided'), keyword('two-sided-long-edge')],
      ['copies-supported', range(1, 1)],
      ['finishings-supported', enumValue(3), enumValue(4)],
      ['multiple-document-handling-supported', keyword('separate-documents-collated-copies')],
    );
    const said = [...txt].filter(([key]) => key !== 'txtvers' && key !== 'qtotal');
    assert.deepEqual(said, [
      ['Duplex', 'T'],
      ['Copies', 'F'],
      ['Collate', 'T'],
      ['Staple', 'T'],
      ['Punch', 'F'],
      ['Bind', 'F'],
    ]);
  });

  test('the largest paper has a name', () => {
    const paper = (media: string) => txtOf(['media-supported', keyword(media)]).get('PaperMax');
    assert.equal(paper('iso_a4_210x297mm'), 'legal-A4');
    assert.equal(paper('na_letter_8.5x11in'), '<legal-A4');
    assert.equal(paper('na_legal_8.5x14in'), 'legal-A4');
    assert.equal(paper('iso_a3_297x420mm'), 'tabloid-A3');
    assert.equal(paper('iso_a6_105x148mm'), '<legal-A4');
    assert.equal(paper('custom'), undefined);
  });

  test('who wants a password says so', () => {
    const air = (...ways: readonly [string, ...string[]]) => {
      const [first, ...more] = ways;
      return txtOf(['uri-authentication-supported', keyword(first), ...more.map(keyword)]).get(
        'air',
      );
    };
    assert.equal(air('requesting-user-name'), 'none');
    assert.equal(air('none', 'basic'), 'username,password');
    assert.equal(air('certificate'), 'certificate');
  });

  test('lists end between two entries, texts between two characters, at 255 octets', () => {
    const formats = Array.from({ length: 40 }, (_, at) =>
      mimeMediaType(`application/x-kind-${at}`),
    );
    const [first, ...more] = formats;
    assert.ok(first !== undefined);
    const pdl = txtOf(['document-format-supported', first, ...more]).get('pdl') ?? '';
    assert.ok(pdl.length > 200 && pdl.length + 4 <= 255);
    assert.match(pdl, /,application\/x-kind-\d+$/);
    const note = txtOf(['printer-location', text('ö'.repeat(300))]).get('note') ?? '';
    const [octets] = encodeTxt([{ key: 'note', value: note }]);
    assert.equal(octets?.length, 255);
    assert.match(Buffer.from(octets ?? []).toString(), /^note=ö+$/);
  });

  test('a URI that names no printer has no path', () => {
    assert.equal(txtOf(['printer-uri-supported', uri('ipp://host/')]).get('rp'), undefined);
  });
});
