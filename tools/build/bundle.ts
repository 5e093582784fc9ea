// Bundles an entry and all that it imports into one CommonJS file, as a single executable wants it.

import { fileURLToPath } from 'node:url';
import { build, type OnLoadResult, type Plugin } from 'esbuild';

import type { Addon } from './addons.ts';

/** Longer lines make the stack trace of a fault unreadable. */
const MAX_LINE_COLUMNS = 200;

/** From where the modules that stand in for addons import. */
const root = fileURLToPath(new URL('../..', import.meta.url));

/** A single file has no address of its own; what is relative to it is an asset. */
const BUNDLE_URL = 'file:///platen';

export interface BundleOptions {
  readonly entry: string;
  readonly addons: readonly Addon[];
  readonly report: (line: string) => void;
}

/**
 * The bundle's text; rejects with all errors named when an import is missing or a foreign addon.
 */
export async function bundle(options: BundleOptions): Promise<string> {
  const result = await build({
    entryPoints: [options.entry],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node26',
    // One letter beyond Latin-1 and the engine keeps each of three million as two octets.
    charset: 'ascii',
    minifySyntax: true,
    minifyWhitespace: true,
    lineLimit: MAX_LINE_COLUMNS,
    legalComments: 'none',
    logLevel: 'silent',
    define: { 'import.meta.url': JSON.stringify(BUNDLE_URL) },
    // net-snmp declares names that strict mode forbids.
    tsconfigRaw: {
      compilerOptions: { alwaysStrict: false, strict: false, verbatimModuleSyntax: true },
    },
    plugins: [addonPlugin(options.addons), languagePlugin],
  });
  for (const { text, location } of result.warnings) {
    options.report(`warning: ${location?.file ?? ''}:${location?.line ?? ''}: ${text}`);
  }
  const [output] = result.outputFiles;
  if (output === undefined) throw new Error(`esbuild made nothing of ${options.entry}`);
  return output.text;
}

/** Of the library's messages in fifty languages, which a start would read, nobody sees one. */
const languagePlugin: Plugin = {
  name: 'languages',
  setup(host) {
    host.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
      loader: 'js',
    }));
  },
};

function addonPlugin(addons: readonly Addon[]): Plugin {
  const addonAt = (path: string): Addon | undefined =>
    addons.find(({ importedAs }) => path.endsWith(importedAs));
  const standIn = (path: string): OnLoadResult | undefined => {
    const addon = addonAt(path);
    return addon && { contents: addon.module, loader: 'js', resolveDir: root };
  };
  return {
    name: 'addons',
    setup(host) {
      host.onResolve({ filter: /\.node$/ }, ({ path, importer }) => {
        const addon = addonAt(path);
        if (addon !== undefined) return { path: addon.importedAs, namespace: 'addon' };
        const advice = 'add it to the table in tools/build/addons.ts';
        return { errors: [{ text: `${path} (from ${importer}) is a native addon: ${advice}` }] };
      });
      host.onLoad({ filter: /.*/, namespace: 'addon' }, ({ path }) => standIn(path));
      // A library that looks for its addon at run time has a file that does so.
      host.onLoad({ filter: /\.js$/, namespace: 'file' }, ({ path }) => standIn(path));
    },
  };
}
