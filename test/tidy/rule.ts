// The form of a house rule: what it finds, what to write instead, and examples that it must find.

import type { SourceFile } from './source.ts';

export interface Finding {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** What stands there. */
  readonly what: string;
}

/** A small project: repository path to text. */
export type Example = Readonly<Record<string, string>>;

export interface Rule {
  readonly name: string;
  readonly why: string;
  /** What to write instead. */
  readonly replacement: string;
  readonly check: (files: readonly SourceFile[]) => readonly Finding[];
  /** Each is found. */
  readonly bad: readonly [Example, ...Example[]];
  /** None is found. */
  readonly good: readonly [Example, ...Example[]];
}

/** A check that looks at one file after the other. */
export function eachFile(
  where: (path: string) => boolean,
  find: (file: SourceFile) => readonly Omit<Finding, 'path'>[],
): Rule['check'] {
  return (files) =>
    files
      .filter((file) => where(file.path))
      .flatMap((file) => find(file).map((finding) => ({ path: file.path, ...finding })));
}

/** A check of each line of text by a pattern. */
export function eachLine(
  where: (path: string) => boolean,
  pattern: RegExp,
  lines: (file: SourceFile) => readonly string[] = (file) => file.lines,
): Rule['check'] {
  return eachFile(where, (file) =>
    lines(file).flatMap((text, index) => {
      const match = pattern.exec(text);
      return match === null ? [] : [{ line: index + 1, what: match[0].trim() }];
    }),
  );
}

export function isProduction(path: string): boolean {
  return /^(hal|monitors|firmware|web)\//.test(path);
}

export function isTest(path: string): boolean {
  return path.startsWith('test/');
}

/** The rules' own sources, whose examples and patterns would be found by rules that read text. */
export function isRule(path: string): boolean {
  return path.startsWith('test/tidy/');
}
