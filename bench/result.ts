/** One figure of a benchmark. */
export interface BenchResult {
  readonly id: string;
  readonly value: number;
  readonly unit: string;
  /** What must be reached, and what is aimed at. */
  readonly floor: number;
  readonly aim: number;
  /** The figure of a reference loop without logic, in the same run, where there is one. */
  readonly limit?: number;
}
