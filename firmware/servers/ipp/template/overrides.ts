// Job template attributes for some pages of some documents: overrides (PWG 5100.6 4.1).
import { keyword } from '../../../../monitors/wire/ipp/values.ts';
import { collectionsForm, rangesForm, type MemberForms } from './form.ts';
import { mediaRows } from './media.ts';
import { overridable } from './page.ts';
import type { JobTemplateRow } from './row.ts';

/**
 * IPP Everywhere asks for `document-number`, IPP/2.2 for `document-numbers`: both mean the same.
 */
const selectors: MemberForms = {
  pages: rangesForm,
  'document-number': rangesForm,
  'document-numbers': rangesForm,
};

const members: MemberForms = {
  ...selectors,
  ...Object.fromEntries([...overridable, ...mediaRows].map((row) => [row.name, row])),
};

export const overridesRow: JobTemplateRow = {
  name: 'overrides',
  syntax: '1setOf collection',
  supportedSyntax: '1setOf type2 keyword',
  clause: 'PWG 5100.6 4.1',
  byDefault: () => undefined,
  supported: () => Object.keys(members).map(keyword),
  ...collectionsForm(members),
};
