/** From a CPU limit to `cpu.max`: `<quota> <period>`, both in microseconds. */

/** The kubelet asks for at least 1 ms per period, whatever the limit says. */
const minQuotaUs = 1000;

/** What the file says when nothing was written. */
export const unlimitedCpuMax = 'max 100000';

/** `cpu.max` of a limit in thousandths of a CPU; 0 is no limit. `periodUs` in microseconds. */
export function cpuMax(milliCpu: number, periodUs: number): string {
  if (milliCpu === 0) return `max ${periodUs}`;
  return `${Math.max(minQuotaUs, Math.floor((milliCpu * periodUs) / 1000))} ${periodUs}`;
}
