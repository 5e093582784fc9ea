// What the API says, as types: all that the page shares with the firmware.
import type { z } from 'zod';
import type { auditEntry } from './schemas/audit.ts';
import type { backupSummary } from './schemas/backup.ts';
import type { certificate } from './schemas/certificate.ts';
import type { device } from './schemas/device.ts';
import type { job } from './schemas/job.ts';
import type { formField, monitor, port, xcvResult } from './schemas/port.ts';
import type {
  newPrinter,
  printer,
  printerAddresses,
  printerSettings,
  printerStatus,
} from './schemas/printer.ts';
import type { logLine } from './schemas/log.ts';
import type { queueFile } from './schemas/queue-file.ts';
import type { group } from './schemas/group.ts';
import type { pairJob, pairJobs, pairView, peerPrinters } from './schemas/pair.ts';
import type { problem } from './schemas/problem.ts';
import type { setting } from './schemas/setting.ts';
import type { session, setup } from './schemas/session.ts';
import type { appliance, health } from './schemas/system.ts';
import type { madeToken, token, user } from './schemas/user.ts';

export type ApplianceView = z.infer<typeof appliance>;
export type HealthView = z.infer<typeof health>;
export type LogLineView = z.infer<typeof logLine>;
export type QueueFileView = z.infer<typeof queueFile>;
export type PairView = z.infer<typeof pairView>;
export type PairJobView = z.infer<typeof pairJob>;
export type PairJobsView = z.infer<typeof pairJobs>;
export type PeerPrintersView = z.infer<typeof peerPrinters>;
export type DeviceView = z.infer<typeof device>;
export type BackupSummaryView = z.infer<typeof backupSummary>;
export type GroupView = z.infer<typeof group>;
export type PrinterView = z.infer<typeof printer>;
export type PrinterAddresses = z.infer<typeof printerAddresses>;
export type PrinterStatusView = z.infer<typeof printerStatus>;
export type PrinterSettingsInput = z.infer<typeof printerSettings>;
export type NewPrinterInput = z.infer<typeof newPrinter>;
export type PortView = z.infer<typeof port>;
export type MonitorView = z.infer<typeof monitor>;
export type FormFieldView = z.infer<typeof formField>;
export type XcvResultView = z.infer<typeof xcvResult>;
export type JobView = z.infer<typeof job>;
export type SessionView = z.infer<typeof session>;
export type SettingView = z.infer<typeof setting>;
export type SetupView = z.infer<typeof setup>;
export type CertificateView = z.infer<typeof certificate>;
export type AuditEntryView = z.infer<typeof auditEntry>;
export type UserView = z.infer<typeof user>;
export type TokenView = z.infer<typeof token>;
export type MadeTokenView = z.infer<typeof madeToken>;
export type ProblemView = z.infer<typeof problem>;

export interface PageView<Item> {
  readonly items: readonly Item[];
  /** `after` of the next page; absent at the end. */
  readonly next?: string;
}
