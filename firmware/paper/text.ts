// A page of plain text, for devices that say nothing of what they understand: line printers, till
// printers, and most lasers.

const wrapColumns = 76;

/** Ends with a form feed, so that the page comes out. */
export function textPage(title: string, lines: readonly string[]): Uint8Array {
  const all = [title, '', ...lines.flatMap(wrap)].map(ascii);
  return Buffer.from(`\r\n${all.join('\r\n')}\r\n\f`, 'latin1');
}

function wrap(line: string): readonly string[] {
  const pieces: string[] = [];
  for (let at = 0; at < line.length; at += wrapColumns) {
    pieces.push(line.slice(at, at + wrapColumns));
  }
  return pieces.length === 0 ? [''] : pieces;
}

/** Code pages differ in everything else. */
function ascii(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?');
}
