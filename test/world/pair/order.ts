// The order in which ownerships act: none does again once another one has.
import { compareTerms, formatTerm, sameTerm } from '../../../firmware/cluster/term.ts';
import type { Term } from '../../../firmware/store/contract.ts';

interface OneActing {
  readonly node: string;
  readonly term: Term;
}

export interface Order<Acting extends OneActing> {
  /**
   * `excepted`: by the named exception, with the one of a higher term that has acted: it ends
   * nobody's ownership. `over`: another one acted since, and not by the exception.
   */
  act(
    acting: Acting,
  ): { readonly kind: 'in-order' | 'excepted' } | { readonly kind: 'over'; readonly since: Acting };
}

export function createOrder<Acting extends OneActing>(
  isExcepted: (acting: Acting, current: Acting) => boolean,
): Order<Acting> {
  let current: Acting | undefined;
  const past = new Set<string>();
  const nameOf = ({ node, term }: Acting) => `${node} ${formatTerm(term)}`;
  return {
    act(acting) {
      if (current?.node === acting.node && sameTerm(current.term, acting.term)) {
        return { kind: 'in-order' };
      }
      if (current !== undefined) {
        const isLower = compareTerms(acting.term, current.term) < 0;
        if (isLower && isExcepted(acting, current)) return { kind: 'excepted' };
        if (past.has(nameOf(acting))) return { kind: 'over', since: current };
        past.add(nameOf(current));
      }
      current = acting;
      return { kind: 'in-order' };
    },
  };
}
