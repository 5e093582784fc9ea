/** Shows that the examples of RFC 8010 appendix A are read and written octet for octet. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeIppMessage } from '../../monitors/wire/ipp/decode.ts';
import { encodeIppMessage } from '../../monitors/wire/ipp/encode.ts';
import { ippRequestLimits } from '../../monitors/wire/ipp/limits.ts';
import type { IppMessage } from '../../monitors/wire/ipp/message.ts';
import { ippOperations } from '../../monitors/wire/ipp/operations.ts';
import { ippStatus } from '../../monitors/wire/ipp/status.ts';
import {
  attribute,
  boolean,
  charset,
  collection,
  enumValue,
  group,
  integer,
  keyword,
  name,
  nameIn,
  naturalLanguage,
  outOfBand,
  text,
  uri,
} from '../../monitors/wire/ipp/values.ts';
import { chars, hex, join } from './ipp-octets.ts';

interface Vector {
  readonly title: string;
  readonly octets: Uint8Array;
  readonly message: IppMessage;
  readonly document?: string;
}

const version = { major: 1, minor: 1 };
const pinetree = 'ipp://printer.example.com/ipp/print/pinetree';

/** attributes-charset utf-8 and attributes-natural-language en-us, which open every example. */
const opening = join(
  hex('47 0012'), // charset, name-length 18
  chars('attributes-charset'),
  hex('0005'), // value-length 5
  chars('utf-8'),
  hex('48 001b'), // naturalLanguage, name-length 27
  chars('attributes-natural-language'),
  hex('0005'), // value-length 5
  chars('en-us'),
);
const openingAttributes = [
  attribute('attributes-charset', charset('utf-8')),
  attribute('attributes-natural-language', naturalLanguage('en-us')),
];

const printerUri = join(
  hex('45 000b'), // uri, name-length 11
  chars('printer-uri'),
  hex('002c'), // value-length 44
  chars(pinetree),
);

const copies20 = join(
  hex('21 0006'), // integer, name-length 6
  chars('copies'),
  hex('0004 00000014'), // value-length 4, 20
);

const sidesUnsupported = join(
  hex('10 0005'), // unsupported, name-length 5
  chars('sides'),
  hex('0000'), // value-length 0
);

const jobCreated = join(
  hex('02'), // job-attributes-tag
  hex('21 0006'), // integer, name-length 6
  chars('job-id'),
  hex('0004 00000093'), // value-length 4, 147
  hex('45 0007'), // uri, name-length 7
  chars('job-uri'),
  hex('0030'), // value-length 48
  chars(`${pinetree}/147`),
  hex('23 0009'), // enum, name-length 9
  chars('job-state'),
  hex('0004 00000003'), // value-length 4, pending
);
const jobCreatedGroup = group(
  'job-attributes',
  attribute('job-id', integer(147)),
  attribute('job-uri', uri(`${pinetree}/147`)),
  attribute('job-state', enumValue(3)),
);
const refused = group(
  'unsupported-attributes',
  attribute('copies', integer(20)),
  attribute('sides', outOfBand.unsupported),
);

