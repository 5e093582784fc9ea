// A file as the house rules see it: lines, imports, tokens that no string or comment can fool.

import { posix } from 'node:path';
import { SyntaxKind } from 'typescript/unstable/ast';
import { createScanner } from 'typescript/unstable/ast/scanner';

export interface Token {
  readonly kind: 'word' | 'string' | 'template' | 'number' | 'regex' | 'mark' | 'comment';
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** How many brackets are open around the token; a bracket has the depth outside it. */
  readonly depth: number;
}

export interface Import {
  readonly specifier: string;
  /** The repository path, of a relative specifier. */
  readonly target: string | undefined;
  readonly line: number;
  readonly typeOnly: boolean;
  readonly reExport: boolean;
  /** Names as the other module calls them. */
  readonly names: readonly string[];
}

export interface SourceFile {
  /** From the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  /** Without comments; empty where the file is not TypeScript or JavaScript. */
  readonly tokens: readonly Token[];
  readonly comments: readonly Token[];
  readonly imports: readonly Import[];
}

export function isScript(path: string): boolean {
  return /\.(ts|mts|js|mjs)$/.test(path);
}

export function makeSource(path: string, text: string): SourceFile {
  const all = isScript(path) ? scan(text) : [];
  const tokens = all.filter((token) => token.kind !== 'comment');
  return {
    path,
    text,
    lines: text.split('\n'),
    tokens,
    comments: all.filter((token) => token.kind === 'comment'),
    imports: findImports(path, tokens),
  };
}

function scan(text: string): Token[] {
  const scanner = createScanner(false, undefined, text);
  const tokens: Token[] = [];
  const templateDepths: number[] = [];
  let depth = 0;
  let line = 1;
  let previous: Token | undefined;
  for (let kind = scanner.scan(); kind !== SyntaxKind.EndOfFile; kind = scanner.scan()) {
    if (isSlash(kind) && startsExpression(previous)) kind = scanner.reScanSlashToken();
    if (kind === SyntaxKind.CloseBraceToken && templateDepths.at(-1) === depth) {
      kind = scanner.reScanTemplateToken(false);
      if (kind === SyntaxKind.TemplateTail) templateDepths.pop();
    }
    const tokenText = scanner.getTokenText();
    const name = nameOfKind(kind, tokenText);
    if (name === 'mark' && /^[)\]}]$/.test(tokenText)) depth -= 1;
    if (kind === SyntaxKind.TemplateTail) depth -= 1;
    if (name !== 'space') {
      const token = { kind: name, text: tokenText, line, depth };
      tokens.push(token);
      if (name !== 'comment') previous = token;
    }
    if (name === 'mark' && /^[([{]$/.test(tokenText)) depth += 1;
    if (kind === SyntaxKind.TemplateHead) {
      depth += 1;
      templateDepths.push(depth);
    }
    line += tokenText.split('\n').length - 1;
  }
  return tokens;
}

function isSlash(kind: SyntaxKind): boolean {
  return kind === SyntaxKind.SlashToken || kind === SyntaxKind.SlashEqualsToken;
}

/** A slash begins a regular expression where a value can't have just ended. */
function startsExpression(previous: Token | undefined): boolean {
  if (previous === undefined) return true;
  if (previous.kind === 'mark') return !/^[)\]}]$/.test(previous.text);
  return previous.kind === 'word' && /^(return|typeof|case|in|of|await|yield)$/.test(previous.text);
}

const KINDS: ReadonlyMap<SyntaxKind, Token['kind'] | 'space'> = new Map([
  [SyntaxKind.WhitespaceTrivia, 'space'],
  [SyntaxKind.NewLineTrivia, 'space'],
  [SyntaxKind.SingleLineCommentTrivia, 'comment'],
  [SyntaxKind.MultiLineCommentTrivia, 'comment'],
  [SyntaxKind.StringLiteral, 'string'],
  [SyntaxKind.NoSubstitutionTemplateLiteral, 'template'],
  [SyntaxKind.TemplateHead, 'template'],
  [SyntaxKind.TemplateMiddle, 'template'],
  [SyntaxKind.TemplateTail, 'template'],
  [SyntaxKind.NumericLiteral, 'number'],
  [SyntaxKind.BigIntLiteral, 'number'],
  [SyntaxKind.RegularExpressionLiteral, 'regex'],
]);

function nameOfKind(kind: SyntaxKind, text: string): Token['kind'] | 'space' {
  return KINDS.get(kind) ?? (/^[\p{L}_$#]/u.test(text) ? 'word' : 'mark');
}

function findImports(path: string, tokens: readonly Token[]): Import[] {
  const found: Import[] = [];
  tokens.forEach((token, index) => {
    const specifier = specifierOf(tokens, index);
    if (specifier === undefined) return;
    const value = specifier.token.text.slice(1, -1);
    found.push({
      specifier: value,
      target: value.startsWith('.') ? posix.join(posix.dirname(path), value) : undefined,
      line: token.line,
      typeOnly: isTypeOnly(tokens, index),
      reExport: token.text === 'export',
      names: namesBetween(tokens.slice(index, specifier.index)),
    });
  });
  return found;
}

/**
 * The module named by the import, re-export, import() or new URL(…, import.meta.url) at `index`.
 */
function specifierOf(
  tokens: readonly Token[],
  index: number,
): { readonly token: Token; readonly index: number } | undefined {
  const at = (offset: number): Token | undefined => tokens[index + offset];
  const word = tokens[index];
  if (word?.kind !== 'word' || at(-1)?.text === '.') return undefined;
  if (word.text === 'new' && at(1)?.text === 'URL' && at(7)?.text === 'meta') {
    const file = pick(tokens, index + 3);
    return isScript(file?.token.text.slice(1, -1) ?? '') ? file : undefined;
  }
  if (word.text === 'import' && at(1)?.text === '(') return pick(tokens, index + 2);
  if (word.text === 'import' && at(1)?.kind === 'string') return pick(tokens, index + 1);
  const reExports = /^[*{]$/.test(at(isTypeOnly(tokens, index) ? 2 : 1)?.text ?? '');
  if (word.text !== 'import' && !(word.text === 'export' && reExports)) return undefined;
  for (let end = index + 1; end < tokens.length; end += 1) {
    const token = tokens[end];
    if (token?.text === 'from' && tokens[end + 1]?.kind === 'string') return pick(tokens, end + 1);
    if (token?.text === ';' || token?.kind === 'string') return undefined;
  }
  return undefined;
}

function pick(
  tokens: readonly Token[],
  index: number,
): { readonly token: Token; readonly index: number } | undefined {
  const token = tokens[index];
  return token?.kind === 'string' ? { token, index } : undefined;
}

function isTypeOnly(tokens: readonly Token[], index: number): boolean {
  return tokens[index + 1]?.text === 'type' && !/^(from|,)$/.test(tokens[index + 2]?.text ?? '');
}

function namesBetween(tokens: readonly Token[]): string[] {
  return tokens
    .filter((token, index) => token.kind === 'word' && tokens[index - 1]?.text !== 'as')
    .map((token) => token.text)
    .filter((text) => !/^(import|export|type|as|from)$/.test(text));
}
