// One instance of a language monitor: sits on the ports of any bidirectional port monitor.
import { z } from 'zod';
import type { Monitor2, MonitorInit, MonitorModule, MonitorUI, PortInfo } from '../contract.ts';
import { portNameKey } from '../port-name.ts';
import { noInput, openXcv, xcvCommand } from '../xcv.ts';
import { createLanguagePort, type LanguagePort } from './port.ts';
import type { LanguageKind } from './speaker.ts';

export function languageModule(kind: LanguageKind): MonitorModule {
  const ui: MonitorUI = {
    version: 1,
    title: kind.title,
    help: kind.help,
    addPort: [],
    configurePort: [],
  };
  return {
    name: kind.name,
    kind: 'language',
    // It opens nothing itself: what is local is the port below.
    locality: 'network',
    commandSets: kind.commandSets,
    initializePrintMonitor2: async (init) => createInstance(init, kind, ui),
    initializePrintMonitorUI: () => ui,
  };
}

function createInstance(init: MonitorInit, kind: LanguageKind, ui: MonitorUI): Monitor2 {
  const ports = new Map<string, LanguagePort>();
  let running = true;
  return {
    enumPorts: async () => [],

    async openPortEx(name, _printerName, portMonitor, call) {
      const openPort = portMonitor.openPort?.bind(portMonitor);
      if (!running || openPort === undefined) {
        const message = 'a language monitor needs a port monitor that opens ports';
        return { status: 'ERROR_NOT_SUPPORTED', message };
      }
      if (ports.has(portNameKey(name))) {
        return { status: 'ERROR_BUSY', message: `the port "${name}" is open already` };
      }
      const infos = await portMonitor.enumPorts(call);
      if (!isBidirectional(infos, name)) {
        const message = `the port "${name}" has no way back: ${kind.name} would hear nothing`;
        return { status: 'ERROR_NOT_SUPPORTED', message };
      }
      const opened = await openPort(name, call);
      if (opened.status !== 'ERROR_SUCCESS') return opened;
      const handle = createLanguagePort({
        init,
        kind,
        portName: name,
        port: opened.handle,
        onClosed: () => ports.delete(portNameKey(name)),
      });
      ports.set(portNameKey(name), handle);
      return { status: 'ERROR_SUCCESS', handle };
    },

    xcvOpenPort(object, grantedAccess) {
      if (!running || object !== '') {
        const message = `${kind.name} has no ports: ask the port monitor`;
        return { status: 'ERROR_UNKNOWN_PORT', message };
      }
      const commands = [monitorUICommand(kind.name, ui)];
      const handle = openXcv({ commands, context: null, object: 'monitor', grantedAccess });
      return { status: 'ERROR_SUCCESS', handle };
    },

    async shutdown() {
      running = false;
      for (const port of ports.values()) port.cutOff();
      ports.clear();
    },
  };
}

function isBidirectional(infos: readonly PortInfo[], name: string): boolean {
  const info = infos.find((each) => portNameKey(each.name) === portNameKey(name));
  // An unknown port is for openPort to refuse, with its own words.
  return info === undefined || info.types.includes('read');
}

function monitorUICommand(name: string, ui: MonitorUI) {
  return xcvCommand({
    name: 'MonitorUI',
    access: 'SERVER_ACCESS_ENUMERATE',
    object: 'either',
    input: noInput,
    output: z.strictObject({ name: z.string(), version: z.int() }),
    run: async (_context: null) => ({
      status: 'ERROR_SUCCESS',
      output: { name, version: ui.version },
    }),
  });
}
