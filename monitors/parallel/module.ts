// The parallel monitor: documents to printers at a parallel port of this box.
import type { Monitor2, MonitorInit, MonitorModule } from '../contract.ts';
import type { DeviceKind } from '../device-port/device.ts';
import { createOutputPortDevice } from '../device-port/output.ts';
import { openDevicePort } from '../device-port/port.ts';
import { createPortMonitor } from '../ports/port-monitor.ts';
import { parallelMonitorLimits } from './limits.ts';
import { busy, hindranceOfWrite, notStarted } from './reasons.ts';
import { loadRetryTimeout, type RetryTimeout } from './retry-timeout.ts';
import {
  type ParallelSettings,
  parallelMonitorUI,
  parallelSettingRows,
  parallelSettingsSchema,
} from './settings.ts';
import { parallelXcvCommands } from './xcv-commands.ts';

export const parallelMonitor: MonitorModule = {
  name: 'parallel',
  kind: 'port',
  locality: 'local',
  initializePrintMonitor2: async (init) => (init.local ? createInstance(init) : undefined),
  initializePrintMonitorUI: () => parallelMonitorUI,
};

async function createInstance(init: MonitorInit): Promise<Monitor2> {
  const retryTimeout = await loadRetryTimeout(init.registry);
  const kind = parallelKind(init, retryTimeout);
  return createPortMonitor(init, {
    monitorName: parallelMonitor.name,
    ui: parallelMonitorUI,
    rows: parallelSettingRows,
    schema: parallelSettingsSchema,
    describe: ({ description }) => ({ description, types: ['write'] }),
    open: (opening) => openDevicePort({ init, opening, kind }),
    commands: parallelXcvCommands(init, retryTimeout),
  });
}

function parallelKind(
  { devices }: Pick<MonitorInit, 'devices'>,
  retryTimeout: RetryTimeout,
): DeviceKind<ParallelSettings> {
  return {
    async open({ device }) {
      return {
        kind: 'opened',
        device: createOutputPortDevice(await devices.openPrinterNode(device)),
      };
    },
    notStarted,
    writeTimeoutMs: () => retryTimeout.seconds() * 1000,
    chunkBytes: parallelMonitorLimits.chunkBytes,
    // Opening costs nothing, and other programs may use the port between documents.
    keepsOpen: false,
    hindranceOf: hindranceOfWrite,
    silence: busy,
  };
}
