// Discovery on real sockets: carries packets and time to the pure responder and browsers, and their
// effects to the network.
import type { Clock, NetworkInterface, Random, Timer, Udp } from '../../hal/contract.ts';
import { decodeDnsMessage } from '../../monitors/wire/dns/decode.ts';
import { encodeDnsMessage } from '../../monitors/wire/dns/encode.ts';
import { DnsDecodeError } from '../../monitors/wire/dns/errors.ts';
import type { DnsMessage } from '../../monitors/wire/dns/message.ts';
import { discoveryLimits as limits } from '../limits/discovery-limits.ts';
import {
  emptyBrowser,
  nextBrowserTickMs,
  stepBrowser,
  type BrowserEvent,
  type BrowserState,
} from './browser/browser.ts';
import { foundServices } from './browser/found.ts';
import type {
  Announced,
  Announcement,
  BrowseOptions,
  Browsing,
  Discovery,
  KeptName,
} from './contract.ts';
import { addressesByInterface, cameBy, groupOf } from './links.ts';
import { createLinkSockets, type LinkSockets } from './link-sockets.ts';
import { hostDnsName, hostLabel, instanceLabel } from './names.ts';
import {
  emptyResponder,
  type Link,
  type ResponderEffect,
  type ResponderEvent,
  type ResponderState,
  type Wish,
} from './responder/state.ts';
import { nextTickMs, stepResponder } from './responder/step.ts';

export interface DiscoveryOptions {
  readonly udp: Udp;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: DiscoveryLog;
  /** Tells this appliance from others where a name is taken: some digits of its serial number. */
  readonly distinction: string;
  /** The names of earlier starts, by the key that `keepName` was given. */
  readonly keptNames: ReadonlyMap<string, KeptName>;
  /** Keeps a name for ever; called when it is established. */
  readonly keepName: (key: string, kept: KeptName) => void;
}

export interface DiscoveryLog {
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
}

export function createDiscovery(options: DiscoveryOptions): Discovery {
  return new MulticastDiscovery(options);
}

interface OpenBrowser {
  state: BrowserState;
  readonly onChange: () => void;
}

