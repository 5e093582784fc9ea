// What a standby can store of its owner's records: all before the first that only a newer release
// knows. Whatever follows on that may mean something else without it.
import type { LogRecord } from '../../store/contract.ts';
import { isKnownChange } from '../../store/records/table.ts';

export function knownPart(records: readonly LogRecord[]): readonly LogRecord[] {
  const at = records.findIndex(({ change }) => !isKnownChange(change));
  return at === -1 ? records : records.slice(0, at);
}
