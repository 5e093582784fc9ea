// What the sources say of a device, made one: newest status per source, reasons united; and its IPP
// keywords.
import {
  type DeviceReason,
  type DeviceReasonKeyword,
  type DeviceStatus,
  type DeviceStatusSource,
  deviceReasonKeywords,
} from './contract.ts';

/** The newest status of each source of one device. */
export type DeviceStatuses = ReadonlyMap<DeviceStatusSource, DeviceStatus>;

/** What the sources say together. */
export interface MergedStatus {
  /** Each keyword once, with its worst severity, in the order of the keyword table. */
  readonly reasons: readonly DeviceReason[];
  /** The message of the newest source with the worst reason, else of the newest with any. */
  readonly message: string | undefined;
  readonly busy: boolean;
}

/** Takes a report in; an older one than the source's last changes nothing. */
export function withStatus(statuses: DeviceStatuses, status: DeviceStatus): DeviceStatuses {
  const last = statuses.get(status.source);
  if (last !== undefined && last.atMs > status.atMs) return statuses;
  return new Map(statuses).set(status.source, status);
}

export function mergeStatuses(statuses: DeviceStatuses): MergedStatus {
  const all = [...statuses.values()];
  const bySpeaking = all
    .filter((status) => status.message !== undefined)
    .toSorted((a, b) => worstRank(b.reasons) - worstRank(a.reasons) || b.atMs - a.atMs);
  return {
    reasons: uniteReasons(all.flatMap((status) => status.reasons)),
    message: bySpeaking[0]?.message,
    busy: all.some((status) => status.busy === true),
  };
}

/** Each keyword once, with its worst severity. */
export function uniteReasons(reasons: readonly DeviceReason[]): readonly DeviceReason[] {
  const worst = new Map<DeviceReasonKeyword, DeviceReason>();
  for (const reason of reasons) {
    const known = worst.get(reason.keyword);
    if (known === undefined || rank[reason.severity] > rank[known.severity]) {
      worst.set(reason.keyword, reason);
    }
  }
  return deviceReasonKeywords
    .map((keyword) => worst.get(keyword))
    .filter((reason) => reason !== undefined);
}

/** True where a reason stops jobs: only severity `error` does. */
export function stopsJobs(reasons: readonly DeviceReason[]): boolean {
  return reasons.some(({ severity }) => severity === 'error');
}

/**
 * printer-state-reasons (RFC 8011 5.4.12): keyword and severity suffix; exactly `none` where there
 * is no reason. A suffix that the keyword has already (`offline-report`) gives way to the severity:
 * `offline-error`.
 */
export function stateReasonKeywords(reasons: readonly DeviceReason[]): readonly string[] {
  const keywords = uniteReasons(reasons).map(
    ({ keyword, severity }) => `${keyword.replace(/-report$/, '')}-${severity}`,
  );
  return keywords.length === 0 ? ['none'] : keywords;
}

const rank = { report: 1, warning: 2, error: 3 } as const satisfies Record<
  DeviceReason['severity'],
  number
>;

function worstRank(reasons: readonly DeviceReason[]): number {
  return Math.max(0, ...reasons.map(({ severity }) => rank[severity]));
}
