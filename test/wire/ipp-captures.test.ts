/**
 * Shows that what real clients and servers sent is understood and written again octet for octet.
 */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { decodeIppMessage, IppDecoder } from '../../monitors/wire/ipp/decode.ts';
import { encodeIppMessage } from '../../monitors/wire/ipp/encode.ts';
import { ippRequestLimits, ippResponseLimits } from '../../monitors/wire/ipp/limits.ts';
import type { IppMessage } from '../../monitors/wire/ipp/message.ts';
import { ippOperationName } from '../../monitors/wire/ipp/operations.ts';
import { ippStatusName } from '../../monitors/wire/ipp/status.ts';
import {
  attributeOf,
  first,
  groupOf,
  payloadOf,
  payloadsOf,
  unixMsOf,
  wordingOf,
} from '../../monitors/wire/ipp/values.ts';

const folder = new URL('../captures/ipp/', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.bin'));

function limitsOf(file: string): typeof ippRequestLimits {
  return file.endsWith('.request.bin') ? ippRequestLimits : ippResponseLimits;
}

function read(file: string): IppMessage {
  const octets = readFileSync(new URL(file, folder));
  return decodeIppMessage(octets, { limits: limitsOf(file) }).message;
}

describe('every capture', () => {
  for (const file of files) {
    test(`${file} is read and written again`, () => {
      const octets = new Uint8Array(readFileSync(new URL(file, folder)));
      const { message, rest } = decodeIppMessage(octets, { limits: limitsOf(file) });
      assert.equal(rest.length, 0);
      assert.deepEqual(encodeIppMessage(message), octets);
      const known = file.endsWith('.request.bin') ? ippOperationName : ippStatusName;
      assert.notEqual(known(message.code), undefined);
    });

    test(`${file} is the same octet by octet`, () => {
      const octets = readFileSync(new URL(file, folder));
      const decoder = new IppDecoder({ limits: limitsOf(file) });
      const steps = Array.from(octets, (octet) => decoder.push(Uint8Array.of(octet)));
      assert.deepEqual(
        steps.findIndex((step) => step.done),
        octets.length - 1,
      );
      const last = steps.at(-1);
      assert.deepEqual(last?.done === true ? last.message : undefined, read(file));
    });
  }
});

describe('known values', () => {
  test('lp creates a job with options and a name beyond ASCII', () => {
    const message = read('cupsd-lp-create-job.request.bin');
    assert.equal(ippOperationName(message.code), 'Create-Job');
    assert.deepEqual(message.version, { major: 2, minor: 0 });
    const operation = 'operation-attributes';
    assert.equal(wordingOf(first(message, operation, 'job-name')), 'Größe 日本');
    assert.equal(wordingOf(first(message, operation, 'requesting-user-name')), 'alice');
    assert.equal(payloadOf(first(message, 'job-attributes', 'copies'), 'integer'), 2);
    assert.equal(payloadOf(first(message, 'job-attributes', 'media'), 'keyword'), 'A4');
    assert.equal(payloadOf(first(message, 'job-attributes', 'fit-to-page'), 'boolean'), true);
  });

  test('lp sends two documents', () => {
    const lastDocument = ['first', 'last'].map((which) => {
      const message = read(`cupsd-lp-send-document-${which}.request.bin`);
      assert.equal(ippOperationName(message.code), 'Send-Document');
      return payloadOf(first(message, 'operation-attributes', 'last-document'), 'boolean');
    });
    assert.deepEqual(lastDocument, [false, true]);
  });

  test('lpstat gets one group a job', () => {
    const { groups } = read('cupsd-lpstat-get-jobs.response.bin');
    assert.ok(groups.filter(({ tag }) => tag === 'job-attributes').length > 1);
  });

  test('ipptool sends media-col as a collection in a collection', () => {
    const message = read('cupsd-ipptool-print-job-media-col.request.bin');
    const mediaCol = first(message, 'job-attributes', 'media-col');
    assert.ok(mediaCol?.syntax === 'collection');
    const size = mediaCol.value.find(({ name }) => name === 'media-size')?.values[0];
    assert.ok(size?.syntax === 'collection');
    assert.deepEqual(
      size.value.map(({ name, values }) => [name, values[0]?.value]),
      [
        ['x-dimension', 10160],
        ['y-dimension', 15240],
      ],
    );
  });

  test('cupsd tells when a job was created', () => {
    const message = read('cupsd-ipptool-get-job-attributes.response.bin');
    const job = 'job-attributes';
    const created = payloadOf(first(message, job, 'date-time-at-creation'), 'dateTime');
    const seconds = payloadOf(first(message, job, 'time-at-creation'), 'integer');
    assert.ok(created !== undefined);
    assert.equal(unixMsOf(created) / 1000, seconds);
    assert.equal(first(message, job, 'date-time-at-completed')?.syntax, 'no-value');
  });

  test('cupsd reports an event', () => {
    const message = read('cupsd-ipptool-get-notifications.response.bin');
    const event = first(message, 'event-notification-attributes', 'notify-subscribed-event');
    assert.equal(payloadOf(event, 'keyword'), 'printer-stopped');
  });

  test('ippeveprinter describes itself', () => {
    const message = read('eve-ipptool-get-printer-attributes.response.bin');
    const printer = 'printer-attributes';
    assert.deepEqual(payloadOf(first(message, printer, 'copies-supported'), 'rangeOfInteger'), {
      lower: 1,
      upper: 999,
    });
    assert.deepEqual(
      payloadsOf(
        attributeOf(message, printer, 'pwg-raster-document-resolution-supported'),
        'resolution',
      ),
      [
        { crossFeed: 300, feed: 300, units: 'dpi' },
        { crossFeed: 600, feed: 600, units: 'dpi' },
      ],
    );
    const supply = payloadOf(first(message, printer, 'printer-supply'), 'octetString');
    assert.match(Buffer.from(supply ?? []).toString(), /^index=1;class=receptacle/);
  });

  test('ippeveprinter names what it does not support', () => {
    const message = read('eve-ipptool-print-job-media-col.response.bin');
    assert.equal(ippStatusName(message.code), 'client-error-attributes-or-values-not-supported');
    assert.deepEqual(
      groupOf(message, 'unsupported-attributes')?.attributes.map(({ name }) => name),
      ['document-format'],
    );
  });
});
