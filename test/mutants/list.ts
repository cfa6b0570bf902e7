import type { Mutant } from './mutant.ts';
import { ADAPTATION_MUTANTS } from './rules/adaptation.ts';
import { COMPARISON_MUTANTS } from './rules/comparison.ts';
import { COST_MUTANTS } from './rules/cost.ts';
import { FAULT_MUTANTS } from './rules/fault.ts';
import { GATE_MUTANTS } from './rules/gate.ts';
import { SCAN_MUTANTS } from './rules/scan.ts';

/** All mutants, by section of the specification. */
export const MUTANTS: readonly Mutant[] = [
  ...SCAN_MUTANTS,
  ...FAULT_MUTANTS,
  ...ADAPTATION_MUTANTS,
  ...COMPARISON_MUTANTS,
  ...GATE_MUTANTS,
  ...COST_MUTANTS,
];
