// What ends with a test. The runner's own hooks run in the order of their registration, so that a
// folder would go before the process that writes into it, and none runs after one that failed, so
// that the process would keep the run from ending.
import type { TestContext } from 'node:test';

type Ending = Pick<TestContext, 'after'>;

const stacks = new WeakMap<Ending, AsyncDisposableStack>();

/** At the end of the test: the last registered first, each of them though another one fails. */
export function atEnd(t: Ending, end: () => unknown): void {
  let stack = stacks.get(t);
  if (stack === undefined) {
    stack = new AsyncDisposableStack();
    stacks.set(t, stack);
    t.after(() => stack?.disposeAsync());
  }
  stack.defer(async () => void (await end()));
}
