// A label of text in ZPL II.

const leftDots = 30;
const titleDots = 50;
const lineDots = 28;
const gapDots = 8;

/** Letters go as UTF-8 (^CI28); what ZPL itself means by something is left out. */
export function zplLabel(title: string, lines: readonly string[]): Uint8Array {
  const field = (topDots: number, heightDots: number, text: string): string =>
    `^FO${leftDots},${topDots}^A0N,${heightDots}^FD${plain(text)}^FS`;
  const fields = lines.map((line, at) =>
    field(leftDots + titleDots + gapDots * 2 + at * (lineDots + gapDots), lineDots, line),
  );
  return Buffer.from(`^XA^CI28${field(leftDots, titleDots, title)}${fields.join('')}^XZ\n`);
}

function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}^~]/gu, ' ');
}
