const PERMILLE = 1000;
/** Points at which a curve is inverted, between no traffic and the peak. */
const STEPS = 1024;

/** How latency grows with r = traffic/peak, in thousandths of the idle latency (design §2.3). */
export type LoadCurveSpec =
  | {
      /** Factor `min(max, 1 + linear · r + queue · r/(1 − r))`. */
      readonly linearPermille: number;
      readonly queuePermille: number;
      readonly maxPermille: number;
    }
  | {
      /** A measured curve, by ascending traffic; straight from the idle latency at no traffic to the first point and between points, level after the last. */
      readonly points: readonly LoadPoint[];
    };

/** One point of a measured curve, both in thousandths. */
export interface LoadPoint {
  readonly trafficPermille: number;
  readonly latencyPermille: number;
}

/** The factor on idle latency for traffic `r` times the peak, 0 ≤ r < 1. */
export function loadedLatency(curve: LoadCurveSpec, r: number): number {
  if ('points' in curve) return interpolate(curve.points, r * PERMILLE) / PERMILLE;
  const { linearPermille, queuePermille, maxPermille } = curve;
  return Math.min(maxPermille, PERMILLE + linearPermille * r + (queuePermille * r) / (1 - r)) / PERMILLE;
}

/**
 * A resource of limited bandwidth. Whoever waits for memory asks for less the longer it waits, so traffic and latency
 * find a balance: the one at which the traffic that was asked for at idle latency, divided by the factor on latency, is
 * the traffic the curve has that factor for. Where the curve ends, accesses wait until their traffic is the peak.
 */
export class LoadCurve {
  /** By step: traffic over peak as it would be at idle latency, and the factor; both ascend. */
  readonly #demands = new Float64Array(STEPS);
  readonly #factors = new Float64Array(STEPS);

  constructor(spec: LoadCurveSpec) {
    let highest = 1;
    for (let step = 0; step < STEPS; step++) {
      const r = step / STEPS;
      highest = Math.max(highest, loadedLatency(spec, r));
      this.#factors[step] = highest;
      this.#demands[step] = r * highest;
    }
  }

  /** The factor on idle latency. @param demand traffic over peak if latency were idle */
  factorAt(demand: number): number {
    const last = STEPS - 1;
    if (demand >= this.#demands[last]!) return Math.max(this.#factors[last]!, demand);
    let [low, high] = [0, last];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#demands[middle]! <= demand) low = middle;
      else high = middle;
    }
    const share = (demand - this.#demands[low]!) / (this.#demands[high]! - this.#demands[low]!);
    return this.#factors[low]! + share * (this.#factors[high]! - this.#factors[low]!);
  }
}

const IDLE: LoadPoint = { trafficPermille: 0, latencyPermille: PERMILLE };

function interpolate(points: readonly LoadPoint[], traffic: number): number {
  const after = points.findIndex(({ trafficPermille }) => trafficPermille >= traffic);
  const next = points[after] ?? points.at(-1)!;
  const previous = after === 0 ? IDLE : (points[after - 1] ?? next);
  const width = next.trafficPermille - previous.trafficPermille;
  if (width === 0) return next.latencyPermille;
  const share = (traffic - previous.trafficPermille) / width;
  return previous.latencyPermille + share * (next.latencyPermille - previous.latencyPermille);
}
