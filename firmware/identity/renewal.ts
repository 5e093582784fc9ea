// Keeps the certificate of one owner fit: renewed in time, and with the names that are of now.
import type { Clock, Timer } from '../../hal/contract.ts';
import { identityLimits } from '../limits/identity-limits.ts';
import type { CertificateFacts, Certificates } from './contract.ts';

export interface RenewalOptions {
  readonly certificates: Certificates;
  readonly owner: string;
  /** By which clients reach the owner now: DNS names and addresses. */
  readonly names: () => readonly string[];
  readonly clock: Clock;
  readonly log: {
    warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
    error(message: string, facts?: Readonly<Record<string, unknown>>): void;
  };
}

export interface Renewal {
  /** Looks now, and from then on now and again. Rejects where the certificate can not be kept. */
  start(): Promise<void>;
  /** The names may have changed. Never rejects. */
  look(): Promise<void>;
  stop(): void;
}

export function createRenewal(options: RenewalOptions): Renewal {
  const { certificates, owner, names, clock, log } = options;
  let timer: Timer | undefined;
  let told: CertificateFacts['state'] = 'good';
  let stopped = false;

  const ensure = async () => {
    await certificates.ensure(owner, names());
    const facts = certificates.facts(owner);
    if (facts === undefined || facts.state === told) return;
    told = facts.state;
    const isTheirs = facts.source === 'administrator';
    if (!isTheirs || facts.state === 'good' || facts.state === 'unknown') return;
    const end = new Date(facts.notAfterMs).toISOString();
    log.warn('a certificate of the administrator has to be renewed', { owner, end });
  };

  const look = async () => {
    timer?.cancel();
    try {
      await ensure();
    } catch (error) {
      log.error('a certificate can not be renewed; it is tried again', { owner, error });
    }
    if (!stopped) timer = clock.startTimer(identityLimits.lookEveryMs, () => void look());
  };

  return {
    async start() {
      await ensure();
      if (!stopped) timer = clock.startTimer(identityLimits.lookEveryMs, () => void look());
    },
    look,
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}
