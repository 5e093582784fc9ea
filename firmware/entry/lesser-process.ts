// How a supervisor that holds capabilities as an ordinary user starts a process without them.
import { existsSync, readFileSync } from 'node:fs';

const setpriv = '/usr/bin/setpriv';

/**
 * The words that stand before a command line. Ambient capabilities are what a service manager gives
 * a user who is not root (capabilities(7)), and what a child would inherit; a root that supervises
 * has none of them, and its child is root as well. Where setpriv is missing the child keeps them.
 */
export function withoutCapabilities(
  status: string = readFileSync('/proc/self/status', 'latin1'),
  hasSetpriv: boolean = existsSync(setpriv),
): readonly string[] {
  const ambient = /^CapAmb:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0';
  if (!hasSetpriv || /^0+$/.test(ambient)) return [];
  return [setpriv, '--ambient-caps=-all', '--inh-caps=-all', '--'];
}
