// A scenario of the bench: what faults by the round do not show.
export interface ScenarioOptions {
  readonly say: (line: string) => void;
  readonly stop: AbortSignal;
  /** How often, or how long: each scenario says what it counts. */
  readonly count: number | undefined;
  readonly witness: boolean;
  /** Of those that run for a time, with losses, or with large documents. */
  readonly minutes?: number | undefined;
  readonly lossPercent?: number | undefined;
  readonly mib?: number | undefined;
}

export interface Scenario {
  readonly name: string;
  readonly what: string;
  /** What should not have been, each in a sentence. */
  run(options: ScenarioOptions): Promise<readonly string[]>;
}
