// The text of a monitor module as somebody might drop it into the data folder: ports that are
// files.

/**
 * `onWrite` is done first by each writePort; `more` are members of an open port, in place of
 * others.
 */
export function moduleSource(name: string, entry: string, onWrite = '', more = ''): string {
  return `
    const ui = { version: 1, title: '${name}', help: '', addPort: [], configurePort: [] };
    const success = (handle) => ({ status: 'ERROR_SUCCESS', handle });
    function openFile(init, port) {
      let file;
      let deliveredBytes = 0;
      return {
        async startDocPort({ jobId }) {
          file = await init.devices.openOutput(port + '-' + jobId, 'replace');
          const atMs = init.clock.monotonicMs();
          init.reportStatus(port, { source: 'port-monitor', reasons: [], busy: true, atMs });
          return { kind: 'started' };
        },
        async writePort(bytes) {
          ${onWrite}
          const writtenBytes = await file.write(bytes);
          deliveredBytes += writtenBytes;
          return { kind: 'written', writtenBytes };
        },
        async readPort() { return new Uint8Array(0); },
        async endDocPort() {
          await file.close();
          return { deliveredBytes, outcome: 'printed', reasons: [] };
        },
        async closePort() {},
        ${more}
      };
    }
    async function start(init) {
      const { registry } = init;
      const names = async () => (await registry.enumValue(registry.root)).map(({ name }) => name);
      const xcv = (access) => ({
        async xcvDataPort(command, input) {
          if (!access.has('SERVER_ACCESS_ADMINISTER')) return { status: 'ERROR_ACCESS_DENIED' };
          if (command !== 'AddPort') return { status: 'ERROR_INVALID_PARAMETER' };
          await registry.setValue(registry.root, input.name, { type: 'dword', data: 1 });
          return { status: 'ERROR_SUCCESS', output: null };
        },
        xcvClosePort() {},
      });
      const info = (name) =>
        ({ name, monitorName: '${name}', description: init.serverName, types: ['write', 'read'] });
      return {
        enumPorts: async () => (await names()).map(info),
        openPort: async (port) => (await names()).includes(port)
          ? success(openFile(init, port))
          : { status: 'ERROR_UNKNOWN_PORT', message: 'there is no such port' },
        xcvOpenPort: (object, access) => success(xcv(access)),
        async shutdown() {},
      };
    }
    export default {
      name: '${name}',
      locality: 'network',
      ${entry}: start,
      initializePrintMonitorUI: () => ui,
    };
  `;
}

export interface LanguageActs {
  readonly onOpen?: string;
  readonly onWrite?: string;
  readonly onEnd?: string;
  readonly onClose?: string;
  readonly entry?: string;
}

/**
 * A language monitor: asks the device `?` behind each document, and has its words as status. The
 * acts are done first by the calls that they name.
 */
export function languageSource(name: string, acts: LanguageActs = {}): string {
  const { onOpen = '', onWrite = '', onEnd = '', onClose = '' } = acts;
  return `
    const ui = { version: 1, title: '${name}', help: '', addPort: [], configurePort: [] };
    function speak(init, name, below) {
      return {
        startDocPort: (doc, call) => below.startDocPort({ ...doc, sizeBytes: undefined }, call),
        async writePort(bytes, call) {
          ${onWrite}
          return await below.writePort(bytes, call);
        },
        async readPort() { return new Uint8Array(0); },
        async endDocPort(request, call) {
          ${onEnd}
          if (request.discard) return await below.endDocPort(request, call);
          await below.writePort(new TextEncoder().encode('?'), call);
          let message = '';
          while (!message.endsWith('.')) {
            message += new TextDecoder().decode(await below.readPort(100, call));
          }
          const reasons = [{ keyword: 'media-low', severity: 'warning' }];
          const atMs = init.clock.monotonicMs();
          init.reportStatus(name, { source: 'language-monitor', reasons, message, atMs });
          const { deliveredBytes } = await below.endDocPort(request, call);
          return { deliveredBytes: deliveredBytes - 1, outcome: 'printed', reasons: [], pages: 1 };
        },
        async closePort(call) {
          ${onClose}
          await below.closePort(call);
        },
        getPrinterDataFromPort: (what, call) => below.getPrinterDataFromPort?.(what, call),
      };
    }
    async function start(init) {
      return {
        async openPortEx(name, printer, portMonitor, call) {
          ${onOpen}
          const ports = await portMonitor.enumPorts(call);
          if (!ports.find((port) => port.name === name).types.includes('read')) {
            return { status: 'ERROR_NOT_SUPPORTED', message: 'no way back' };
          }
          const opened = await portMonitor.openPort(name, call);
          if (opened.status !== 'ERROR_SUCCESS') return opened;
          return { status: opened.status, handle: speak(init, name, opened.handle) };
        },
        xcvOpenPort: () => ({ status: 'ERROR_UNKNOWN_PORT', message: 'it has no ports' }),
        async shutdown() {},
      };
    }
    export default {
      name: '${name}',
      kind: 'language',
      commandSets: ['acme'],
      ${acts.entry ?? 'initializePrintMonitor2'}: start,
      initializePrintMonitorUI: () => ui,
    };
  `;
}
