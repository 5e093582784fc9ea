// What IPP clients may say of a document: its format, its compression, its name.
import type { IppMessage } from '../../../monitors/wire/ipp/message.ts';
import { attribute, keyword, mimeMediaType } from '../../../monitors/wire/ipp/values.ts';
import type { DocumentRequest } from '../../intake/contract.ts';
import type { Printer } from '../../printers/printer.ts';
import { anyFormat, offeredFormats, takesFormat } from '../../printers/settings.ts';
import type { IppCall } from './call.ts';
import { compressionsSupported } from './compressions.ts';
import { IppFault } from './fault.ts';
import { valueIn, wordsIn } from './operation-attributes.ts';

/** What `lp -o raw` calls a document that nobody may convert: here that is true of all of them. */
const cupsRaw = 'application/vnd.cups-raw';

/** Throws where the printer does not take the document, before a byte of it is read. */
export async function documentRequest(call: IppCall, printer: Printer): Promise<DocumentRequest> {
  const { message, documentSizeBytes } = call;
  const compression = compressionIn(message);
  const known = documentSizeBytes !== undefined && compression === 'none';
  return {
    name: wordsIn(message, 'document-name') ?? '',
    format: (await formatIn(call, printer)) ?? anyFormat,
    compression,
    ...(known ? { sizeBytes: documentSizeBytes } : {}),
  };
}

/** document-format, checked; undefined where the client does not say. */
export async function formatIn(call: IppCall, printer: Printer): Promise<string | undefined> {
  const said = valueIn(call.message, 'document-format', 'mimeMediaType');
  const format = said === cupsRaw ? anyFormat : said;
  if (format === undefined) return undefined;
  const { formats } = await call.describeDevice(call.spooler, printer);
  if (takesFormat(offeredFormats(printer, formats), format)) return format;
  throw new IppFault(
    'client-error-document-format-not-supported',
    'The printer does not take this document format.',
    [attribute('document-format', mimeMediaType(format))],
  );
}

function compressionIn(message: IppMessage): (typeof compressionsSupported)[number] {
  const compression = valueIn(message, 'compression', 'keyword') ?? 'none';
  const known = compressionsSupported.find((each) => each === compression);
  if (known !== undefined) return known;
  throw new IppFault(
    'client-error-compression-not-supported',
    'The document is compressed in a way that is not known here.',
    [attribute('compression', keyword(compression))],
  );
}
