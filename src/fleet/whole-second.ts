import { NS_PER_S } from '../engine/units.ts';

/**
 * Simulated seconds that have passed, an integer. Time moves in whole ticks, and at 300 Hz no tick ends on a whole second:
 * a second has passed once no further tick fits before its end.
 */
export function wholeSeconds(nowNs: number, tickNs: number): number {
  return Math.floor((nowNs + Math.max(0, tickNs - 1)) / NS_PER_S);
}

/** Whether time stands at the end of a simulated second, as near as ticks allow. */
export function isOnWholeSecond(nowNs: number, tickNs: number): boolean {
  return wholeSeconds(nowNs, tickNs) * NS_PER_S >= nowNs;
}
