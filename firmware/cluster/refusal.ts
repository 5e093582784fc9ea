// What may not be part of a group, in the one function that every door asks: local ports, and
// monitors that were not converted.
import { decideLocality, type LocalityRules, type PortPlace } from '../../monitors/locality.ts';
import type { MonitorModule } from '../../monitors/contract.ts';
import { refused, type Refusal } from '../errors/codes.ts';

/** A port as a door would have it: made, renamed, re-addressed, restored or replicated. */
export interface GroupPort {
  readonly name: string;
  readonly module: Pick<
    MonitorModule,
    'name' | 'locality' | 'initializePrintMonitor2' | 'initializePrintMonitor'
  >;
  readonly host: PortPlace['host'];
  readonly resolved: PortPlace['resolved'];
}

/** Why this port, or the printer that would use it, can't be in a group; undefined where it can. */
export function refuseGroupPort(
  port: GroupPort,
  group: string,
  rules: LocalityRules,
): Refusal | undefined {
  const { module, host, resolved } = port;
  const unconverted = refuseGroupMonitor(module, group);
  if (unconverted !== undefined) return unconverted;
  const locality = decideLocality({ module, host, resolved }, rules);
  if (locality.kind === 'network') return undefined;
  return refused(
    'not-clusterable',
    `port "${port.name}" can't be in group "${group}": it is local, because ${locality.reason}`,
  );
}

/** A monitor's own refusal, before it has a port: it drives this box, or knows one spooler only. */
export function refuseGroupMonitor(
  module: GroupPort['module'],
  group: string,
): Refusal | undefined {
  if (module.initializePrintMonitor2 === undefined) {
    return refused(
      'not-clusterable',
      `monitor "${module.name}" can't serve group "${group}": it is not converted, ` +
        'it offers InitializePrintMonitor and no InitializePrintMonitor2',
    );
  }
  if (module.locality === 'network') return undefined;
  return refused(
    'not-clusterable',
    `monitor "${module.name}" can't serve group "${group}": it drives ports of this box`,
  );
}

export interface GroupPrinter {
  readonly name: string;
  /** Ports that the printer names; undefined where a name is not known. */
  readonly ports: readonly { readonly name: string; readonly port: GroupPort | undefined }[];
}

/**
 * A printer with any port that can't be in a group can't be in it either; the error names the port.
 */
export function refuseGroupPrinter(
  printer: GroupPrinter,
  group: string,
  rules: LocalityRules,
): Refusal | undefined {
  for (const { name, port } of printer.ports) {
    if (port === undefined) {
      return refused('port-not-found', `printer "${printer.name}" names port "${name}"`);
    }
    const refusal = refuseGroupPort(port, group, rules);
    if (refusal !== undefined) {
      const message = `printer "${printer.name}" can't be in group "${group}": ${refusal.message}`;
      return refused(refusal.code, message);
    }
  }
  return undefined;
}
