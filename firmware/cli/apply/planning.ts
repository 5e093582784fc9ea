// What the plans of each kind share: the appliance as it is, and how two things differ.
import { isDeepStrictEqual } from 'node:util';
import type { GroupView, MonitorView, PortView, PrinterView, UserView } from '../../api/types.ts';
import type { ApiClient } from '../command.ts';
import type { ApplyStep, Wanted } from './contract.ts';

/** What the appliance has now; names in lower case, `group/name` in a group. */
export interface Present {
  readonly groups: ReadonlyMap<string, GroupView>;
  readonly ports: ReadonlyMap<string, PortView>;
  readonly printers: ReadonlyMap<string, PrinterView>;
  readonly users: ReadonlyMap<string, UserView>;
  readonly monitors: readonly MonitorView[];
}

export interface Planning {
  readonly client: ApiClient;
  readonly present: Present;
  readonly wanted: Wanted;
  /** Collects what is wrong with the file. */
  readonly problems: string[];
  readonly readFile: (name: string) => Promise<string>;
  readonly pause: (ms: number) => Promise<void>;
}

export function ownerIn(name: string): string | undefined {
  const at = name.indexOf('/');
  return at < 0 ? undefined : name.slice(0, at);
}

/** Members that shall differ from what they are. */
export function differencesOf(
  now: Readonly<Record<string, unknown>> | undefined,
  wanted: Readonly<Record<string, unknown>>,
): ApplyStep['differences'] {
  return Object.entries(wanted).flatMap(([member, value]) => {
    if (now === undefined) return [{ member, wanted: value }];
    if (isDeepStrictEqual(now[member], value)) return [];
    return [{ member, now: now[member], wanted: value }];
  });
}
