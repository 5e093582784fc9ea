// All house rules that a machine can check; a new one is a row in the file of its subject.

import { importRules } from './rules-imports.ts';
import { languageRules } from './rules-language.ts';
import { machineRules } from './rules-machine.ts';
import { testRules } from './rules-tests.ts';
import { textRules } from './rules-text.ts';
import type { Rule } from './rule.ts';

export const rules: readonly Rule[] = [
  ...importRules,
  ...languageRules,
  ...machineRules,
  ...testRules,
  ...textRules,
];
