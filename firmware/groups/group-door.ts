// The door of a group's ports: what would lead back to one of the two boxes is refused before the
// monitor hears of it.
import type { Addresses, Clock } from '../../hal/contract.ts';
import { startDeadline } from '../../hal/time.ts';
import type { JsonValue, MonitorModule } from '../../monitors/contract.ts';
import type { LocalityRules } from '../../monitors/locality.ts';
import { refuseGroupMonitor, refuseGroupPort } from '../cluster/refusal.ts';
import type { Refusal } from '../errors/codes.ts';
import { groupLimits } from '../limits/group-limits.ts';
import type { PortDoor } from '../spooler/port-door.ts';

export interface GroupDoorOptions {
  /** Its name, for people. */
  readonly group: string;
  readonly rules: () => LocalityRules;
  readonly addresses: Pick<Addresses, 'resolve'>;
  readonly clock: Clock;
  /** A port of the node's own spooler: by its monitor's module. */
  readonly nodePort: (name: string) => Promise<GroupDoorPort | undefined>;
}

export interface GroupDoorPort {
  readonly module: MonitorModule;
  readonly host: string | undefined;
}

/** Members of a monitor's settings that say where its device is. */
const places = ['host', 'uri', 'address', 'hostName'] as const;

export function createGroupDoor(options: GroupDoorOptions): PortDoor {
  const { group, rules } = options;
  const resolve = async (host: string): Promise<readonly string[]> => {
    using deadline = startDeadline(options.clock, groupLimits.resolveMs);
    // A name that nobody knows now is looked at again at each connection.
    return await options.addresses.resolve(host, deadline.signal).catch(() => []);
  };
  const refusePort = async (
    name: string,
    { module, host }: GroupDoorPort,
  ): Promise<Refusal | undefined> => {
    const resolved = host === undefined ? [] : await resolve(host);
    return refuseGroupPort({ name, module, host, resolved }, group, rules());
  };
  return {
    refuseMonitor: (module) => refuseGroupMonitor(module, group),
    async refuseSettings(module, portName, input) {
      for (const host of hostsIn(input)) {
        const name = portName ?? nameIn(input) ?? host;
        const refusal = await refusePort(name, { module, host });
        if (refusal !== undefined) return refusal;
      }
      return undefined;
    },
    async refuseStrangePort(name) {
      const port = await options.nodePort(name);
      return port === undefined ? undefined : await refusePort(name, port);
    },
  };
}

function hostsIn(input: JsonValue): readonly string[] {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return [];
  return places.flatMap((place) => {
    const value: unknown = Object.entries(input).find(([name]) => name === place)?.[1];
    if (typeof value !== 'string' || value === '') return [];
    const authority = /^[a-z][a-z0-9+.-]*:\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:/?#]*)/i.exec(value)?.[1];
    return [authority ?? value];
  });
}

function nameIn(input: JsonValue): string | undefined {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return undefined;
  const name: unknown = Object.entries(input).find(([key]) => key === 'name')?.[1];
  return typeof name === 'string' ? name : undefined;
}
