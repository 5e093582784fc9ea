// The text of a monitor module that hangs when a file says so: `init` where a group's spooler
// starts it, `write` while it prints, `loop` likewise at the start, but without ever giving way.

/** Ports that take bytes and forget them; the file is `hang`, beside the folder of modules. */
export function moduleSource(name: string): string {
  return `
    import { readFileSync } from 'node:fs';
    const wanted = () => {
      try {
        return readFileSync(new URL('../hang', import.meta.url), 'latin1');
      } catch {
        return '';
      }
    };
    const never = () => new Promise(() => undefined);
    const ui = { version: 1, title: '${name}', help: '', addPort: [], configurePort: [] };
    const success = (handle) => ({ status: 'ERROR_SUCCESS', handle });
    function openPort() {
      let deliveredBytes = 0;
      return {
        startDocPort: async () => ({ kind: 'started' }),
        async writePort(bytes) {
          if (wanted() === 'write') await never();
          deliveredBytes += bytes.length;
          return { kind: 'written', writtenBytes: bytes.length };
        },
        readPort: async () => new Uint8Array(0),
        endDocPort: async () => ({ deliveredBytes, outcome: 'printed', reasons: [] }),
        closePort: async () => undefined,
      };
    }
    async function start(init) {
      if (!init.local && wanted() === 'init') await never();
      while (!init.local && wanted() === 'loop');
      const { registry } = init;
      const names = async () => (await registry.enumValue(registry.root)).map(({ name }) => name);
      const xcv = () => ({
        async xcvDataPort(command, input) {
          await registry.setValue(registry.root, input.name, { type: 'dword', data: 1 });
          return { status: 'ERROR_SUCCESS', output: null };
        },
        xcvClosePort() {},
      });
      const info = (name) => ({ name, monitorName: '${name}', description: '', types: ['write'] });
      return {
        enumPorts: async () => (await names()).map(info),
        openPort: async () => success(openPort()),
        xcvOpenPort: () => success(xcv()),
        shutdown: async () => undefined,
      };
    }
    export default {
      name: '${name}',
      kind: 'port',
      locality: 'network',
      initializePrintMonitor2: start,
      initializePrintMonitorUI: () => ui,
    };
  `;
}
