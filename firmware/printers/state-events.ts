// Tells the event stream when a printer's or port's shown state changed, a few times a second at
// most.
import type { Clock, Timer } from '../../hal/contract.ts';
import type { Events } from '../events/event.ts';
import { stateReasonKeywords } from '../../monitors/device-status.ts';
import type { PortStatus } from '../spooler/contract.ts';
import type { Printer } from './printer.ts';
import type { PrinterCondition } from './status.ts';

export interface StateEvents {
  /**
   * Something about this port changed; readers hear of it soon, if it still differs from what they
   * heard.
   */
  portChanged(portName: string): void;
  /** So did something that all printers show. */
  printersChanged(): void;
  stop(): void;
}

export function createStateEvents(options: {
  readonly spooler: string;
  readonly events: Pick<Events, 'report'>;
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly printers: () => readonly Printer[];
  readonly conditionOf: (printer: Printer) => PrinterCondition;
  readonly statusOf: (portName: string) => PortStatus;
}): StateEvents {
  const { spooler, events, clock } = options;
  const changed = new Set<string>();
  const told = new Map<string, string>();
  let timer: Timer | undefined;
  let allChanged = false;

  /** True when readers have not heard exactly this. */
  const isNews = (key: string, facts: object): boolean => {
    const text = JSON.stringify(facts);
    if (told.get(key) === text) return false;
    told.set(key, text);
    return true;
  };

  const tellPort = (portName: string) => {
    const { state, reasons, message } = options.statusOf(portName);
    const facts = { state, reasons: stateReasonKeywords(reasons), message };
    if (!isNews(`port ${portName}`, facts)) return;
    events.report({ type: 'port-status-changed', portName, at: clock.wall(), spooler, facts });
  };

  const tellPrinter = (printer: Printer) => {
    const facts = { name: printer.name, ...options.conditionOf(printer) };
    if (!isNews(`printer ${printer.id}`, facts)) return;
    events.report({
      type: 'printer-state-changed',
      at: clock.wall(),
      spooler,
      printerId: printer.id,
      facts,
    });
  };

  const tell = () => {
    timer = undefined;
    const ports = [...changed];
    changed.clear();
    for (const portName of ports) tellPort(portName);
    for (const printer of options.printers()) {
      if (allChanged || printer.portNames.some((name) => ports.includes(name))) {
        tellPrinter(printer);
      }
    }
    allChanged = false;
  };

  return {
    portChanged(portName) {
      changed.add(portName);
      timer ??= clock.startTimer(options.intervalMs, tell);
    },
    printersChanged() {
      allChanged = true;
      timer ??= clock.startTimer(options.intervalMs, tell);
    },
    stop() {
      timer?.cancel();
    },
  };
}
