// What an LPD server is told of a document: file names and control file (RFC 1179 6.2 and 7).
import type { DocInfo } from '../contract.ts';
import {
  encodeLpdControlFile,
  lpdFileName,
  type LpdControlLine,
} from '../wire/lpd/control-file.ts';
import { lpdOperandLimits } from '../wire/lpd/limits.ts';
import { lpdText } from '../wire/lpd/text.ts';
import type { LprDocument } from './session.ts';
import type { LprSettings } from './settings.ts';

export function lprDocumentOf(
  doc: DocInfo,
  settings: LprSettings,
  serverName: string,
): LprDocument {
  const host = hostText(serverName);
  const dataName = lpdFileName('data', doc.jobId, host);
  const user = lpdText(doc.userName, lpdOperandLimits.user) || 'nobody';
  const title = lpdText(doc.documentName, lpdOperandLimits.jobName) || 'untitled';
  const lines: readonly LpdControlLine[] = [
    { code: 'H', operand: host },
    { code: 'P', operand: user },
    { code: 'J', operand: title },
    ...(settings.banner ? [{ code: 'L', operand: user }] : []),
    { code: settings.fileFormat, operand: dataName },
    { code: 'U', operand: dataName },
    { code: 'N', operand: title },
  ];
  return {
    queue: settings.queue,
    controlName: lpdFileName('control', doc.jobId, host),
    controlFile: encodeLpdControlFile(lines),
    dataName,
    sizeBytes: doc.sizeBytes,
    order: settings.order,
    requireAck: settings.requireAck,
  };
}

/** Servers make file names of it. */
function hostText(serverName: string): string {
  const plain = serverName.replaceAll(/[^A-Za-z0-9.-]/g, '-').replace(/^[.-]+/, '');
  return plain.slice(0, lpdOperandLimits.host) || 'platen';
}
