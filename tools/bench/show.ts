// Prints the results of a row as a table for people.

import type { PeerResult, RowResult } from './harness.ts';

const HEADINGS = ['', 'median', 'min', 'max', 'MAD', 'ratio'] as const;

/** One line for the row, then the peers side by side, all in the row's unit. */
export function showRow(result: RowResult): string {
  const cells = [HEADINGS, ...result.peers.map(cellsOf)];
  const widths = HEADINGS.map((_, column) =>
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

function cellsOf(peer: PeerResult): readonly string[] {
  const figures = [peer.median, peer.min, peer.max, peer.mad].map((value) => value.toFixed(1));
  return [peer.peer, ...figures, peer.ratio.toFixed(2)];
}
