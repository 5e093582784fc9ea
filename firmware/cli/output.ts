// What commands print: tables for people, JSON for programs.
import type { Output } from './command.ts';

/**
 * Control characters in names would move a terminal's cursor, and those of direction turn the rest
 * of a line round: they are shown as what they are.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\x${code.toString(16).padStart(2, '0')}`;
  });
}

export function createOutput(write: (text: string) => void): Output {
  return {
    line: (text) => write(`${printable(text)}\n`),
    json: (value) => write(`${JSON.stringify(value, undefined, 2)}\n`),
    fields: (rows) => write(columns(rows)),
    table: (headings, rows) =>
      write(columns([headings.map((heading) => heading.toUpperCase()), ...rows])),
  };
}

function columns(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(printable));
  const width = (at: number) => Math.max(...cells.map((row) => Array.from(row[at] ?? '').length));
  const widths = (cells[0] ?? []).map((_, at) => width(at));
  const lines = cells.map((row) =>
    row.map((cell, at) => cell + ' '.repeat((widths[at] ?? 0) - Array.from(cell).length)),
  );
  return lines.map((line) => `${line.join('  ').trimEnd()}\n`).join('');
}
