// Pages that the appliance prints of its own: how lines of text become a document that a device
// understands.

export interface PaperForm {
  /** The MIME type of what it makes; a printer that offers it gets it. */
  readonly format: string;
  /** `lines` are for people; what the device has no letter for becomes `?`. */
  make(title: string, lines: readonly string[]): Uint8Array;
}
