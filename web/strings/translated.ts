// Finds the words of another language for what monitors and devices say in English.

/** Sentences by their English; a `{what}` in one is a name or an address, a `{why}` a sentence. */
export type Sentences = Readonly<Record<string, string>>;

/**
 * Several may be joined by semicolons, each perhaps with its port before it and the system's own
 * word behind it. What nobody translated stays as it is.
 */
export function translated(text: string, sentences: Sentences): string {
  const whole = sentenceOf(text, sentences);
  if (whole !== undefined) return whole;
  const parts = text.split('; ').map((part) => {
    const [, port = '', rest = part] = /^([^:]+: )?(.+)$/su.exec(part) ?? [];
    return sentenceOf(part, sentences) ?? `${port}${sentenceOf(rest, sentences) ?? rest}`;
  });
  return parts.join('; ');
}

function sentenceOf(text: string, sentences: Sentences): string | undefined {
  const [, bare = text, detail = ''] = /^(.+?)( \([A-Z0-9_]+\))$/su.exec(text) ?? [];
  if (Object.hasOwn(sentences, bare)) return `${sentences[bare] ?? bare}${detail}`;
  for (const [from, to] of Object.entries(sentences)) {
    const place = /^(.*)\{(what|why|place)\}(.*)$/s.exec(from);
    if (place === null) continue;
    const [, begin = '', name = '', end = ''] = place;
    if (!bare.startsWith(begin) || !bare.endsWith(end)) continue;
    const value = bare.slice(begin.length, bare.length - end.length);
    // A name or an address has no spaces: what a display says of itself is not taken for one.
    if (value === '' || (name === 'what' && /\s/.test(value))) continue;
    const filled = name === 'why' ? translated(value, sentences) : value;
    return `${to.replace(`{${name}}`, () => filled)}${detail}`;
  }
  return undefined;
}
