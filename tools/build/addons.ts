// The native addons that the single file carries; any other .node import fails the build.

export interface Addon {
  /** What the import resolves to, as the end of its path: 'prebuilds/linux-x64/name.node'. */
  readonly importedAs: string;
  /** The library and the name of the asset under which it is embedded. */
  readonly asset: { readonly name: string; readonly file: string };
  /** CommonJS text that stands in for the import and loads the asset. */
  readonly module: string;
}

export const addons: readonly Addon[] = [];
