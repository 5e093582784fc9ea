// A printer's state in the words of HOST-RESOURCES-MIB and Printer-MIB (RFC 2790, RFC 3805 2.2.13).
import type { PrinterStatus } from '../../spooler/contract.ts';

const deviceStates = { running: 2, warning: 3, down: 5 } as const;
const printerStates = { other: 1, idle: 3, printing: 4 } as const;

type State = Pick<PrinterStatus, 'state' | 'reasons'>;

/** hrDeviceStatus. */
export function deviceStatus({ state, reasons }: State): number {
  if (state === 'stopped' || reasons.some((reason) => reason.endsWith('-error'))) {
    return deviceStates.down;
  }
  const isWarned = reasons.some((reason) => reason.endsWith('-warning'));
  return isWarned ? deviceStates.warning : deviceStates.running;
}

/** hrPrinterStatus: a device that is down is `other`. */
export function printerStatus(status: State): number {
  if (deviceStatus(status) === deviceStates.down) return printerStates.other;
  return status.state === 'processing' ? printerStates.printing : printerStates.idle;
}

/** Bits of hrPrinterDetectedErrorState, from the most significant one of the first octet on. */
const bits = {
  lowPaper: 0,
  noPaper: 1,
  lowToner: 2,
  noToner: 3,
  doorOpen: 4,
  jammed: 5,
  offline: 6,
  serviceRequested: 7,
  inputTrayMissing: 8,
  outputTrayMissing: 9,
  markerSupplyMissing: 10,
  outputNearFull: 11,
  outputFull: 12,
  inputTrayEmpty: 13,
  overduePreventMaint: 14,
} as const;

type Bit = keyof typeof bits;

const bitsOfKeyword: Readonly<Record<string, readonly Bit[]>> = {
  'media-needed': ['noPaper'],
  'media-jam': ['jammed'],
  'media-low': ['lowPaper'],
  'media-empty': ['noPaper'],
  'input-tray-missing': ['inputTrayMissing'],
  'output-tray-missing': ['outputTrayMissing'],
  'output-area-almost-full': ['outputNearFull'],
  'output-area-full': ['outputFull'],
  'cover-open': ['doorOpen'],
  'door-open': ['doorOpen'],
  'interlock-open': ['doorOpen'],
  'toner-low': ['lowToner'],
  'toner-empty': ['noToner'],
  'marker-supply-low': ['lowToner'],
  'marker-supply-empty': ['noToner'],
  'marker-waste-almost-full': ['serviceRequested'],
  'marker-waste-full': ['serviceRequested'],
  'fuser-over-temp': ['serviceRequested'],
  'fuser-under-temp': ['serviceRequested'],
  'opc-near-eol': ['overduePreventMaint'],
  'opc-life-over': ['serviceRequested'],
  'developer-low': ['lowToner'],
  'developer-empty': ['noToner'],
  'subunit-life-almost-over': ['overduePreventMaint'],
  'subunit-life-over': ['serviceRequested'],
  'power-down': ['offline'],
  offline: ['offline'],
  'offline-report': ['offline'],
  'timed-out': ['offline'],
  'connecting-to-device': ['offline'],
  other: ['serviceRequested'],
};

/** hrPrinterDetectedErrorState: one octet where no bit of the second is set. */
export function detectedErrors({ reasons }: State): Uint8Array {
  const octets = [0, 0];
  for (const reason of reasons) {
    const keyword = reason.replace(/-(report|warning|error)$/, '');
    // A report is no error: `other-report` asks nobody to come.
    if (reason.endsWith('-report')) continue;
    for (const bit of bitsOfKeyword[keyword] ?? []) {
      const at = bits[bit] >> 3;
      octets[at] = (octets[at] ?? 0) | (0x80 >> (bits[bit] & 7));
    }
  }
  return Uint8Array.from(octets[1] === 0 ? octets.slice(0, 1) : octets);
}
