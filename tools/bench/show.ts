// Prints the results of a row as a table for people.

import type { PeerResult, RowResult } from './harness.ts';

const HEADINGS = ['', 'median', 'min', 'max', 'MAD', 'ratio'] as const;

/** One line for the row, then the peers side by side, all in the row's unit. */
export function showRow(result: RowResult): string {
  const besides = [...new Set(result.peers.flatMap((peer) => Object.keys(peer.besides)))];
  const cells = [[...HEADINGS, ...besides], ...result.peers.map((peer) => cellsOf(peer, besides))];
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  const lines = cells.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  '),
  );
  const title = `${result.row}: ${result.what}, ${result.unit} (seed ${result.seed})`;
  return [title, ...lines.map((line) => `  ${line}`)].join('\n');
}

function cellsOf(peer: PeerResult, besides: readonly string[]): readonly string[] {
  const figures = [peer.median, peer.min, peer.max, peer.mad].map((value) => value.toFixed(1));
  const more = besides.map((name) => peer.besides[name]?.toFixed(2) ?? '');
  return [peer.peer, ...figures, peer.ratio.toFixed(2), ...more];
}
