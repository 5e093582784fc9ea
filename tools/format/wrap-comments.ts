// Breaks comments that are wider than a line may be, which the formatter leaves alone.

const MAX_COLUMNS = 100;

/** The text with each paragraph of a comment that is too wide broken anew; all else as it was. */
export function wrapComments(text: string): string {
  const lines = text.split('\n');
  const out: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const wide = line.length > MAX_COLUMNS ? readComment(line) : undefined;
    if (wide === undefined) {
      out.push(line);
      continue;
    }
    const words = [wide.words];
    while (!wide.closed && continues(lines[at + 1], wide.prefix)) {
      at += 1;
      words.push((lines[at] ?? '').slice(wide.prefix.length));
    }
    const body = breakWords(words.join(' '), wide.prefix);
    out.push(...(wide.closed ? [`${wide.indent}/**`, ...body, `${wide.indent} */`] : body));
  }
  return out.join('\n');
}

interface CommentLine {
  readonly indent: string;
  /** What each line begins with. */
  readonly prefix: string;
  readonly words: string;
  /** A whole docstring on one line. */
  readonly closed: boolean;
}

function readComment(line: string): CommentLine | undefined {
  const docstring = /^(\s*)\/\*\* (.*) \*\/$/.exec(line);
  if (docstring !== null) {
    const [, indent = '', words = ''] = docstring;
    return { indent, prefix: `${indent} * `, words, closed: true };
  }
  const [, prefix, words = ''] = /^(\s*(?:\/\/|\*) )(.*)$/.exec(line) ?? [];
  return prefix === undefined ? undefined : { indent: '', prefix, words, closed: false };
}

/** Whether the line goes on with the paragraph: a list, a tag or a blank line begins another. */
function continues(line: string | undefined, prefix: string): boolean {
  return line?.startsWith(prefix) === true && /^[^\s@*/-]/.test(line.slice(prefix.length));
}

function breakWords(text: string, prefix: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    const longer = line === '' ? `${prefix}${word}` : `${line} ${word}`;
    if (line !== '' && longer.length > MAX_COLUMNS) {
      lines.push(line);
      line = `${prefix}${word}`;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}
