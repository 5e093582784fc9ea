// Announces a spooler's host name, page and printers, and follows them as they come, change and go.
import type { Clock, Timer } from '../../hal/contract.ts';
import type { Events, PlatenEvent } from '../events/event.ts';
import { discoveryLimits as limits } from '../limits/discovery-limits.ts';
import type { Printer } from '../printers/printer.ts';
import type { IppServices } from '../servers/ipp/call.ts';
import { printerSource } from '../servers/ipp/printer-source.ts';
import { createUriMaker } from '../servers/ipp/uris.ts';
import type { Spooler } from '../spooler/contract.ts';
import type { Announced, Announcement, Discovery, ServiceInstance } from './contract.ts';
import { pageInstance, printerInstance, type PrinterPorts } from './printer-instance.ts';

export interface SpoolerAnnouncementOptions
  extends Pick<Announcement, 'key' | 'name' | 'addresses' | 'takenOver'> {
  readonly discovery: Discovery;
  readonly spooler: Spooler;
  readonly events: Pick<Events, 'subscribe'>;
  readonly clock: Clock;
  readonly log: { warn(message: string, facts?: Readonly<Record<string, unknown>>): void };
  /** Where a printer is served now. */
  readonly portsOf: (printer: Printer) => PrinterPorts;
  /** The page's; undefined: there is none. */
  readonly pagePort: () => number | undefined;
  readonly describeDevice: IppServices['describeDevice'];
  /** A printer is gone for good, and so is the need to keep its name; by its claim's key. */
  readonly onGone: (key: string) => void;
}

export interface SpoolerAnnouncement {
  /** Announces what there is now. Never rejects. */
  start(): Promise<void>;
  /** Ports or names have changed. */
  lookAgain(): void;
  /** The names as they are now, after conflicts. */
  names(): ReturnType<Announced['names']>;
  /** Says goodbye. */
  stop(): void;
}

export function createSpoolerAnnouncement(
  options: SpoolerAnnouncementOptions,
): SpoolerAnnouncement {
  return new FollowingAnnouncement(options);
}

/** What a printer says of itself may be another thing after these. */
const followed: ReadonlySet<PlatenEvent['type']> = new Set([
  'printer-created',
  'printer-config-changed',
  'printer-deleted',
  'printer-state-changed',
]);

class FollowingAnnouncement implements SpoolerAnnouncement {
  readonly #options: SpoolerAnnouncementOptions;
  readonly #announced: Announced;
  #unsubscribe: () => void = () => undefined;
  #timer: Timer | undefined;
  #looking: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: SpoolerAnnouncementOptions) {
    const { key, name, addresses, takenOver = false, discovery } = options;
    this.#options = options;
    this.#announced = discovery.announce({ key, name, addresses, instances: [], takenOver });
  }

  async start(): Promise<void> {
    this.#unsubscribe = this.#options.events.subscribe((event) => this.#hear(event));
    this.#looking = this.#look();
    await this.#looking;
  }

  lookAgain(): void {
    if (this.#stopped) return;
    this.#timer ??= this.#options.clock.startTimer(limits.followDelayMs, () => {
      this.#timer = undefined;
      this.#looking = this.#looking.then(() => this.#look());
    });
  }

  names(): ReturnType<Announced['names']> {
    return this.#announced.names();
  }

  stop(): void {
    this.#stopped = true;
    this.#unsubscribe();
    this.#timer?.cancel();
    this.#announced.withdraw();
  }

  #hear({ type, spooler, printerId }: PlatenEvent): void {
    if (spooler !== this.#options.spooler.id || !followed.has(type)) return;
    if (type === 'printer-deleted' && printerId !== undefined) {
      this.#options.onGone(`${this.#options.key}/${printerId}`);
    }
    this.lookAgain();
  }

  async #look(): Promise<void> {
    const { spooler, log } = this.#options;
    try {
      const printers = await spooler.printers.list();
      const instances: ServiceInstance[] = [...this.#page()];
      for (const printer of printers) instances.push(await this.#instanceOf(printer));
      if (!this.#stopped) this.#announced.update({ instances });
    } catch (error) {
      log.warn('printers could not be announced', { spooler: spooler.id, error });
    }
  }

  #page(): readonly ServiceInstance[] {
    const port = this.#options.pagePort();
    return port === undefined ? [] : [pageInstance(this.#options.name, port)];
  }

  async #instanceOf(printer: Printer): Promise<ServiceInstance> {
    const { spooler, clock, portsOf, describeDevice } = this.#options;
    const ports = portsOf(printer);
    const { ipp = ports.ipps ?? 0, ipps } = ports;
    const authority = `${this.#announced.names().host}:${ipp}`;
    const uris = createUriMaker(
      {
        header: (name) => (name === 'host' ? authority : undefined),
        local: { address: '', port: ipp },
        secure: ports.ipp === undefined,
      },
      {
        others: ipps === undefined ? [] : [{ secure: true, port: ipps }],
      },
    );
    const source = await printerSource(
      {
        spooler,
        uris,
        clock,
        upSinceMs: 0,
        operations: [],
        stateChanges: { changedAt: () => printer.changedAt },
        describeDevice,
      },
      printer,
    );
    return printerInstance({ source, ports });
  }
}