const vectors: readonly Vector[] = [
  {
    title: 'A.1 Print-Job request',
    octets: join(
      hex('0101 0002 00000001'), // IPP/1.1, Print-Job, request-id 1
      hex('01'), // operation-attributes-tag
      opening,
      printerUri,
      hex('42 0008'), // nameWithoutLanguage, name-length 8
      chars('job-name'),
      hex('0006'), // value-length 6
      chars('foobar'),
      hex('22 0016'), // boolean, name-length 22
      chars('ipp-attribute-fidelity'),
      hex('0001 01'), // value-length 1, true
      hex('02'), // job-attributes-tag
      copies20,
      hex('44 0005'), // keyword, name-length 5
      chars('sides'),
      hex('0013'), // value-length 19
      chars('two-sided-long-edge'),
      hex('03'), // end-of-attributes-tag
    ),
    document: '%!PDF...',
    message: {
      version,
      code: ippOperations['Print-Job'],
      requestId: 1,
      groups: [
        group(
          'operation-attributes',
          ...openingAttributes,
          attribute('printer-uri', uri(pinetree)),
          attribute('job-name', name('foobar')),
          attribute('ipp-attribute-fidelity', boolean(true)),
        ),
        group(
          'job-attributes',
          attribute('copies', integer(20)),
          attribute('sides', keyword('two-sided-long-edge')),
        ),
      ],
    },
  },
  {
    title: 'A.2 Print-Job response, successful',
    octets: join(
      hex('0101 0000 00000001'), // IPP/1.1, successful-ok, request-id 1
      hex('01'), // operation-attributes-tag
      opening,
      hex('41 000e'), // textWithoutLanguage, name-length 14
      chars('status-message'),
      hex('000d'), // value-length 13
      chars('successful-ok'),
      jobCreated,
      hex('03'), // end-of-attributes-tag
    ),
    message: {
      version,
      code: ippStatus['successful-ok'],
      requestId: 1,
      groups: [
        group(
          'operation-attributes',
          ...openingAttributes,
          attribute('status-message', text('successful-ok')),
        ),
        jobCreatedGroup,
      ],
    },
  },
  {
    title: 'A.3 Print-Job response, failure',
    octets: join(
      hex('0101 040b 00000001'), // client-error-attributes-or-values-not-supported
      hex('01'), // operation-attributes-tag
      opening,
      hex('41 000e'), // textWithoutLanguage, name-length 14
      chars('status-message'),
      hex('002f'), // value-length 47
      chars('client-error-attributes-or-values-not-supported'),
      hex('05'), // unsupported-attributes-tag
      copies20,
      sidesUnsupported,
      hex('03'), // end-of-attributes-tag
    ),
    message: {
      version,
      code: ippStatus['client-error-attributes-or-values-not-supported'],
      requestId: 1,
      groups: [
        group(
          'operation-attributes',
          ...openingAttributes,
          attribute('status-message', text('client-error-attributes-or-values-not-supported')),
        ),
        refused,
      ],
    },
  },
  {
    title: 'A.4 Print-Job response, success with attributes ignored',
    octets: join(
      hex('0101 0001 00000001'), // successful-ok-ignored-or-substituted-attributes
      hex('01'), // operation-attributes-tag
      opening,
      hex('41 000e'), // textWithoutLanguage, name-length 14
      chars('status-message'),
      hex('002f'), // value-length 47
      chars('successful-ok-ignored-or-substituted-attributes'),
      hex('05'), // unsupported-attributes-tag
      copies20,
      sidesUnsupported,
      jobCreated,
      hex('03'), // end-of-attributes-tag
    ),
    message: {
      version,
      code: ippStatus['successful-ok-ignored-or-substituted-attributes'],
      requestId: 1,
      groups: [
        group(
          'operation-attributes',
          ...openingAttributes,
          attribute('status-message', text('successful-ok-ignored-or-substituted-attributes')),
        ),
        refused,
        jobCreatedGroup,
      ],
    },
  },
  {
    title: 'A.5 Print-URI request',
    octets: join(
      hex('0101 0003 00000001'), // IPP/1.1, Print-URI, request-id 1
      hex('01'), // operation-attributes-tag
      opening,
      printerUri,
      hex('45 000c'), // uri, name-length 12
      chars('document-uri'),
      hex('0019'), // value-length 25
      chars('ftp://foo.example.com/foo'),
      hex('42 0008'), // nameWithoutLanguage, name-length 8
      chars('job-name'),
      hex('0006'), // value-length 6
      chars('foobar'),
      hex('02'), // job-attributes-tag
      hex('21 0006'), // integer, name-length 6
      chars('copies'),
      hex('0004 00000001'), // value-length 4, 1
      hex('03'), // end-of-attributes-tag
    ),
    message: {
      version,
      code: ippOperations['Print-URI'],
      requestId: 1,
      groups: [
        group(
          'operation-attributes',
          ...openingAttributes,
          attribute('printer-uri', uri(pinetree)),
          attribute('document-uri', uri('ftp://foo.example.com/foo')),
          attribute('job-name', name('foobar')),
        ),
        group('job-attributes', attribute('copies', integer(1))),
      ],
    },
  },
  {
    title: 'A.6 Create-Job request',
    octets: join(
      hex('0101 0005 00000001'), // IPP/1.1, Create-Job, request-id 1
      hex('01'), // operation-attributes-tag
      opening,
      printerUri,
      hex('03'), // end-of-attributes-tag
    ),
    message: {
      version,
      code: ippOperations['Create-Job'],
      requestId: 1,
      groups: [
        group(
          'operation-attributes',
          ...openingAttributes,
          attribute('printer-uri', uri(pinetree)),
        ),
      ],
    },
  },
  {
    title: 'A.7 Create-Job request with a collection',
    octets: join(
      hex('0101 0005 00000001'), // IPP/1.1, Create-Job, request-id 1
      hex('01'), // operation-attributes-tag
      opening,
      printerUri,
      hex('02'), // job-attributes-tag, left out in the printed example
      hex('34 0009'), // begCollection, name-length 9
      chars('media-col'),
      hex('0000'), // value-length 0
      hex('4a 0000 000a'), // memberAttrName, name-length 0, value-length 10
      chars('media-size'),
      hex('34 0000 0000'), // begCollection
      hex('4a 0000 000b'), // memberAttrName, value-length 11
      chars('x-dimension'),
      hex('21 0000 0004 00005208'), // integer, 21000
      hex('4a 0000 000b'), // memberAttrName, value-length 11
      chars('y-dimension'),
      hex('21 0000 0004 00007404'), // integer, 29700
      hex('37 0000 0000'), // endCollection
      hex('4a 0000 000a'), // memberAttrName, value-length 10
      chars('media-type'),
      hex('44 0000 000a'), // keyword, value-length 10
      chars('stationery'),
      hex('37 0000 0000'), // endCollection
      hex('03'), // end-of-attributes-tag
    ),
    message: {
      version,
      code: ippOperations['Create-Job'],
      requestId: 1,
      groups: [
        group(
          'operation-attributes',
          ...openingAttributes,
          attribute('printer-uri', uri(pinetree)),
        ),
        group(
          'job-attributes',
          attribute(
            'media-col',
            collection(
              attribute(
                'media-size',
                collection(
                  attribute('x-dimension', integer(21000)),
                  attribute('y-dimension', integer(29700)),
                ),
              ),
              attribute('media-type', keyword('stationery')),
            ),
          ),
        ),
      ],
    },
  },
  {
    title: 'A.8 Get-Jobs request, an attribute of several values',
    octets: join(
      hex('0101 000a 0000007b'), // IPP/1.1, Get-Jobs, request-id 123
      hex('01'), // operation-attributes-tag
      opening,
      printerUri,
      hex('21 0005'), // integer, name-length 5
      chars('limit'),
      hex('0004 00000032'), // value-length 4, 50
      hex('44 0014'), // keyword, name-length 20
      chars('requested-attributes'),
      hex('0006'), // value-length 6
      chars('job-id'),
      hex('44 0000 0008'), // a further keyword: name-length 0, value-length 8
      chars('job-name'),
      hex('44 0000 000f'), // a further keyword: name-length 0, value-length 15
      chars('document-format'),
      hex('03'), // end-of-attributes-tag
    ),
    message: {
      version,
      code: ippOperations['Get-Jobs'],
      requestId: 123,
      groups: [
        group(
          'operation-attributes',
          ...openingAttributes,
          attribute('printer-uri', uri(pinetree)),
          attribute('limit', integer(50)),
          attribute(
            'requested-attributes',
            keyword('job-id'),
            keyword('job-name'),
            keyword('document-format'),
          ),
        ),
      ],
    },
  },
  {
    title: 'A.9 Get-Jobs response, three jobs of which one is empty',
    octets: join(
      hex('0101 0000 0000007b'), // IPP/1.1, successful-ok, request-id 123
      hex('01'), // operation-attributes-tag
      opening,
      hex('41 000e'), // textWithoutLanguage, name-length 14
      chars('status-message'),
      hex('000d'), // value-length 13
      chars('successful-ok'),
      hex('02'), // job-attributes-tag
      hex('21 0006'), // integer, name-length 6
      chars('job-id'),
      hex('0004 00000093'), // value-length 4, 147
      hex('36 0008'), // nameWithLanguage, name-length 8
      chars('job-name'),
      hex('000c 0005'), // value-length 12, language of 5
      chars('fr-ca'),
      hex('0003'), // name of 3
      chars('fou'),
      hex('02'), // job-attributes-tag: a job whose attributes are withheld
      hex('02'), // job-attributes-tag
      hex('21 0006'), // integer, name-length 6
      chars('job-id'),
      hex('0004 00000095'), // value-length 4, 149
      hex('36 0008'), // nameWithLanguage, name-length 8
      chars('job-name'),
      hex('0012 0005'), // value-length 18, language of 5
      chars('de-CH'),
      hex('0009'), // name of 9
      chars('isch guet'),
      hex('03'), // end-of-attributes-tag
    ),
    message: {
      version,
      code: ippStatus['successful-ok'],
      requestId: 123,
      groups: [
        group(
          'operation-attributes',
          ...openingAttributes,
          attribute('status-message', text('successful-ok')),
        ),
        group(
          'job-attributes',
          attribute('job-id', integer(147)),
          attribute('job-name', nameIn('fr-ca', 'fou')),
        ),
        group('job-attributes'),
        group(
          'job-attributes',
          attribute('job-id', integer(149)),
          attribute('job-name', nameIn('de-CH', 'isch guet')),
        ),
      ],
    },
  },
];

describe('RFC 8010 appendix A', () => {
  for (const { title, octets, message, document = '' } of vectors) {
    test(`${title} is read`, () => {
      const decoded = decodeIppMessage(join(octets, chars(document)), { limits: ippRequestLimits });
      assert.deepEqual(decoded.message, message);
      assert.equal(Buffer.from(decoded.rest).toString(), document);
    });

    test(`${title} is written`, () => {
      assert.deepEqual(encodeIppMessage(message), octets);
    });
  }
});
