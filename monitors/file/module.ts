// The file monitor: documents into a file or a FIFO of the data folder.
import type { HalError } from '../../hal/errors.ts';
import type { Monitor2, MonitorInit, MonitorModule } from '../contract.ts';
import type { DeviceKind, NotStarted } from '../device-port/device.ts';
import { createOutputPortDevice } from '../device-port/output.ts';
import { openDevicePort } from '../device-port/port.ts';
import { createPortMonitor } from '../ports/port-monitor.ts';
import { warningOf } from '../ports/reasons.ts';
import { fileMonitorLimits } from './limits.ts';
import {
  type FileSettings,
  fileMonitorUI,
  fileSettingRows,
  fileSettingsSchema,
} from './settings.ts';

export const fileMonitor: MonitorModule = {
  name: 'file',
  kind: 'port',
  locality: 'local',
  initializePrintMonitor2: async (init) => (init.local ? createInstance(init) : undefined),
  initializePrintMonitorUI: () => fileMonitorUI,
};

function createInstance(init: MonitorInit): Promise<Monitor2> {
  const kind = fileKind(init);
  return createPortMonitor(init, {
    monitorName: fileMonitor.name,
    ui: fileMonitorUI,
    rows: fileSettingRows,
    schema: fileSettingsSchema,
    describe: ({ description }) => ({ description, types: ['write'] }),
    open: (opening) => openDevicePort({ init, opening, kind }),
    commands: [],
  });
}

function fileKind({ devices }: Pick<MonitorInit, 'devices'>): DeviceKind<FileSettings> {
  return {
    async open({ file, start }) {
      const output = await devices.openOutput(file, start);
      return { kind: 'opened', device: createOutputPortDevice(output) };
    },
    notStarted,
    writeTimeoutMs: (settings) => settings.writeTimeoutMs,
    chunkBytes: fileMonitorLimits.chunkBytes,
    // Who reads a FIFO sees the end of a document by its being closed.
    keepsOpen: false,
    hindranceOf: (error) =>
      error.code === 'no-space'
        ? { reasons: [warningOf('other')], message: error.message }
        : undefined,
    silence: { reasons: [warningOf('timed-out')], message: 'nobody reads the FIFO' },
  };
}

function notStarted(error: HalError, { file }: FileSettings): NotStarted {
  if (error.code === 'permission-denied') {
    return { kind: 'failed', status: 'ERROR_ACCESS_DENIED', message: error.message };
  }
  const message = error.code === 'device-gone' ? `nobody reads the FIFO "${file}"` : error.message;
  return { kind: 'waiting', reasons: [warningOf('offline-report')], message };
}
