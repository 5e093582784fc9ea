// The box as a machine, where it is ours: switched off, started again, made as new.

/** `factory-reset` forgets everything at the next start, which comes at once. */
export const boxSteps = ['power-off', 'restart', 'factory-reset'] as const;
export type BoxStep = (typeof boxSteps)[number];

/** The one place that knows how. */
export interface BoxControl {
  /**
   * Resolves once the machine has taken it; then it stops in order, this appliance with it. Rejects
   * with a HalError where the machine takes nothing.
   */
  ask(step: BoxStep, signal: AbortSignal): Promise<void>;
}
