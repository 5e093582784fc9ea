// A printer's state as clients see it, made of the queue's switches and the states of its ports;
// pure.
import type { DeviceReason, DeviceStatus } from '../../monitors/contract.ts';
import { stateReasonKeywords, stopsJobs, uniteReasons } from '../../monitors/device-status.ts';
import type { PortStatus, PrinterStatus } from '../spooler/contract.ts';
import type { Printer } from './printer.ts';

/** What counts of one port of the pool. */
export interface PoolPort {
  readonly name: string;
  readonly state: PortStatus['state'];
  readonly reasons: readonly DeviceReason[];
  readonly message: string;
  readonly statuses: readonly DeviceStatus[];
  /** The port works on a job of this printer. */
  readonly working: boolean;
}

/** What is wrong with the appliance itself. */
export interface MachineTrouble {
  /** A printer-state-reasons keyword with its severity. */
  readonly reason: string;
  readonly text: string;
}

export type PrinterCondition = Pick<PrinterStatus, 'state' | 'reasons' | 'message' | 'waiting'>;

export function printerCondition(
  printer: Pick<Printer, 'enabled' | 'holdNewJobs' | 'note'>,
  pool: readonly PoolPort[],
  machine?: MachineTrouble,
): PrinterCondition {
  const device = stateReasonKeywords(uniteReasons(pool.flatMap(portReasons)));
  const reasons = [
    ...(printer.holdNewJobs ? ['hold-new-jobs'] : []),
    ...(machine === undefined ? [] : [machine.reason]),
    ...device.filter((keyword) => keyword !== 'none'),
  ];
  const working = pool.some((port) => port.working);
  const said = (message: string) =>
    [printer.note, machine?.text ?? '', message].filter((text) => text !== '').join(' ');
  if (!printer.enabled) {
    return {
      state: working ? 'processing' : 'stopped',
      reasons: [working ? 'moving-to-paused' : 'paused', ...reasons],
      message: said('The printer is disabled; jobs wait until it is enabled again.'),
    };
  }
  if (pool.length === 0) {
    const message = said('The printer has no port.');
    return { state: 'stopped', reasons: ['other-error', ...reasons], message };
  }
  const waits = pool.some((port) => port.state === 'waiting' && port.working);
  return {
    ...(waits ? { waiting: true } : {}),
    state: poolState(pool),
    reasons: reasons.length === 0 ? ['none'] : reasons,
    message: said(poolMessage(pool)),
  };
}

function poolState(pool: readonly PoolPort[]): PrinterStatus['state'] {
  if (pool.every((port) => isStuck(port))) return 'stopped';
  return pool.some((port) => port.working && !isStuck(port)) ? 'processing' : 'idle';
}

/** A port that waits in the middle of a job is stuck only where the device says so. */
function isStuck(port: PoolPort): boolean {
  if (port.state === 'failed') return true;
  return port.state === 'waiting' && (!port.working || stopsJobs(port.reasons));
}

function portReasons(port: PoolPort): readonly DeviceReason[] {
  const reported = [...port.reasons, ...port.statuses.flatMap((status) => status.reasons)];
  if (port.state === 'failed' && reported.length === 0) {
    return [{ keyword: 'other', severity: 'error' }];
  }
  return reported;
}

function poolMessage(pool: readonly PoolPort[]): string {
  const said = pool.flatMap((port) => {
    const text = port.message === '' ? newestMessage(port.statuses) : port.message;
    return text === '' ? [] : [pool.length === 1 ? text : `${port.name}: ${text}`];
  });
  return said.join('; ');
}

function newestMessage(statuses: readonly DeviceStatus[]): string {
  const speaking = statuses
    .filter((status) => status.message !== undefined)
    .toSorted((a, b) => b.atMs - a.atMs);
  return speaking[0]?.message ?? '';
}
