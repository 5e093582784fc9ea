// Printer description attributes of the queue's own files (RFC 8011 5.4.8, PWG 5100.13, 5100.18):
// what a Windows client gets by Point and Print, for any IPP client.
import {
  clipToOctets,
  attribute,
  collection,
  name,
  naturalLanguage,
  uri,
} from '../../../../monitors/wire/ipp/values.ts';
import { type FileRole, fileTypeOf } from '../../../queue-files/file-types.ts';
import type { FileEntry } from '../../../store/printer-data-rows.ts';
import type { AttributeRow } from '../attribute-row.ts';
import { iconSizes } from '../resources/icon.ts';
import { type Language, languages } from '../resources/strings.ts';
import type { PrinterSource } from '../sources.ts';
import { rowsOf } from './row.ts';

const nameOctets = 255;
/** uri(1023). */
const uriOctets = 1_023;

const row = rowsOf<PrinterSource>('printer-description');

export const printerFiles: readonly AttributeRow<PrinterSource>[] = [
  row(
    'printer-icc-profiles',
    '1setOf collection',
    (source) =>
      filesFor(source, 'profile').map((file) =>
        collection(
          attribute('profile-name', name(clipToOctets(file.title, nameOctets))),
          attribute('profile-uri', uri(uriOf(source, file))),
        ),
      ),
    'PWG 5100.13',
  ),
  {
    ...row(
      'printer-driver-installer',
      'uri',
      (source) => {
        const [first] = filesFor(source, 'driver');
        const where = source.queue.driverInstaller ?? (first && uriOf(source, first));
        return where === undefined ? undefined : uri(where);
      },
      'RFC 8011 5.4.8',
    ),
    settable: true,
  },
  row(
    'printer-static-resource-directory-uri',
    'uri',
    ({ uris, printer }) => uri(uris.files(printer.name)),
    'PWG 5100.18',
  ),
  row(
    'printer-icons',
    '1setOf uri',
    (source) => {
      const own = filesFor(source, 'icon').map((file) => uri(uriOf(source, file)));
      if (own.length > 0) return own;
      return iconSizes.map((size) => uri(source.uris.resource(`icon-${size}.png`)));
    },
    'PWG 5100.13 6.5.9',
  ),
  row(
    'printer-strings-languages-supported',
    '1setOf naturalLanguage',
    (source) => {
      const own = filesFor(source, 'strings').map(languageOf);
      return [...new Set([...languages, ...own])].map((language) => naturalLanguage(language));
    },
    'PWG 5100.13 6.5.12',
  ),
  row(
    'printer-strings-uri',
    'uri | no-value',
    (source) => uri(stringsFor(source)),
    'PWG 5100.13 6.5.11',
  ),
];

/** Those whose address is too long for the attribute are left out. */
function filesFor(source: PrinterSource, role: FileRole): readonly FileEntry[] {
  return source.queue.files.filter(
    (file) => fileTypeOf(file.name).role === role && uriOf(source, file).length <= uriOctets,
  );
}

function uriOf({ uris, printer }: PrinterSource, file: FileEntry): string {
  return uris.files(printer.name, file);
}

/** `de.strings`, `de-ch.strings`. */
function languageOf({ name: fileName }: FileEntry): string {
  const language = fileName.toLowerCase().replace(/\.strings$/, '');
  return /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/.test(language) ? language : 'en';
}

/**
 * In the client's language, or in one of its kind; a queue's own words stand before ours, also in
 * the language of last resort.
 */
function stringsFor(source: PrinterSource): string {
  const wanted = source.language?.toLowerCase() ?? languages[0];
  const kindOf = (language: string) => language.split('-')[0] ?? '';
  const files = filesFor(source, 'strings');
  const own = (is: (language: string) => boolean) => {
    const found = files.find((file) => is(languageOf(file)));
    return found === undefined ? undefined : uriOf(source, found);
  };
  const ours = languages.find((language) => language === kindOf(wanted));
  const resource = (language: Language) => source.uris.resource(`${language}.strings`);
  return (
    own((language) => language === wanted) ??
    own((language) => kindOf(language) === kindOf(wanted)) ??
    (ours === undefined ? undefined : resource(ours)) ??
    own((language) => language === languages[0]) ??
    resource(languages[0])
  );
}
