// Reads the event ring and has notifications sent: alerts of printers as they come and go, and what
// happens to the appliance.
import type { Events, PlatenEvent } from '../events/event.ts';
import type { Log } from '../log/log.ts';
import type { SnmpIndices } from '../registry/snmp-indices.ts';
import type { SpoolerDirectory } from '../spooler/contract.ts';
import type { AlertBook, AlertChange } from './alerts.ts';
import { alertNotification, notificationOf } from './notifications.ts';
import type { TrapSender } from './traps.ts';

export interface TellerOptions {
  readonly events: Pick<Events, 'subscribe'>;
  readonly directory: SpoolerDirectory;
  readonly indices: SnmpIndices;
  readonly alerts: AlertBook;
  readonly sender: TrapSender;
  readonly upMs: () => number;
  readonly log: Pick<Log, 'warn'>;
}

export interface Teller {
  start(): void;
  /** Resolves once everything that happened before was told. */
  stop(): Promise<void>;
  alerts(index: number, changes: readonly AlertChange[]): void;
}

export function createTeller(options: TellerOptions): Teller {
  const { events, alerts, sender, log } = options;
  let unsubscribe: () => void = () => undefined;
  /** What happened is told in its order. */
  let tail: Promise<void> = Promise.resolve();

  const tellAlerts = (index: number, changes: readonly AlertChange[]) => {
    for (const change of changes) sender.tell(alertNotification(index, change));
  };

  /** Its state as it is now: an older event must not bring back what was cleared. */
  const printerChanged = async ({ spooler: id, printerId = '' }: PlatenEvent): Promise<void> => {
    const spooler = options.directory.byId(id);
    const index = (await options.indices.of(id, [printerId])).get(printerId);
    if (spooler === undefined || index === undefined) return;
    if ((await spooler.printers.find(printerId)) === undefined) return;
    const status = await spooler.printers.status(printerId);
    tellAlerts(index, alerts.update(printerId, status, options.upMs()));
  };

  const tell = async (event: PlatenEvent): Promise<void> => {
    if (event.type === 'printer-state-changed') return await printerChanged(event);
    if (event.type === 'printer-deleted') return alerts.forget(event.printerId ?? '');
    const notification = notificationOf(event);
    if (notification !== undefined) sender.tell(notification);
  };

  return {
    start() {
      unsubscribe = events.subscribe((event) => {
        tail = tail
          .then(() => tell(event))
          .catch((error: unknown) =>
            log.warn('an event was not told by SNMP', { type: event.type, error }),
          );
      });
    },
    async stop() {
      unsubscribe();
      await tail;
      await sender.idle();
    },
    alerts: tellAlerts,
  };
}
