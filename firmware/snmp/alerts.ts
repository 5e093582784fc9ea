// Alerts of printers (RFC 3805 prtAlertTable): which there are, and which came and went.
import { snmpLimits } from '../limits/snmp-limits.ts';

export interface PrinterAlert {
  /** prtAlertIndex: given once in the life of the agent. */
  readonly index: number;
  /** printer-state-reasons without its severity. */
  readonly keyword: string;
  readonly severity: AlertSeverity;
  /** PrtAlertCodeTC and PrtAlertGroupTC. */
  readonly code: number;
  readonly group: number;
  readonly words: string;
  /** Since the agent started. */
  readonly upMs: number;
}

export type AlertSeverity = 'report' | 'warning' | 'error';

/** What changed: a cleared alert is told with the code that RFC 3805 has for it. */
export interface AlertChange {
  readonly printerId: string;
  readonly alert: PrinterAlert;
  readonly kind: 'raised' | 'cleared';
}

export interface AlertBook {
  /** Takes in what a printer's state is now; answers with what changed. */
  update(
    printerId: string,
    state: { readonly reasons: readonly string[]; readonly message: string },
    upMs: number,
  ): readonly AlertChange[];
  alerts(printerId: string): readonly PrinterAlert[];
  /** Alerts that there ever were (prtAlertAllEvents), and those of them that stopped it. */
  counts(printerId: string): { readonly all: number; readonly critical: number };
  forget(printerId: string): void;
}

const groups = {
  generalPrinter: 5,
  cover: 6,
  input: 8,
  output: 9,
  marker: 10,
  markerSupplies: 11,
  mediaPath: 13,
  channel: 14,
  interpreter: 15,
  alert: 18,
} as const;

type Group = keyof typeof groups;

const other: readonly [code: number, group: Group] = [1, 'generalPrinter'];

/** PrtAlertCodeTC (IANA-PRINTER-MIB) of the keywords in monitors/contract.ts. */
const codes: Readonly<Record<string, readonly [code: number, group: Group]>> = {
  'media-needed': [808, 'input'],
  'media-jam': [8, 'mediaPath'],
  'media-low': [807, 'input'],
  'media-empty': [808, 'input'],
  'input-tray-missing': [801, 'input'],
  'output-tray-missing': [901, 'output'],
  'output-area-almost-full': [902, 'output'],
  'output-area-full': [903, 'output'],
  'cover-open': [3, 'cover'],
  'door-open': [501, 'cover'],
  'interlock-open': [5, 'cover'],
  'toner-low': [1104, 'markerSupplies'],
  'toner-empty': [1101, 'markerSupplies'],
  'marker-supply-low': [12, 'markerSupplies'],
  'marker-supply-empty': [13, 'markerSupplies'],
  'marker-waste-almost-full': [1107, 'markerSupplies'],
  'marker-waste-full': [1109, 'markerSupplies'],
  'fuser-over-temp': [1002, 'marker'],
  'fuser-under-temp': [1001, 'marker'],
  'opc-near-eol': [1111, 'marker'],
  'opc-life-over': [1112, 'marker'],
  'developer-low': [1113, 'marker'],
  'developer-empty': [1114, 'marker'],
  'interpreter-resource-unavailable': [1507, 'interpreter'],
  'power-down': [504, 'generalPrinter'],
  'subunit-life-almost-over': [10, 'generalPrinter'],
  'subunit-life-over': [11, 'generalPrinter'],
  'offline-report': [1, 'generalPrinter'],
  offline: [1, 'generalPrinter'],
  'connecting-to-device': [1, 'channel'],
  'timed-out': [1, 'channel'],
};

/** alertRemovalOfBinaryChangeEntry. */
const removalCode = 1801;

interface Page {
  alerts: readonly PrinterAlert[];
  next: number;
  all: number;
  critical: number;
}

export function createAlertBook(): AlertBook {
  const pages = new Map<string, Page>();
  return {
    update(printerId, { reasons, message }, upMs) {
      const page = pages.get(printerId) ?? { alerts: [], next: 1, all: 0, critical: 0 };
      pages.set(printerId, page);
      const wanted = reasons.flatMap(reasonOf).slice(0, snmpLimits.alertsPerPrinter);
      const stays = (alert: PrinterAlert) =>
        wanted.some(
          ({ keyword, severity }) => keyword === alert.keyword && severity === alert.severity,
        );
      const kept = page.alerts.filter(stays);
      const cleared = page.alerts.filter((alert) => !stays(alert));
      const raised = wanted
        .filter(
          ({ keyword, severity }) =>
            !kept.some((alert) => alert.keyword === keyword && alert.severity === severity),
        )
        .map(({ keyword, severity }): PrinterAlert => {
          const [code, group] = codes[keyword] ?? other;
          const words = wanted.length === 1 && message !== '' ? message : wordsOf(keyword);
          const index = page.next;
          page.next += 1;
          page.all += 1;
          if (severity === 'error') page.critical += 1;
          return { index, keyword, severity, code, group: groups[group], words, upMs };
        });
      page.alerts = [...kept, ...raised];
      return [
        ...cleared.map((alert) => ({
          printerId,
          alert: { ...alert, code: removalCode, upMs },
          kind: 'cleared' as const,
        })),
        ...raised.map((alert) => ({ printerId, alert, kind: 'raised' as const })),
      ];
    },
    alerts: (printerId) => pages.get(printerId)?.alerts ?? [],
    counts(printerId) {
      const { all, critical } = pages.get(printerId) ?? { all: 0, critical: 0 };
      return { all, critical };
    },
    forget: (printerId) => void pages.delete(printerId),
  };
}

/** `media-empty-error` as keyword and severity; `none`, `paused` and the like are no alerts. */
function reasonOf(
  reason: string,
): readonly { readonly keyword: string; readonly severity: AlertSeverity }[] {
  const [, keyword, severity] = /^(.+)-(report|warning|error)$/.exec(reason) ?? [];
  if (keyword === undefined) return [];
  if (severity !== 'report' && severity !== 'warning' && severity !== 'error') return [];
  return [{ keyword, severity }];
}

function wordsOf(keyword: string): string {
  const words = keyword.replaceAll('-', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
