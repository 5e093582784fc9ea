// What is shown on a booted image, in this order: later ones use printers of earlier ones, the last
// ones leave the disk as no box can use it.
import type { Scenario } from './contract.ts';
import { damageScenarios } from './damage.ts';
import { insideScenarios } from './inside.ts';
import { machineScenarios } from './machine.ts';
import { pairScenarios } from './pair.ts';
import { plugScenarios } from './plugs.ts';
import { wayScenarios } from './ways.ts';

export const scenarios: readonly Scenario[] = [
  ...wayScenarios,
  ...plugScenarios,
  ...insideScenarios,
  ...machineScenarios.slice(0, -1),
  ...pairScenarios,
  ...machineScenarios.slice(-1),
  ...damageScenarios,
];
