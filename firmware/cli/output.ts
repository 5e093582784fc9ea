// What commands print: tables for people, JSON for programs.
import type { Output } from './command.ts';

/** Control characters in names would move a terminal's cursor: they are shown as what they are. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\x${code.toString(16).padStart(2, '0')}`;
  });
}

export function createOutput(write: (text: string) => void): Output {
  return {
    line: (text) => write(`${printable(text)}\n`),
    json: (value) => write(`${JSON.stringify(value, undefined, 2)}\n`),
    table(headings, rows) {
      const cells = [headings.map((heading) => heading.toUpperCase()), ...rows].map((row) =>
        row.map(printable),
      );
      const widths = headings.map((_, at) =>
        Math.max(...cells.map((row) => Array.from(row[at] ?? '').length)),
      );
      for (const row of cells) {
        const padded = row.map(
          (cell, at) => cell + ' '.repeat((widths[at] ?? 0) - Array.from(cell).length),
        );
        write(`${padded.join('  ').trimEnd()}\n`);
      }
    },
  };
}
