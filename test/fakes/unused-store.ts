// A store of which a test uses nothing but what it brings itself.
import assert from 'node:assert/strict';
import type { Store } from '../../firmware/store/contract.ts';

const unused = async () => assert.fail('not in this test');

export const unusedStore: Store = {
  commit: unused,
  query: unused,
  readLog: unused,
  cutLog: unused,
  logEnds: unused,
  storeRecords: unused,
  cutTail: unused,
  advanceSnapshot: unused,
  forgetTail: unused,
  forgetLog: unused,
  remember: unused,
  close: unused,
};
