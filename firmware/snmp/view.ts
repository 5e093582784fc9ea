// What a reader sees: subtrees that are in, less those that are out (RFC 3415 2.4, without masks).
import { isBelow, type Oid, parseOid } from '../../monitors/wire/snmp/oid.ts';
import type { ReaderRules } from './contract.ts';

export type View = (oid: Oid) => boolean;

/** The longest subtree that holds an identifier decides. */
export function viewOf({ included, excluded }: Pick<ReaderRules, 'included' | 'excluded'>): View {
  const rules = [
    ...included.flatMap((text) => ruleOf(text, true)),
    ...excluded.flatMap((text) => ruleOf(text, false)),
  ].toSorted((a, b) => b.root.length - a.root.length);
  if (rules.length === 0) return () => true;
  const isSeenOtherwise = included.length === 0;
  return (oid) => rules.find(({ root }) => isBelow(oid, root))?.isIn ?? isSeenOtherwise;
}

function ruleOf(
  text: string,
  isIn: boolean,
): readonly { readonly root: Oid; readonly isIn: boolean }[] {
  const root = parseOid(text);
  return root === undefined ? [] : [{ root, isIn }];
}
