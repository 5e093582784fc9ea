// Step: the devices that printers can be made of, and printers for what is plugged in.
import type { Hal } from '../../../hal/contract.ts';
import type { MonitorModule } from '../../../monitors/contract.ts';
import { chooseLanguage } from '../../../monitors/language/choose.ts';
import type { Config } from '../../config/table.ts';
import { createBoxDevices } from '../../devices/box-devices.ts';
import type { Devices } from '../../devices/contract.ts';
import { createDevices } from '../../devices/devices.ts';
import { createNetworkDevices } from '../../devices/network-devices.ts';
import { createPluggedWatch } from '../../devices/plugged.ts';
import { createPluggedMemory, pluggedRegistryName } from '../../devices/plugged-memory.ts';
import { searchBySnmp } from '../../devices/snmp-search.ts';
import type { Discovery } from '../../discovery/contract.ts';
import { entryLimits } from '../../limits/entry-limits.ts';
import type { Log } from '../../log/log.ts';
import { openMonitorRegistry } from '../../registry/monitor-registry.ts';
import type { Spooler } from '../../spooler/contract.ts';
import type { Store, Term } from '../../store/contract.ts';
import type { Step } from '../lifecycle.ts';

export interface DevicesParts {
  readonly hal: Hal;
  readonly config: Config;
  readonly spooler: Spooler;
  readonly store: Store;
  readonly term: Term;
  readonly monitors: readonly MonitorModule[];
  /** Undefined where the appliance speaks on no network. */
  readonly discovery: Discovery | undefined;
  readonly log: Log;
}

export function devicesStep(parts: DevicesParts): Step<Devices> {
  const { hal, config, spooler, store, term, discovery } = parts;
  const languageFor = languagesOf(parts.monitors);
  return {
    name: 'devices',
    startTimeoutMs: entryLimits.startMs,
    stopTimeoutMs: entryLimits.stopMs,
    async start() {
      const network = discovery && createNetworkDevices({ ...hal, discovery, languageFor });
      const owned = await openMonitorRegistry({
        store,
        spooler: spooler.id,
        term: () => term,
        monitorName: pluggedRegistryName,
      });
      const watch = createPluggedWatch({
        spooler,
        memory: createPluggedMemory(owned.registry),
        listBus: () => hal.usb.list(),
        clock: hal.clock,
        log: parts.log.child('devices'),
      });
      if (config['devices.addPlugged']) watch.start();
      const devices = createDevices({
        spooler,
        finders: [createBoxDevices(spooler.ports), ...(network === undefined ? [] : [network])],
        searchNetwork: async (signal) =>
          discovery === undefined ? [] : searchBySnmp({ ...hal, languageFor }, signal),
      });
      return {
        part: devices,
        async stop() {
          network?.stop();
          await watch.stop();
          owned.shutDown();
        },
      };
    },
  };
}

/** The language monitor for a device that says so on the network. */
function languagesOf(monitors: readonly MonitorModule[]) {
  const kinds = monitors.flatMap(({ name, kind, commandSets: known }) =>
    kind === 'language' && known !== undefined ? [{ name, commandSets: known }] : [],
  );
  return (commandSets: readonly string[]): string | undefined =>
    chooseLanguage(kinds, 'by-device-id', { commandSets });
}
