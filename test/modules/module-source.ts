// The text of a monitor module as somebody might drop it into the data folder: ports that are
// files.

/** `onWrite` is done first by each writePort. */
export function moduleSource(name: string, entry: string, onWrite = ''): string {
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
        ({ name, monitorName: '${name}', description: init.serverName, types: ['write'] });
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
