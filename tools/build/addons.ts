// The native addons that the single file carries; any other .node import fails the build.

import type { Target } from './targets.ts';

export interface Addon {
  /** What the import resolves to, as the end of its path: 'prebuilds/linux-x64/name.node'. */
  readonly importedAs: string;
  /** The library and the name of the asset under which it is embedded. */
  readonly asset: { readonly name: string; readonly file: string };
  /** CommonJS text that stands in for the import and loads the asset; imports are as from root. */
  readonly module: string;
}

/** Where each library keeps what it would load, for the target; paths are those of the project. */
export function addonsOf({ arch }: Pick<Target, 'arch'>): readonly Addon[] {
  const serialportFile =
    arch === 'arm64'
      ? 'linux-arm64/@serialport+bindings-cpp.armv8.glibc.node'
      : 'linux-x64/@serialport+bindings-cpp.glibc.node';
  return [
    {
      importedAs: '@serialport/bindings-cpp/dist/serialport-bindings.js',
      asset: {
        name: 'addon/serialport.node',
        file: `node_modules/@serialport/bindings-cpp/prebuilds/${serialportFile}`,
      },
      module: `exports.binding = ${loaded('addon/serialport.node')};`,
    },
    {
      importedAs: 'node_modules/usb/index.js',
      asset: {
        name: 'addon/usb.node',
        file: `node_modules/@node-usb/usb-linux-${arch}-gnu/usb.linux-${arch}-gnu.node`,
      },
      module: `module.exports = ${loaded('addon/usb.node')};`,
    },
    {
      importedAs: 'node_modules/koffi/src/koffi/index.js',
      asset: {
        name: 'addon/koffi.node',
        file: `node_modules/@koromix/koffi-linux-${arch}/linux_${arch}/koffi.node`,
      },
      // Its package holds ES modules: what stands in has to be one.
      module:
        "import { loadAddon } from './hal/linux/addons.ts'; " +
        "export default loadAddon('addon/koffi.node');",
    },
  ];
}

function loaded(asset: string): string {
  return `require('./hal/linux/addons.ts').loadAddon('${asset}')`;
}
