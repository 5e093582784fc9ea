// The programs of the single file: each is a file beside this one, and an asset there.

export const programNames = ['platen', 'supervise-program'] as const;

export type ProgramName = (typeof programNames)[number];

/** The name under which the single file carries the bundled source text of a program. */
export function programAsset(name: ProgramName): string {
  return `program/${name}.cjs`;
}
