/**
 * From a CPU request to `cpu.weight`. Two formulas are in use at the same time: the kubelet writes its own directories
 * (kubepods, QoS level, pod) with the linear one, current low-level runtimes write containers' with the logarithmic one.
 */

/** Least and greatest `cpu.shares` of cgroup v1, still the unit between kubelet and runtime. */
const minShares = 2;
const maxShares = 262_144;

/** `cpu.shares` (2–262144) of a request in thousandths of a CPU. */
export function cpuShares(milliCpu: number): number {
  const shares = Math.floor((milliCpu * 1024) / 1000);
  return Math.min(maxShares, Math.max(minShares, shares));
}

/** The old conversion: 2–262144 shares to 1–10000, in a straight line, rounded down. 1 CPU is 39. */
export function linearWeight(shares: number): number {
  return 1 + Math.floor(((shares - minShares) * 9999) / (maxShares - minShares));
}

/** The new conversion: a curve through 2 → 1, 1024 → 100 and 262144 → 10000. 1 CPU is 100, the kernel's default. */
export function logarithmicWeight(shares: number): number {
  if (shares <= minShares) return 1;
  if (shares >= maxShares) return 10_000;
  const log = Math.log2(shares);
  return Math.ceil(10 ** ((log * log + 125 * log) / 612 - 7 / 34));
}
