// Where the files of a printer lie on the HTTP server.
import { separator } from '../../queue-files/names.ts';

export const filesPath = '/ipp/files/';

/** The folder of all files of a printer: printer-static-resource-directory-uri. */
export function contentPath(printerName: string): string {
  return `${filesPath}${encodeURIComponent(printerName.toWellFormed())}/content/`;
}

/** A file's path below that. */
export function filePath(file: { readonly directory: string; readonly name: string }): string {
  const parts = [...file.directory.split(separator), file.name];
  return parts.map((part) => encodeURIComponent(part)).join('/');
}