class MulticastDiscovery implements Discovery {
  readonly #options: DiscoveryOptions;
  readonly #announcements = new Map<string, Announcement>();
  readonly #kept: Map<string, KeptName>;
  readonly #browsers = new Set<OpenBrowser>();
  readonly #sockets: LinkSockets;
  #responder: ResponderState;
  #interfaces: readonly NetworkInterface[] = [];
  #running = false;
  #timer: Timer | undefined;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
    this.#kept = new Map(options.keptNames);
    this.#responder = emptyResponder(options.distinction);
    this.#sockets = createLinkSockets({
      udp: options.udp,
      clock: options.clock,
      log: options.log,
      onDatagram: (link, bytes, from) => {
        if (cameBy(link, from.address, this.#interfaces)) this.#hear(link, bytes, from);
      },
      onChange: (interfaces, links) => this.#takeLinks(interfaces, links),
    });
  }

  async start(): Promise<void> {
    this.#running = true;
    await this.#sockets.start();
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#announcements.clear();
    this.#takeWishes();
    this.#running = false;
    this.#timer?.cancel();
    await this.#sockets.stop();
  }

  announce(announcement: Announcement): Announced {
    const { key } = announcement;
    this.#announcements.set(key, announcement);
    this.#takeWishes();
    this.#sockets.lookAgain();
    return {
      update: (changes) => {
        const now = this.#announcements.get(key);
        if (now === undefined) return;
        this.#announcements.set(key, { ...now, ...changes });
        this.#takeWishes();
        this.#sockets.lookAgain();
      },
      names: () => this.#namesOf(this.#announcements.get(key) ?? announcement),
      withdraw: () => {
        this.#announcements.delete(key);
        this.#takeWishes();
      },
    };
  }

  browse({ types, onChange }: BrowseOptions): Browsing {
    const nowMs = this.#options.clock.monotonicMs();
    const browser = { state: emptyBrowser(types, nowMs, this.#draw), onChange };
    this.#browsers.add(browser);
    this.#stepBrowser(browser, { kind: 'links', links: [...this.#responder.links.values()] });
    this.#schedule();
    return {
      found: () => foundServices(browser.state),
      stop: () => {
        this.#browsers.delete(browser);
        this.#schedule();
      },
    };
  }

  readonly #draw = () => this.#options.random.fraction();

  #takeLinks(interfaces: readonly NetworkInterface[], links: readonly Link[]): void {
    this.#interfaces = interfaces;
    this.#stepResponder({ kind: 'links', links });
    this.#takeWishes();
    for (const browser of this.#browsers) this.#stepBrowser(browser, { kind: 'links', links });
    this.#schedule();
  }

  #takeWishes(): void {
    const wishes = [...this.#announcements.values()].flatMap((each) => this.#wishesOf(each));
    this.#stepResponder({ kind: 'wishes', wishes });
    this.#schedule();
  }

  #wishesOf(announcement: Announcement): readonly Wish[] {
    const { key, name, instances } = announcement;
    const others = [...this.#announcements.values()].filter((each) => each.key !== key);
    const listed = new Set(
      others.flatMap(({ addresses }) => (addresses === 'own' ? [] : addresses)),
    );
    const probe = announcement.takenOver !== true;
    const host: Wish = {
      kind: 'host',
      id: key,
      wanted: name,
      kept: this.#kept.get(key),
      addresses: addressesByInterface(announcement, this.#interfaces, listed),
      probe,
    };
    return [
      host,
      ...instances.map((instance): Wish => {
        const id = `${key}/${instance.key}`;
        const { services, name: wanted } = instance;
        const kept = this.#kept.get(id);
        return { kind: 'instance', id, hostId: key, wanted, kept, services, probe };
      }),
    ];
  }

  #namesOf({ key, name, instances }: Announcement): ReturnType<Announced['names']> {
    const now = (id: string) => this.#responder.claims.get(id)?.name;
    return {
      host: hostDnsName(now(key) ?? hostLabel(name)).join('.'),
      instances: new Map(
        instances.map((each) => [each.key, now(`${key}/${each.key}`) ?? instanceLabel(each.name)]),
      ),
    };
  }

  #hear(link: Link, bytes: Uint8Array, from: { address: string; port: number }): void {
    const message = decode(bytes);
    if (message === undefined) return;
    const event = { kind: 'datagram', linkId: link.id, from, message } as const;
    this.#stepResponder(event);
    for (const browser of this.#browsers) this.#stepBrowser(browser, event);
    this.#schedule();
  }

  #stepResponder(event: ResponderEvent): void {
    const nowMs = this.#options.clock.monotonicMs();
    const { state, effects } = stepResponder(this.#responder, event, nowMs, this.#draw);
    this.#responder = state;
    for (const effect of effects) this.#carryOut(effect);
  }

  #stepBrowser(browser: OpenBrowser, event: BrowserEvent): void {
    const { state, effects } = stepBrowser(browser.state, event, this.#options.clock.monotonicMs());
    browser.state = state;
    for (const effect of effects) {
      if (effect.kind === 'changed') browser.onChange();
      else this.#send(effect.linkId, effect.message);
    }
  }

  #carryOut(effect: ResponderEffect): void {
    const { log, keepName } = this.#options;
    switch (effect.kind) {
      case 'send':
        return this.#send(effect.linkId, effect.message, effect);
      case 'named':
        this.#kept.set(effect.claimId, effect.kept);
        return keepName(effect.claimId, effect.kept);
      case 'conflict': {
        const { name, by, renamedTo } = effect;
        if (renamedTo === undefined) log.warn('another host uses a name of ours', { name, by });
        else log.warn('a name is taken by another host', { name, by, renamedTo });
      }
    }
  }

  #send(
    linkId: string,
    message: DnsMessage,
    {
      to,
      legacy,
    }: { readonly to?: { address: string; port: number }; readonly legacy?: true } = {},
  ): void {
    const link = this.#responder.links.get(linkId);
    if (link === undefined) return;
    const bytes = encodeDnsMessage(message, { compressSrv: legacy !== true });
    this.#sockets.send(link, bytes, to ?? groupOf(link));
  }

  /** One timer for all that waits. */
  #schedule(): void {
    this.#timer?.cancel();
    if (!this.#running) return;
    const dueMs = Math.min(
      nextTickMs(this.#responder) ?? Infinity,
      ...[...this.#browsers].map(({ state }) => nextBrowserTickMs(state)),
    );
    if (dueMs === Infinity) return;
    const delayMs = Math.min(
      Math.max(0, dueMs - this.#options.clock.monotonicMs()),
      limits.interfacesEveryMs,
    );
    this.#timer = this.#options.clock.startTimer(delayMs, () => {
      this.#stepResponder({ kind: 'tick' });
      for (const browser of this.#browsers) this.#stepBrowser(browser, { kind: 'tick' });
      this.#schedule();
    });
  }
}

function decode(bytes: Uint8Array): DnsMessage | undefined {
  try {
    return decodeDnsMessage(bytes);
  } catch (error) {
    if (error instanceof DnsDecodeError) return undefined;
    throw error;
  }
}
