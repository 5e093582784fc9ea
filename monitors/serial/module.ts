// The serial monitor: documents to printers at a serial port of this box.
import type { HalError } from '../../hal/errors.ts';
import type { Monitor2, MonitorInit, MonitorModule } from '../contract.ts';
import type { DeviceKind, NotStarted } from '../device-port/device.ts';
import { openDevicePort } from '../device-port/port.ts';
import { createPortMonitor } from '../ports/port-monitor.ts';
import { warningOf } from '../ports/reasons.ts';
import { createSerialDevice } from './device.ts';
import { serialMonitorLimits } from './limits.ts';
import {
  serialMonitorUI,
  type SerialSettings,
  serialSettingRows,
  serialSettingsSchema,
} from './settings.ts';
import { serialXcvCommands } from './xcv-commands.ts';

export const serialMonitor: MonitorModule = {
  name: 'serial',
  kind: 'port',
  locality: 'local',
  initializePrintMonitor2: async (init) => (init.local ? createInstance(init) : undefined),
  initializePrintMonitorUI: () => serialMonitorUI,
};

function createInstance(init: MonitorInit): Promise<Monitor2> {
  const kind = serialKind(init);
  return createPortMonitor(init, {
    monitorName: serialMonitor.name,
    ui: serialMonitorUI,
    rows: serialSettingRows,
    schema: serialSettingsSchema,
    describe: ({ description }) => ({ description, types: ['write', 'read'] }),
    open: (opening) => openDevicePort({ init, opening, kind }),
    commands: serialXcvCommands(init),
  });
}

function serialKind({ devices }: Pick<MonitorInit, 'devices'>): DeviceKind<SerialSettings> {
  return {
    async open(settings) {
      const { device, baudRate, dataBits, parity, stopBits, flow, dtr } = settings;
      const line = { baudRate, dataBits, parity, stopBits, flow, dtr };
      const port = await devices.openSerial(device, line);
      return { kind: 'opened', device: createSerialDevice(port, settings) };
    },
    notStarted,
    writeTimeoutMs: (settings) => settings.writeTimeoutMs,
    readIntervalMs: serialMonitorLimits.readIntervalMs,
    chunkBytes: serialMonitorLimits.chunkBytes,
    retryLastMs: serialMonitorLimits.retryLastMs,
    // Closing drops DTR, at which many printers reset; and status is asked between documents.
    keepsOpen: true,
    silence: {
      reasons: [warningOf('timed-out')],
      message: 'the printer holds the line: it is full, off-line or out of paper',
    },
  };
}

function notStarted(error: HalError, { device }: SerialSettings): NotStarted {
  if (error.code === 'permission-denied') {
    return { kind: 'failed', status: 'ERROR_ACCESS_DENIED', message: error.message };
  }
  const message = error.code === 'busy' ? `another program uses ${device}` : error.message;
  return { kind: 'waiting', reasons: [warningOf('offline-report')], message };
}
