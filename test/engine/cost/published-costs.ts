/** Published counters, and the "AutoNUMA cost" that mmtests printed for them (identity X1). */
export const COST_ROWS: readonly (readonly [
  name: string,
  updates: number,
  faults: number,
  migrated: number,
  cost: number,
])[] = [
  ['6.6-rc6 base', 394_429, 1001, 288, 7.77],
  ['6.6-rc6 with fix', 11_121_044, 8_906_404, 2_998_694, 44_666.84],
  ['kernbench', 1_041_416, 263_296, 258_021, 1328.67],
  ['v6.1 suite', 97_494_921, 98_707_853, 7_552_783, 494_365.23],
  ['NAS bt.D', 354_977_260, 354_078_577, 284_339, 1_772_883.13],
  ['IBS RFC base', 74_310_268, 110_504_178, 11_399_016, 553_257.64],
  ['dbench', 83_253, 81_229, 41_282, 407.51],
];
