// The form of an IPP attribute's row: name, syntax, where its value comes from, and whether a
// client may set it.
import type { IppValue } from '../../../monitors/wire/ipp/message.ts';

/** Which group of attributes the row belongs to, and so which `Source` it is made from. */
export type AttributeGroup =
  | 'printer-description'
  | 'job-template'
  | 'job-description'
  | 'document-template'
  | 'document-description'
  | 'subscription-template'
  | 'subscription-description';

/**
 * One attribute. Features add files of rows to the table in attribute-table.ts; DNS-SD's TXT
 * records and the API's views are made from the same rows. `source` answers undefined where the
 * attribute does not apply, and is then left out (RFC 8011 4.1.7).
 */
export interface AttributeRow<Source> {
  readonly name: string;
  /** The syntax as RFC 8011 writes it: `1setOf (type2 keyword | name(MAX))`. */
  readonly syntax: string;
  readonly group: AttributeGroup;
  readonly source: (source: Source) => readonly IppValue[] | undefined;
  /** May Set-Printer-Attributes or Set-Job-Attributes change it (RFC 3380)? */
  readonly settable: boolean;
  /** Member of the attribute groups `all` unless a client must ask for it by name (PWG 5100.x). */
  readonly onlyWhenNamed?: true;
  /** The clause that defines it. */
  readonly clause: string;
}
