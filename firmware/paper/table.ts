// The forms of paper there are, in the order in which they are preferred.
import type { PaperForm } from './contract.ts';
import { pdfPage } from './pdf.ts';
import { textPage } from './text.ts';
import { zplLabel } from './zpl.ts';

/** The last is for printers that say nothing. */
export const paperForms = [
  { format: 'application/pdf', make: pdfPage },
  { format: 'application/vnd.zebra-zpl', make: zplLabel },
  { format: 'text/plain', make: textPage },
] as const satisfies readonly PaperForm[];

const [, , plainest] = paperForms;

export function formFor(formats: readonly string[]): PaperForm {
  return paperForms.find(({ format }) => formats.includes(format)) ?? plainest;
}
