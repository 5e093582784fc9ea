// The one table of rules that production runs on.
import type { Rules } from '../contract/rules.ts';
import { fence, live, mayLead } from '../fence.ts';
import { R3, R4, R5, R5stepped } from './in-step.ts';
import { M1, M1promise } from './move.ts';
import { N1, N2 } from './no-witness.ts';
import { J1, J2 } from './rejoin.ts';
import { R1, R2, R2slow, R6 } from './replication.ts';
import { B1, B2 } from './start.ts';
import { X1 } from './supervisor.ts';
import { D, nextTerm, T1, T2, T3, T4, T5, T6 } from './terms.ts';
import { W1, W2, W3, W4, W5, W6 } from './witness.ts';

export const rules: Rules = {
  live,
  fence,
  mayLead,
  D,
  nextTerm,
  T1,
  T2,
  T3,
  T4,
  T5,
  T6,
  W1,
  W2,
  W3,
  W4,
  W5,
  W6,
  N1,
  N2,
  R1,
  R2,
  R2slow,
  R3,
  R4,
  R5,
  R5stepped,
  R6,
  J1,
  J2,
  B1,
  B2,
  M1,
  M1promise,
  X1,
};
