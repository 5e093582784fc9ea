// Answers of the store that still hold: nothing was written since they were asked for. A client
// that prints asks the same of its job and of the counts several times in a row.
import { storeLimits } from '../limits/store-limits.ts';
import type { QueryInput, QueryName, QueryOutput } from './queries/table.ts';

type Answers = { readonly [Name in QueryName]?: Map<string, Promise<QueryOutput<Name>>> };

export class RememberedAnswers {
  /** Of queries that depend on rows which change by commits alone, and on no time. */
  readonly #answers: Answers = { 'jobs.get': new Map(), 'jobs.counts': new Map() };
  #writes = 0;

  /** The answer that holds, or the one that `ask` gives. */
  answer<Name extends QueryName>(
    name: Name,
    input: QueryInput<Name>,
    ask: () => Promise<QueryOutput<Name>>,
  ): Promise<QueryOutput<Name>> {
    const answers: Answers[Name] = this.#answers[name];
    if (answers === undefined || this.#writes > 0) return ask();
    const key = JSON.stringify(input);
    const known = answers.get(key);
    if (known !== undefined) return known;
    if (answers.size >= storeLimits.rememberedAnswers) answers.clear();
    const asked = ask();
    answers.set(key, asked);
    asked.catch(() => answers.delete(key));
    return asked;
  }

  /** What is asked from here to its end may see the rows before or after it. */
  async during<T>(write: () => Promise<T>): Promise<T> {
    this.#forget();
    this.#writes += 1;
    try {
      return await write();
    } finally {
      this.#writes -= 1;
      this.#forget();
    }
  }

  #forget(): void {
    for (const answers of Object.values(this.#answers)) answers.clear();
  }
}
