// The client of a port: its address and credentials, and its certificate pinned at the first use.
import type { MonitorInit } from '../contract.ts';
import type { PortOpening } from '../ports/port-monitor.ts';
import { IppClientError } from './client-error.ts';
import { createIppClient, type IppClient } from './client.ts';
import type { IppSettings } from './settings.ts';
import { readIppTarget } from './target.ts';

/** Takes whatever certificate comes, and tells which: to show it to a person. */
export function clientOf(
  init: Pick<MonitorInit, 'clock' | 'devices'>,
  opening: Pick<PortOpening<IppSettings>, 'settings' | 'change'>,
  settings: IppSettings,
): IppClient {
  return clientWith(init, settings, (sha256) => pinned(opening, settings.uri, sha256));
}

export function clientWith(
  init: Pick<MonitorInit, 'clock' | 'devices'>,
  settings: IppSettings,
  checkCertificate: (sha256: string) => Promise<void>,
): IppClient {
  const read = readIppTarget(settings.uri);
  if (read.kind === 'wrong') throw new Error(`${settings.uri} ${read.message}`);
  const { userName, password, connectTimeoutMs } = settings;
  return createIppClient({
    init,
    target: read.target,
    userName,
    password,
    connectTimeoutMs,
    checkCertificate,
  });
}

async function pinned(
  { settings, change }: Pick<PortOpening<IppSettings>, 'settings' | 'change'>,
  uri: string,
  sha256: string,
): Promise<void> {
  const now = settings();
  const known = now.kind === 'read' ? now.settings.certificate : '';
  if (known === sha256) return;
  if (known === '') {
    // Another connection of this port may have been first: then that one counts.
    return change((latest) =>
      latest.certificate === '' ? { ...latest, certificate: sha256 } : latest,
    );
  }
  const message =
    `${uri} shows another certificate than before (SHA-256 ${sha256}, was ${known}): ` +
    'if the printer has a new one, accept it; if not, somebody is in between';
  throw new IppClientError('certificate-changed', message);
}
